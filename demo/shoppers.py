"""Buyers: on bol.com and in the webshop, paying at once, later or never; and the customers of the sales desk."""

from __future__ import annotations

from typing import Any

from demo.day import Day, Sold

STOCKED_AT_BOL = ("ART-00001", "ART-00011", "ART-00021")
"""Every tenth article of the simulated wholesaler also lies in bol.com's own warehouse."""


async def shop_at_bol(day: Day) -> None:
    """Buy on bol.com until closing time."""
    while await day.pause(day.site.plan.pace.sale):
        drawn = day.chance.random()
        if drawn < 0.06:
            lines = [{"sku": day.chance.choice(STOCKED_AT_BOL), "quantity": 1}]
            await day.site.control.act("sell", channel="bol", by_platform=True, lines=lines)
        elif drawn < 0.10:
            await _think_twice(day)
        else:
            day.to_deliver.extend(await _buy(day, "bol", company=drawn > 0.95))


async def _think_twice(day: Day) -> None:
    """Ask the seller to cancel; the seller, who sees the wish, may still ship."""
    for sold in await _buy(day, "bol"):
        await day.site.control.act("request-cancellation", channel=sold.channel, id=sold.external_id)
        day.to_deliver.append(sold)


async def shop_at_webshop(day: Day) -> None:
    """Buy in the webshop until closing time; what was not paid is paid or called off sooner or later."""
    while await day.pause(day.site.plan.pace.sale):
        drawn = day.chance.random()
        if drawn < 0.2:
            day.unpaid.extend(await _buy(day, "woocommerce", paid=False))
        else:
            await _buy(day, "woocommerce", country="BE" if drawn > 0.85 else "NL", **_wishes(day))
        if len(day.unpaid) > 3:
            await _settle(day, day.unpaid.popleft())
    while day.unpaid:
        await _settle(day, day.unpaid.popleft())


def _wishes(day: Day) -> dict[str, Any]:
    """Now and then shipping and a discount of one's own; else what the shop draws."""
    return {"shipping": "6.95", "discount": "1.37"} if day.chance.random() < 0.15 else {}


async def _settle(day: Day, sold: Sold) -> None:
    action = "pay" if day.chance.random() < 0.65 else "cancel"
    await day.site.control.act(action, channel=sold.channel, id=sold.external_id)


async def _buy(day: Day, channel: str, **how: Any) -> list[Sold]:
    made = await day.site.control.act("sell", channel=channel, **how)
    return [Sold(channel, str(one)) for one in (made or {}).get("ids", [])]


async def sell_at_desk(day: Day) -> None:
    """Book B2B orders in Exact and receive goods, until closing time."""
    articles = [f"ART-{number:05d}" for number in range(1, 61)]
    while await day.pause(day.site.plan.pace.desk):
        line = {"sku": day.chance.choice(articles), "quantity": day.chance.randint(1, 4)}
        await day.site.control.act("b2b-order", lines=[line])
        goods = {"sku": day.chance.choice(articles), "quantity": day.chance.randint(1, 12)}
        await day.site.control.act("receive", **goods, warehouse=day.chance.choice(("AMS", "RTM")))
