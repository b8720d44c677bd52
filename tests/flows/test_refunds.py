"""Money that goes back becomes one credit note, at the rate of the sale, whatever happens on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.adapters.exact.erp import ExactErp
from hub.domain.invoicing import BookingPolicy
from hub.outcome import Unavailable
from hub.store.tables import booking, order_line
from tests.flows.aftersales import (
    AT_ONCE,
    BY_HAND,
    ONE,
    TWO,
    booked,
    books,
    documents,
    sold,
    until_invoiced,
    until_refunds,
    until_return,
)
from tests.flows.stage import PACE, Stage, stage


@pytest.fixture
async def shops(database_url: str) -> AsyncIterator[Stage]:
    """A connected wholesaler with a shop, once on each kind of database."""
    async with stage(database_url, channels=("woocommerce",)) as made:
        yield made


@pytest.fixture
async def patient(sqlite_url: str) -> AsyncIterator[Stage]:
    """A stage on which what was sent may take longer to land than the first retry takes to come."""
    async with stage(sqlite_url, channels=("woocommerce",), pace=replace(PACE, settle=600.0)) as made:
        yield made


async def invoiced(acme: Stage, channel: str = "woocommerce", **asked: Any) -> Any:
    order = await sold(acme, channel, AT_ONCE, **asked)
    await until_invoiced(acme, order)
    return order


async def reported(acme: Stage, order: Any) -> tuple[Decimal, int]:
    """Return what reports make of an order, VAT included, and how many of its bookings are credits."""
    rows = await acme.rows(select(booking).where(booking.c.order_id == order.order_id))
    return sum((row.net + row.vat for row in rows), Decimal(0)), sum(row.kind == "credit" for row in rows)


async def test_two_refunds_of_one_article_become_two_credit_notes_that_come_to_its_price(shops: Stage) -> None:
    order = await invoiced(shops)
    for _ in range(2):
        await shops.control("refund", channel="woocommerce", id=order.external_id, lines=ONE)
    first, second = await until_refunds(shops, order, "credited", "credited")
    assert first.credited + second.credited == order.total
    assert sum(one.total for one in booked(shops, credit=True)) == order.total
    found = await books(shops, order)
    assert (found.invoiced, found.credited, found.difference) == (order.total, order.total, Decimal(0))
    told = (await shops.ledger())["refunds"]
    assert (told["given"], told["credit_notes"], told["differ"]) == (2, 2, 0)
    assert await reported(shops, order) == (Decimal(0), 2)
    assert {one.your_ref.partition("-")[0] for one in booked(shops, credit=True)} == {"26700001"}


async def test_money_without_goods_is_credited_on_the_goods(shops: Stage) -> None:
    order = await invoiced(shops, shipping="4.95")
    await shops.control("refund", channel="woocommerce", id=order.external_id, amount="3.33")
    (found,) = await until_refunds(shops, order, "credited")
    assert (found.credited, found.problem) == (Decimal("3.33"), None)


@pytest.mark.parametrize("fault", ["lost_request", "lost_answer", "broken_answer"])
async def test_a_credit_note_with_an_unknown_outcome_is_made_once(acme: Stage, fault: str) -> None:
    order = await invoiced(acme)
    await acme.control("fault", fault=fault, platform="exact", method="POST", path="/SalesInvoices", times=1)
    await acme.control("refund", channel="woocommerce", id=order.external_id, lines=TWO)
    (found,) = await until_refunds(acme, order, "credited")
    assert (found.credited, len(booked(acme, credit=True))) == (order.total, 1)


async def test_a_credit_note_that_lands_after_the_look_up_is_not_made_twice(
    patient: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, find = ExactErp.create_credit_note, ExactErp.find_credit_note
    asked: list[Any] = []
    under_way: list[Any] = []

    async def lose(erp: ExactErp, draft: Any) -> str:
        asked.append(draft)
        under_way.append(draft)
        raise Unavailable("no answer", unknown=True)

    async def find_just_before_it_lands(erp: ExactErp, your_ref: str) -> Any:
        found = await find(erp, your_ref)
        while under_way:
            await create(erp, under_way[-1])
            under_way.pop()
        return found

    monkeypatch.setattr(ExactErp, "create_credit_note", lose)
    monkeypatch.setattr(ExactErp, "find_credit_note", find_just_before_it_lands)
    order = await invoiced(patient)
    await patient.control("refund", channel="woocommerce", id=order.external_id, lines=ONE)
    await until_refunds(patient, order, "credited")
    assert (len(asked), len(booked(patient, credit=True))) == (1, 1)


@pytest.mark.parametrize("reached", [True, False])
async def test_a_crash_between_intent_and_outcome_leaves_one_credit_note(
    acme: Stage, monkeypatch: pytest.MonkeyPatch, reached: bool
) -> None:
    create, crashes = ExactErp.create_credit_note, [RuntimeError("the process ends here")]

    async def crash_once(erp: ExactErp, draft: Any) -> str:
        if crashes and not reached:
            raise crashes.pop()
        made = await create(erp, draft)
        if crashes:
            raise crashes.pop()
        return made

    monkeypatch.setattr(ExactErp, "create_credit_note", crash_once)
    order = await invoiced(acme)
    await acme.control("refund", channel="woocommerce", id=order.external_id, lines=ONE)
    (found,) = await until_refunds(acme, order, "credited")
    assert (found.invoice_number, len(booked(acme, credit=True))) == (26_700_002, 1)


async def test_a_refund_waits_for_the_invoice_of_goods_that_left(acme: Stage) -> None:
    order = await sold(acme, "woocommerce", BY_HAND)
    await acme.control("deliver", your_ref=order.external_id, tracking="3SX")
    await acme.control("refund", channel="woocommerce", id=order.external_id, lines=ONE)
    (waiting,) = await until_refunds(acme, order, "ready")
    assert not booked(acme, credit=True)
    await acme.control("invoice", your_ref=order.external_id)
    (found,) = await until_refunds(acme, order, "credited")
    assert (found.refund_id, found.invoice_number) == (waiting.refund_id, 26_700_002)
    assert (await books(acme, order)).difference == 0


async def test_a_refund_of_what_neither_left_nor_was_invoiced_calls_a_person(acme: Stage) -> None:
    order = await sold(acme, "woocommerce", BY_HAND)
    await acme.control("refund", channel="woocommerce", id=order.external_id, lines=ONE)
    (held,) = await until_refunds(acme, order, "held")
    assert held.cause == "nothing_invoiced"
    await acme.command(commands.dismiss_refund, held.refund_id)
    await until_refunds(acme, order, "dismissed")
    assert not booked(acme, credit=True)


async def test_a_refund_is_asked_about_unless_the_policy_says_otherwise(acme: Stage) -> None:
    order = await sold(acme, "woocommerce", replace(AT_ONCE, refunding=BookingPolicy.ASK))
    await until_invoiced(acme, order)
    await acme.control("refund", channel="woocommerce", id=order.external_id, lines=ONE)
    (waiting,) = await until_refunds(acme, order, "waiting")
    await acme.command(commands.book_refund, waiting.refund_id)
    await until_refunds(acme, order, "credited")


async def test_a_refused_credit_note_is_not_tried_again_by_itself(acme: Stage) -> None:
    order = await invoiced(acme)
    await acme.configure("woocommerce", invoicing=replace(AT_ONCE, journal="99"))
    await acme.control("refund", channel="woocommerce", id=order.external_id, lines=ONE)
    (held,) = await until_refunds(acme, order, "held")
    assert (held.cause, held.parts) == ("refused_by_erp", None)
    await acme.configure("woocommerce", invoicing=AT_ONCE)
    await acme.command(commands.book_refund, held.refund_id)
    await until_refunds(acme, order, "credited")
    assert len(booked(acme, credit=True)) == 1


async def test_a_return_that_exact_credits_covers_the_refund_of_the_same_goods(acme: Stage) -> None:
    order = await invoiced(acme)
    await acme.control("deliver", your_ref=order.external_id, tracking="3SX")
    key = await acme.command(commands.enter_return, order.order_id, [(await line_of(acme, order), 1)])
    await acme.command(commands.inspect_return, key, {}, None)
    await until_return(acme, order, "booked")
    await acme.control("process-returns")
    await until_return(acme, order, "closed")
    await acme.control("refund", channel="woocommerce", id=order.external_id, lines=ONE)
    await until_refunds(acme, order, "covered")
    assert len(booked(acme, credit=True)) == 1
    assert (await books(acme, order)).difference == 0
    assert (await reported(acme, order))[1] == 1


async def test_goods_that_were_refunded_first_are_not_credited_again_by_their_return(acme: Stage) -> None:
    order = await invoiced(acme)
    await acme.control("deliver", your_ref=order.external_id, tracking="3SX")
    await acme.control("refund", channel="woocommerce", id=order.external_id, lines=ONE)
    await until_refunds(acme, order, "credited")
    key = await acme.command(commands.enter_return, order.order_id, [(await line_of(acme, order), 1)])
    await acme.command(commands.inspect_return, key, {}, None)
    held = await until_return(acme, order, "held")
    assert held.cause == "credited_already"
    assert len(booked(acme, credit=True)) == 1
    await acme.command(commands.close_return, key)
    assert len(await documents(acme, order)) == 2


async def line_of(acme: Stage, order: Any) -> str:
    rows = await acme.rows(select(order_line.c.line_id).where(order_line.c.order_id == order.order_id))
    found: str = rows[0].line_id
    return found
