"""People at the Shopify shop who click where the hub should: a number set by hand, a little money given back."""

from __future__ import annotations

from demo import documents
from demo.channels import ON_SHOPIFY
from demo.day import Day

GOODWILL = "1.00"


async def work_at_shop(day: Day) -> None:
    """Now and then count an article wrongly, or give a buyer something back, until closing time."""
    while await day.pause(day.site.plan.pace.by_hand):
        if day.chance.random() < 0.3:
            await _give_back(day)
        else:
            await _set_by_hand(day)


async def _set_by_hand(day: Day) -> None:
    """Set a number that Exact knows nothing of; mostly the next change in Exact shows it to the hub."""
    sku = day.chance.choice(ON_SHOPIFY)
    await day.site.control.act("set-shown", channel="shopify", sku=sku, quantity=day.chance.randint(0, 9))
    await day.site.control.act("receive", sku=sku, quantity=1)
    day.by_hand += 1


async def _give_back(day: Day) -> None:
    """Give a euro back on a paid order, whether or not it stands in Exact by now: the sale stays what it was."""
    made = await day.site.control.act("sell", channel="shopify")
    for external_id in (made or {}).get("ids", []):
        await day.site.control.act("refund", channel="shopify", id=str(external_id), amount=GOODWILL)


async def publish_anew(day: Day) -> None:
    """Ask the hub to say every number again, as people do who know that somebody counted wrongly.

    A number that something else happened to set right again was not sent since, so the hub could not see it moved.
    """
    await day.api.change(documents.REPUBLISH, channelId=day.channels["shopify"])
