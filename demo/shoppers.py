"""Buyers: on two marketplaces and in two shops, paying at once, later or never; and the sales desk's customers."""

from __future__ import annotations

from typing import Any

from demo.channels import DELIVERED_IN_EXACT, ON_SHOPIFY
from demo.day import Day, Sold

STOCKED_BY_PLATFORM = ("ART-00001", "ART-00011", "ART-00021")
"""Every tenth article of the simulated wholesaler also lies in bol.com's own warehouse, and in Amazon's."""
MOST_UNPAID = 3
PAYING = 0.65


async def shop_at_bol(day: Day) -> None:
    """Buy on bol.com until closing time."""
    while await day.pause(day.site.plan.pace.sale):
        drawn = day.chance.random()
        if drawn < 0.06:
            await _buy_from_platform(day, "bol")
        elif drawn < 0.10:
            await _think_twice(day, "bol")
        else:
            day.to_deliver.extend(await _buy(day, "bol", company=drawn > 0.95))


async def shop_at_amazon(day: Day) -> None:
    """Buy on Amazon in three countries until closing time; a payment may take a while, or fail."""
    while await day.pause(day.site.plan.pace.sale):
        drawn = day.chance.random()
        if drawn < 0.08:
            await _buy_from_platform(day, "amazon")
        elif drawn < 0.14:
            await _think_twice(day, "amazon")
        elif drawn < 0.35:
            day.unpaid.extend(await _buy(day, "amazon", paid=False))
        else:
            day.to_deliver.extend(await _buy(day, "amazon", company=drawn > 0.95))
        await _settle_oldest(day)
    await _settle_all(day)


async def _buy_from_platform(day: Day, channel: str) -> None:
    lines = [{"sku": day.chance.choice(STOCKED_BY_PLATFORM), "quantity": 1}]
    await day.site.control.act("sell", channel=channel, by_platform=True, lines=lines)


async def _think_twice(day: Day, channel: str) -> None:
    """Ask the seller to cancel; the seller, who sees the wish, may still ship."""
    for sold in await _buy(day, channel):
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
        await _settle_oldest(day)
    await _settle_all(day)


async def shop_at_shopify(day: Day) -> None:
    """Buy in the Shopify shop until closing time: with gift cards, in dollars, with second thoughts before paying."""
    while await day.pause(day.site.plan.pace.sale):
        drawn = day.chance.random()
        if drawn < 0.12:
            day.unpaid.extend(await _buy(day, "shopify", paid=False))
        elif drawn < 0.24:
            await _want_fewer(day)
        else:
            await _pay_oddly(day, drawn)
            await _buy(day, "shopify", country="BE" if drawn > 0.85 else "NL", **_wishes(day))
        await _settle_oldest(day)
    await _settle_all(day)


async def _want_fewer(day: Day) -> None:
    """Order two of an article, and have one taken off before paying."""
    line = {"sku": day.chance.choice(ON_SHOPIFY), "quantity": 2}
    for sold in await _buy(day, "shopify", paid=False, lines=[line]):
        wanted = {"sku": line["sku"], "quantity": 1}
        await day.site.control.act("edit-order", channel="shopify", id=sold.external_id, **wanted)
        day.unpaid.append(sold)


async def _pay_oddly(day: Day, drawn: float) -> None:
    """Let the next buyer pay half by gift card, or in another currency; the shop's own stays EUR."""
    if drawn < 0.48:
        way = "gift_cards" if drawn < 0.36 else "foreign_buyers"
        await day.site.control.act("settings", platform="shopify", **{way: 1})


def _wishes(day: Day) -> dict[str, Any]:
    """Now and then shipping and a discount of one's own; else what the shop draws."""
    return {"shipping": "6.95", "discount": "1.37"} if day.chance.random() < 0.15 else {}


async def _settle_oldest(day: Day) -> None:
    """Let some orders stay unpaid for a while."""
    if len(day.unpaid) > MOST_UNPAID:
        await _settle(day, day.unpaid.popleft())


async def _settle_all(day: Day) -> None:
    while day.unpaid:
        await _settle(day, day.unpaid.popleft())


async def _settle(day: Day, sold: Sold) -> None:
    paying = day.chance.random() < PAYING
    await day.site.control.act("pay" if paying else "cancel", channel=sold.channel, id=sold.external_id)
    if paying and sold.channel in DELIVERED_IN_EXACT:
        day.to_deliver.append(sold)


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
