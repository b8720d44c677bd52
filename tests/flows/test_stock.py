"""FreeStock reaches every channel, through each channel's rule, with few calls."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.actors.channel import stock
from hub.adapters.bol.client import BolChannel
from hub.adapters.exact.erp import ExactErp
from hub.adapters.port import Page, StockResult, StockRow, StockUpdate
from hub.domain.channel import StockSource
from hub.domain.stock import RuleMode, StockRule
from hub.store.tables import division, listing, stock_reading, warehouse
from tests.flows.stage import DIVISION, Stage, eventually

BELGIUM = 654321


async def test_a_change_in_exact_reaches_both_channels(acme: Stage) -> None:
    await acme.control("receive", sku="ART-00001", quantity=7)
    ledger = await acme.until_ledger(lambda found: bool(found["stock_converged"]))
    assert ledger["oversold_by_hub"] == 0


async def test_a_burst_of_changes_is_answered_with_few_reads(acme: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps that bring nothing are as many as the hub has time for."""
    brought: list[int] = []
    read = ExactErp.stock_since

    async def noting(erp: ExactErp, cursor: str | None) -> Page[StockRow]:
        page = await read(erp, cursor)
        brought.append(len(page.rows))
        return page

    monkeypatch.setattr(ExactErp, "stock_since", noting)
    await acme.control("count-burst", count=10)
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))
    assert sum(brought) >= 10
    assert len([rows for rows in brought if rows]) < 5


async def test_a_burst_goes_out_in_portions_that_the_channel_takes(
    acme: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    portions: list[int] = []
    publish = BolChannel.publish_stock

    async def noting(channel: BolChannel, updates: Sequence[StockUpdate]) -> list[StockResult]:
        portions.append(len(updates))
        return await publish(channel, updates)

    monkeypatch.setattr(BolChannel, "publish_stock", noting)
    monkeypatch.setattr(BolChannel, "stock_batch", 3)
    monkeypatch.setattr(stock, "LOOKED_AT", 2)
    await acme.control("count-burst", count=20)
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))
    assert sum(portions) >= 6
    assert max(portions) == 3


async def test_a_booking_in_exact_lowers_every_channel(acme: Stage) -> None:
    await acme.control("b2b-order", lines=[{"sku": "ART-00002", "quantity": 3}])
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_a_buffer_and_a_cap_are_kept(acme: Stage) -> None:
    await acme.control("expect", channel="bol", buffer=2, cap=9)
    await acme.configure("bol", rule=StockRule(buffer=2, cap=9))
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_a_fixed_quantity_replaces_the_formula(acme: Stage) -> None:
    await acme.control("expect", channel="bol", fixed=4)
    await acme.configure("bol", rule=StockRule(RuleMode.FIXED, fixed=4))
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_only_the_chosen_warehouse_feeds_a_channel(acme: Stage) -> None:
    rows = await acme.rows(select(warehouse.c.warehouse_id).where(warehouse.c.code == "RTM"))
    await acme.control("expect", channel="woocommerce", warehouses=["RTM"])
    await acme.configure("woocommerce", sources=(StockSource(DIVISION, rows[0].warehouse_id),))
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_every_published_number_is_stored_with_its_terms(acme: Stage) -> None:
    for row in await acme.rows(select(listing).where(listing.c.status == "published")):
        terms = dict(row.terms)
        assert int(terms["quantity"]) == row.sent
        assert "claims" in terms


async def test_the_sweep_finds_what_no_webhook_announced(acme: Stage) -> None:
    await acme.control("drop-subscriptions")
    await acme.control("receive", sku="ART-00003", quantity=11)
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_an_outage_of_exact_loses_nothing(acme: Stage) -> None:
    await acme.control("outage", platform="exact", on=True)
    external_id = await acme.sell("bol")
    await acme.until_order(external_id, "ready")
    await acme.control("receive", sku="ART-00004", quantity=5)
    await acme.control("outage", platform="exact", on=False)
    await acme.until_order(external_id, "forwarded")
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_a_number_whose_answer_was_lost_is_not_believed(acme: Stage) -> None:
    await acme.control("expect", channel="bol", fixed=5)
    await acme.configure("bol", rule=StockRule(RuleMode.FIXED, fixed=5))
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))
    await acme.control("fault", fault="lost_answer", platform="bol", method="PATCH", path="/offers/", times=200)
    await acme.configure("bol", rule=StockRule(RuleMode.FIXED, fixed=8))

    async def overwritten() -> bool:
        state = (await acme.http.get("/_control/ledger")).json()
        return bool(state["channels"]["bol"]["shown_mismatches"])

    await eventually(overwritten)
    await acme.configure("bol", rule=StockRule(RuleMode.FIXED, fixed=5))
    acme.sandbox.world.faults.forced.clear()
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_stock_of_two_divisions_feeds_one_channel(acme: Stage) -> None:
    connection = (await acme.rows(select(division.c.connection_id)))[0].connection_id
    await acme.command(commands.enable_division, connection, BELGIUM)

    async def read_there() -> bool:
        return bool(await acme.rows(select(stock_reading).where(stock_reading.c.division == BELGIUM)))

    await eventually(read_there)
    await acme.configure("bol", sources=(StockSource(DIVISION), StockSource(BELGIUM)))

    async def unified() -> bool:
        return await shown_by_bol(acme) == await read_in_exact(acme)

    await eventually(unified)


async def shown_by_bol(acme: Stage) -> dict[str, int]:
    rows = await acme.rows(select(listing.c.product_id, listing.c.quantity).where(listing.c.channel_id == "bol"))
    return {row.product_id: row.quantity for row in rows}


async def read_in_exact(acme: Stage) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in await acme.rows(select(stock_reading.c.product_id, stock_reading.c.free_stock)):
        found[row.product_id] = found.get(row.product_id, 0) + int(row.free_stock)
    return found
