"""Orders are invoiced once, by whomever, and what stands in Exact is known to the hub."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.adapters.exact.erp import ExactErp
from hub.domain.invoicing import InvoicePolicy, Invoicing
from hub.outcome import Outcome, Throttled, Unavailable
from hub.store.tables import invoicing
from tests.flows.aftersales import (
    AT_ONCE,
    BY_HAND,
    WHEN_DELIVERED,
    booked,
    books,
    documents,
    sold,
    until_invoiced,
)
from tests.flows.stage import Stage, eventually


async def test_an_order_is_invoiced_as_soon_as_it_stands_in_exact(acme: Stage) -> None:
    order = await sold(acme, "woocommerce", AT_ONCE, shipping="4.95", discount="2.50")
    found = await until_invoiced(acme, order)
    (invoice,) = await documents(acme, order)
    assert (found.problem, found.difference) == (None, None)
    assert (invoice.number, invoice.total, invoice.by_hub) == (26_700_001, order.total, True)
    assert (await books(acme, order)).difference == 0


async def test_an_order_is_invoiced_once_all_of_it_has_left(acme: Stage) -> None:
    order = await sold(acme, "woocommerce", WHEN_DELIVERED)
    await acme.control("deliver", your_ref=order.external_id, tracking="3SONE", lines=[{"sku": "ART-00001"}])
    await acme.until_ledger(lambda found: found["tracking"]["delivered"] == 1)
    assert not booked(acme, credit=False)
    await acme.control("deliver", your_ref=order.external_id, tracking="3STWO")
    await until_invoiced(acme, order)
    assert [one.total for one in booked(acme, credit=False)] == [order.total]


@pytest.mark.parametrize("fault", ["lost_request", "lost_answer", "broken_answer"])
async def test_an_invoice_with_an_unknown_outcome_is_made_once(acme: Stage, fault: str) -> None:
    await acme.control("fault", fault=fault, platform="exact", method="POST", path="/InvoiceSalesOrders", times=1)
    order = await sold(acme, "woocommerce", AT_ONCE)
    await until_invoiced(acme, order)
    (invoice,) = await documents(acme, order)
    assert (invoice.total, invoice.by_hub) == (order.total, True)
    assert len(booked(acme, credit=False)) == 1


@pytest.mark.parametrize("stop", [Throttled(0.01), Unavailable("no connection")])
async def test_an_invoice_that_was_never_asked_for_is_asked_for_again_at_once(
    acme: Stage, monkeypatch: pytest.MonkeyPatch, stop: Outcome
) -> None:
    ask, stops = ExactErp.invoice_orders, [stop]

    async def stop_once(erp: ExactErp, orders: Any, **rest: Any) -> Any:
        if stops:
            raise stops.pop()
        return await ask(erp, orders, **rest)

    monkeypatch.setattr(ExactErp, "invoice_orders", stop_once)
    await until_invoiced(acme, await sold(acme, "woocommerce", AT_ONCE))
    assert not stops
    assert len(booked(acme, credit=False)) == 1


async def test_an_order_that_was_invoiced_by_hand_gets_no_second_invoice(acme: Stage) -> None:
    order = await sold(acme, "woocommerce", BY_HAND)
    await acme.control("invoice", your_ref=order.external_id)
    await acme.configure("woocommerce", invoicing=AT_ONCE)
    await until_invoiced(acme, order)
    assert [(one.number, one.by_hub) for one in await documents(acme, order)] == [(26_700_001, False)]
    assert [event.message for event in await acme.events("invoice.noticed")] == [
        f"Order {order.number} has invoice 26700001"
    ]
    assert len(booked(acme, credit=False)) == 1


async def test_an_invoice_that_exact_refuses_waits_for_a_person(acme: Stage) -> None:
    order = await sold(acme, "woocommerce", Invoicing(InvoicePolicy.WHEN_FORWARDED, "99"))

    async def refused() -> Any:
        rows = await acme.rows(select(invoicing))
        return rows[0] if rows and rows[0].status == "refused" else None

    assert "Dagboek" in (await eventually(refused)).problem
    await acme.configure("woocommerce", invoicing=AT_ONCE)
    await acme.command(commands.retry_invoice, order.order_id)
    await until_invoiced(acme, order)


async def test_many_orders_are_invoiced_in_few_calls(acme: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [await sold(acme, "woocommerce", BY_HAND, lines=[{"sku": "ART-00002"}]) for _ in range(4)]
    ask, asked = ExactErp.invoice_orders, []

    async def noted(erp: ExactErp, ids: Any, **rest: Any) -> Any:
        asked.append(ids)
        return await ask(erp, ids, **rest)

    monkeypatch.setattr(ExactErp, "invoice_orders", noted)
    await acme.configure("woocommerce", invoicing=AT_ONCE)
    for order in orders:
        await until_invoiced(acme, order)
    assert sum(map(len, asked)) == 4
    assert len(asked) < 4
