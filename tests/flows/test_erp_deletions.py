"""What is deleted in Exact stops selling."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from hub.adapters.exact.erp import ExactErp
from hub.adapters.port import DeletedRow, Page
from hub.outcome import Rejected
from hub.sandbox.control_exact import division_of
from hub.sandbox.exact.division import Division
from hub.store.stock import end_items
from hub.store.tables import erp_item, listing, product, stock_reading
from tests.flows.stage import DIVISION, TENANT, Stage, eventually

SKU = "ART-00001"


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read deletions with every sweep."""
    monkeypatch.setattr("hub.actors.erp.deletions.SWEEPS", 1)


def books(acme: Stage) -> Division:
    return division_of(acme.sandbox, {})


async def product_id(acme: Stage) -> str:
    found: str = (await acme.rows(select(product.c.product_id).where(product.c.code == SKU)))[0].product_id
    return found


async def readings(acme: Stage) -> dict[str, Decimal]:
    table = stock_reading
    rows = await acme.rows(select(table).where(table.c.product_id == await product_id(acme)))
    return {row.warehouse_id: row.free_stock for row in rows}


async def published(acme: Stage) -> set[int | None]:
    rows = await acme.rows(select(listing.c.quantity).where(listing.c.product_id == await product_id(acme)))
    return {row.quantity for row in rows}


async def until_published(acme: Stage, quantity: int) -> None:
    async def reached() -> bool:
        return await published(acme) == {quantity}

    await eventually(reached)


@pytest.mark.usefixtures("often")
async def test_a_deleted_item_is_ended_and_published_as_nothing(acme: Stage) -> None:
    assert sum((await readings(acme)).values()) > 0
    item = books(acme).guid("item", SKU)
    books(acme).delete("logistics/Items", item)
    await until_published(acme, 0)
    assert set((await readings(acme)).values()) == {Decimal(0)}
    assert (await acme.rows(select(erp_item.c.ended).where(erp_item.c.item_id == item)))[0].ended
    assert await acme.events("stock.ended")


@pytest.mark.usefixtures("often")
async def test_of_a_deleted_stock_position_nothing_is_left_and_all_else_stays(acme: Stage) -> None:
    before = await readings(acme)
    others = select(stock_reading.c.free_stock).where(stock_reading.c.product_id != await product_id(acme))
    rest = sorted(row.free_stock for row in await acme.rows(others))
    place, free = max(before.items(), key=lambda each: each[1])
    row = next(row for row in books(acme).table("stock").find(ItemCode=SKU) if row["Warehouse"] == place)
    books(acme).delete("stock", row["ID"])
    await until_published(acme, int(sum(before.values()) - free))
    assert await readings(acme) == before | {place: Decimal(0)}
    assert sorted(row.free_stock for row in await acme.rows(others)) == rest


async def test_a_product_that_lives_on_in_another_item_keeps_its_stock(acme: Stage) -> None:
    one, before = await product_id(acme), await readings(acme)
    old = (await acme.rows(select(erp_item).where(erp_item.c.product_id == one)))[0]
    twin = {**old._mapping, "item_id": "another-item"}
    await acme.database.write(lambda work: work.execute(erp_item.insert().values(twin)))
    now = acme.desk.clock.now()

    async def delete(item_id: str) -> set[str]:
        return await acme.database.write(lambda work: end_items(work, TENANT, DIVISION, {item_id}, 1, now))

    assert await delete(old.item_id) == set()
    assert await readings(acme) == before
    assert await delete("another-item") == {one}
    assert set((await readings(acme)).values()) == {Decimal(0)} != set(before.values())


@pytest.mark.usefixtures("often")
async def test_without_the_right_to_read_deletions_stock_flows_on(acme: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = 0

    async def refuse(erp: ExactErp, cursor: str | None) -> Page[DeletedRow]:
        nonlocal refused
        refused += 1
        raise Rejected("No right to read deletions.", code="forbidden")

    monkeypatch.setattr(ExactErp, "deleted_since", refuse)

    async def twice() -> bool:
        return refused >= 2

    await eventually(twice)
    await acme.control("receive", sku=SKU, quantity=7)
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))
    assert len(await acme.events("erp.refused")) == 1
