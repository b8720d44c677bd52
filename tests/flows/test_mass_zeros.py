"""Stock that is gone of everything at once waits for a person."""

from __future__ import annotations

from sqlalchemy import select

from hub.actors import commands
from hub.domain.zero_guard import ZeroGuard
from hub.store.tables import (
    listing,
)
from tests.flows.goods import CHANNELS, MUG, books, settled, shown, until_read_again, until_shown
from tests.flows.stage import Stage, eventually


def empty_all(acme: Stage) -> None:
    """Let Exact say, from one moment to the next, that nothing is free of anything."""
    for row in list(books(acme).table("stock").rows.values()):
        free = row["CurrentStock"] - row["ReservedStock"]
        books(acme).move(row["ItemId"], row["Warehouse"], CurrentStock=-free)


async def test_a_mass_zero_waits_for_a_person(acme: Stage) -> None:
    before = await eventually(lambda: settled(acme))
    empty_all(acme)

    async def told() -> bool:
        return {row.channel_id for row in await acme.events("stock.zeros_held")} == set(CHANNELS)

    await eventually(told)
    await until_read_again(acme)
    assert await shown(acme, "bol") == before
    await acme.command(commands.confirm_zeros, "bol")

    async def emptied() -> bool:
        return set(await shown(acme, "bol")) == {0}

    await eventually(emptied)
    assert any(await shown(acme, "woocommerce"))
    assert not await acme.rows(select(listing).where(listing.c.channel_id == "bol", listing.c.zero_due.is_not(None)))


async def test_a_mass_zero_that_was_a_mistake_is_forgotten_when_stock_is_back(acme: Stage) -> None:
    before = await eventually(lambda: settled(acme))
    kept = {row["ID"]: row["CurrentStock"] for row in books(acme).table("stock").rows.values()}
    empty_all(acme)
    await eventually(lambda: acme.events("stock.zeros_held"))
    for row in list(books(acme).table("stock").rows.values()):
        books(acme).move(row["ItemId"], row["Warehouse"], CurrentStock=kept[row["ID"]] - row["CurrentStock"])

    async def waits_for_nothing() -> bool:
        return not await acme.rows(select(listing).where(listing.c.zero_due.is_not(None)))

    await eventually(waits_for_nothing)
    assert await shown(acme, "bol") == before


async def test_a_mass_zero_goes_out_by_itself_when_its_time_is_up(acme: Stage) -> None:
    for channel in CHANNELS:
        await acme.configure(channel, zero_guard=ZeroGuard(minutes=0))
    empty_all(acme)

    async def emptied() -> bool:
        return {*await shown(acme, "bol"), *await shown(acme, "woocommerce")} == {0}

    await eventually(emptied)
    assert await acme.events("stock.zeros_held")


async def test_a_held_zero_that_a_buyer_takes_from_goes_out_at_once(acme: Stage) -> None:
    empty_all(acme)
    await eventually(lambda: acme.events("stock.zeros_held"))
    await acme.sell("bol", lines=[{"sku": MUG, "quantity": 1}])
    await until_shown(acme, "woocommerce", MUG, 0)
    assert any(await shown(acme, "woocommerce"))
