"""Items and presales that end, and items that come back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from hub.actors import commands
from hub.domain.stock import StockRule
from hub.store.tables import (
    erp_item,
)
from tests.flows.goods import CHANNELS, MUG, TEA, change_item, listed, settled, until_shown
from tests.flows.stage import DIVISION, Stage, eventually


async def test_an_item_blocked_for_sales_stops_selling_with_the_reason_and_comes_back(acme: Stage) -> None:
    await eventually(lambda: settled(acme))
    before = (await listed(acme, "bol", MUG)).quantity
    await change_item(acme, MUG, IsSalesItem=False)
    for channel in CHANNELS:
        row = await until_shown(acme, channel, MUG, 0)
        assert ["stopped", f"the item is blocked for sales in division {DIVISION}"] in row.terms
    await change_item(acme, MUG, IsSalesItem=True)
    for channel in CHANNELS:
        await until_shown(acme, channel, MUG, before)


async def test_an_item_stops_selling_when_its_last_day_is_over_and_exact_says_nothing_more(acme: Stage) -> None:
    now, year = acme.desk.clock.now(), timedelta(days=365)
    await eventually(lambda: settled(acme))
    before = (await listed(acme, "bol", TEA)).quantity
    await change_item(acme, TEA, EndDate=now + year)

    async def known() -> bool:
        rows = await acme.rows(select(erp_item.c.ends_at).where(erp_item.c.ends_at.is_not(None)))
        return bool(rows)

    await eventually(known)
    assert (await listed(acme, "bol", TEA)).quantity == before
    await change_item(acme, TEA, EndDate=now - year)
    row = await until_shown(acme, "bol", TEA, 0)
    assert ["stopped", f"the item is ended in division {DIVISION}"] in row.terms
    await change_item(acme, TEA, EndDate=None)
    await until_shown(acme, "bol", TEA, before)


async def test_a_presale_ends_at_its_time_though_nothing_else_happens(acme: Stage) -> None:
    await eventually(lambda: settled(acme))
    one = await listed(acme, "woocommerce", TEA)
    await presell(acme, one.listing_id, acme.desk.clock.now() + timedelta(hours=1))
    await until_shown(acme, "woocommerce", TEA, 321)
    until = acme.desk.clock.now() + timedelta(seconds=3)
    await presell(acme, one.listing_id, until)
    await until_shown(acme, "woocommerce", TEA, one.quantity)
    assert acme.desk.clock.now() >= until


async def presell(acme: Stage, listing_id: str, until: datetime) -> None:
    rule = StockRule(presale=321, presale_until=until)
    await acme.command(commands.set_listing_rule, listing_id, rule)
