"""Goods that come back: inspected by people, into stock by Exact alone, answered to the channel, credited once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.domain.goods_return import ReturnAnswer
from hub.sandbox.bol.platform import BolPlatform
from hub.sandbox.exact.platform import ExactPlatform
from hub.store.tables import goods_return_line
from tests.flows.aftersales import AT_ONCE, TWO, booked, books, sold, until_invoiced, until_refunds, until_return
from tests.flows.stage import Stage, eventually, stage


@pytest.fixture
async def market(database_url: str) -> AsyncIterator[Stage]:
    """A connected wholesaler on bol.com, once on each kind of database."""
    async with stage(database_url, channels=("bol",)) as made:
        yield made


async def announced(acme: Stage) -> tuple[Any, Any]:
    """Sell, invoice and deliver two of an article on bol.com, and let the buyer announce that both come back."""
    order = await sold(acme, "bol", AT_ONCE)
    await until_invoiced(acme, order)
    await acme.control("deliver", your_ref=order.external_id, tracking="3SBACK")
    await acme.until_ledger(lambda found: found["tracking"]["confirmed"] == 1)
    await acme.control("return", channel="bol", id=order.external_id, lines=TWO)
    return order, await until_return(acme, order, "announced")


async def until_answered(acme: Stage, status: str) -> Any:
    async def reached() -> Any:
        rows = await acme.rows(select(goods_return_line))
        return rows[0] if [row.answer_status for row in rows] == [status] else None

    return await eventually(reached)


def handlings(acme: Stage) -> list[tuple[str, int]]:
    """Return what bol.com knows to have become of the goods."""
    bol = acme.sandbox.world.platforms["bol"]
    assert isinstance(bol, BolPlatform)
    items = [item for each in bol.account.returns.values() for item in each.items]
    return [(one.result, one.quantity) for item in items for one in item.handled]


def free_stock(acme: Stage) -> int:
    exact = acme.sandbox.world.platforms["exact"]
    assert isinstance(exact, ExactPlatform)
    return int(exact.main.free_of(exact.main.guid("item", "ART-00001")))


async def test_good_units_go_back_into_stock_in_exact_and_the_rest_is_only_credited(market: Stage) -> None:
    order, goods = await announced(market)
    before = free_stock(market)
    await market.command(commands.receive_return, goods.return_id)
    await market.command(commands.inspect_return, goods.return_id, {0: (1, 1)}, None)
    await until_return(market, order, "booked")
    assert free_stock(market) == before
    await market.control("process-returns")
    await until_return(market, order, "closed")
    (written_off,) = await until_refunds(market, order, "credited")
    await until_answered(market, "accepted")
    assert handlings(market) == [("RETURN_RECEIVED", 2)]
    assert free_stock(market) == before + 1
    found = await books(market, order)
    assert written_off.origin == "return"
    assert (found.credited, found.difference) == (order.total, Decimal(0))
    assert len(booked(market, credit=True)) == 2


async def test_goods_that_are_not_taken_back_are_told_so_and_not_credited(market: Stage) -> None:
    order, goods = await announced(market)
    await market.command(commands.inspect_return, goods.return_id, {0: (0, 0)}, None)
    await until_return(market, order, "refused")
    await until_answered(market, "accepted")
    assert handlings(market) == [("RETURN_DOES_NOT_MEET_CONDITIONS", 2)]
    assert not booked(market, credit=True)


@pytest.mark.parametrize("fault", ["lost_request", "lost_answer", "broken_answer"])
async def test_a_planned_return_with_an_unknown_outcome_is_planned_once(acme: Stage, fault: str) -> None:
    order, goods = await announced(acme)
    await acme.control("fault", fault=fault, platform="exact", method="POST", path="/PlannedSalesReturns", times=1)
    await acme.command(commands.inspect_return, goods.return_id, {}, ReturnAnswer.EXCHANGED)
    await until_return(acme, order, "booked")
    assert (await acme.control("process-returns"))["processed"] == 1
    await until_return(acme, order, "closed")
    assert len(booked(acme, credit=True)) == 1
    assert handlings(acme) == [("EXCHANGE_PRODUCT", 2)]


@pytest.mark.parametrize("fault", ["lost_answer", "broken_answer"])
async def test_an_answer_that_was_lost_is_looked_up_and_given_once(acme: Stage, fault: str) -> None:
    order, goods = await announced(acme)
    await acme.control("fault", fault=fault, platform="bol", method="PUT", path="/retailer/returns", times=1)
    await acme.command(commands.inspect_return, goods.return_id, {0: (0, 0)}, None)
    await until_answered(acme, "accepted")
    await until_return(acme, order, "refused")
    assert handlings(acme) == [("RETURN_DOES_NOT_MEET_CONDITIONS", 2)]


async def test_a_return_that_was_handled_at_bol_is_closed(acme: Stage) -> None:
    order, _ = await announced(acme)
    bol = acme.sandbox.world.platforms["bol"]
    assert isinstance(bol, BolPlatform)
    bol.handle_returns()
    closed = await until_return(acme, order, "closed")
    assert "handled on the channel" in closed.problem
