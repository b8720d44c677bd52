"""Refunds, returns and documents are stored once, begun once, and add up beside the order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from sqlalchemy import insert, select

from hub.domain.crediting import Parts
from hub.domain.invoicing import DocumentKind, SalesDocument
from hub.domain.life.goods_return import ReturnState
from hub.domain.life.invoice import InvoiceState
from hub.domain.life.refund import RefundState
from hub.domain.order import Charge, ChargeKind, Refund, RefundedLine
from hub.store.engine import Database, Work
from hub.store.goods_returns import (
    StoredReturn,
    StoredReturnLine,
    begin_return,
    insert_return,
    load_return,
    return_id,
    take_back_return,
)
from hub.store.invoices import (
    begin_invoices,
    documents_of,
    load_invoicings,
    lose_invoices,
    mark_made,
    orders_without_invoice,
    save_documents,
)
from hub.store.refunds import begin_refund, change_refund, load_refund, lose_refund, refund_id, refunds_of, save_refunds
from hub.store.tables import orders, refund
from hub.store.views.books import books_of

T = TypeVar("T")
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEY = ("o", "EUR")
TOLD = Refund(
    "r1",
    NOON,
    (RefundedLine("a", 1, Decimal("12.10"), Decimal("2.10"), restock=True),),
    (Charge(ChargeKind.SHIPPING, "Shipping", Decimal("4.95")),),
)
ONE = refund_id("acme", "shop", "r1")


@pytest.fixture
async def sold(database: Database) -> Database:
    """A database with one forwarded order of 29.15."""
    row = {
        "tenant_id": "acme", "order_id": "o", "channel_id": "shop", "external_id": "1", "number": "1",
        "placed_at": NOON, "changed_at": NOON, "imported_at": NOON, "currency": "EUR", "total": Decimal("29.15"),
        "payment": "paid", "fulfilled_by": "seller", "raw_status": "", "cancelled": False, "charges": [],
        "status": "forwarded", "division": 1, "sales_order_id": "so",
    }  # fmt: skip
    await database.write(lambda work: work.execute(insert(orders).values(row)))
    return database


async def read(database: Database, look: Callable[..., Awaitable[T]], *asked: Any) -> T:
    async with database.read() as connection:
        return await look(connection, "acme", *asked)


def document(number: int, kind: DocumentKind, total: str, *orders: tuple[str, str]) -> SalesDocument:
    parts = tuple((one, Decimal(amount)) for one, amount in orders)
    return SalesDocument(f"i{number}", kind, number, "ref", Decimal(total), Decimal(total), parts)


async def test_a_refund_is_stored_once_however_often_it_is_told(sold: Database) -> None:
    first = await sold.write(lambda work: save_refunds(work, "acme", "shop", KEY, [TOLD]))
    again = await sold.write(lambda work: save_refunds(work, "acme", "shop", KEY, [TOLD, TOLD]))
    assert (first, again) == ([ONE], [])
    (found,) = await read(sold, refunds_of, "o")
    assert (found.told, found.status) == (TOLD, RefundState.WAITING)


async def test_a_refund_is_begun_only_while_it_is_to_be_booked(sold: Database) -> None:
    await sold.write(lambda work: save_refunds(work, "acme", "shop", KEY, [TOLD]))
    parts = Parts({0: Decimal("2.10")}, {"a": Decimal("10.00")})

    async def begin(work: Work) -> bool:
        return await begin_refund(work, "acme", ONE, division=1, your_ref="7-r1", parts=parts)

    assert not await sold.write(begin)
    await sold.write(lambda work: change_refund(work, "acme", ONE, RefundState.READY))
    assert await sold.write(begin)
    found = await read(sold, load_refund, ONE)
    assert found is not None
    assert (found.status, found.parts, found.covered) == (RefundState.SENDING, parts.noted, parts.covered)
    await sold.write(lambda work: lose_refund(work, "acme", ONE, back=True))
    back = await read(sold, load_refund, ONE)
    assert back is not None
    assert (back.status, back.parts, back.your_ref) == (RefundState.READY, None, None)
    await sold.write(lambda work: change_refund(work, "acme", ONE, RefundState.DISMISSED))
    assert not await sold.write(begin)


async def test_documents_are_noted_once_and_keep_who_made_them(sold: Database) -> None:
    key = ("o", "so", "EUR")
    made = [document(1, DocumentKind.INVOICE, "29.15", ("so", "24.20"))]
    shared = [document(2, DocumentKind.INVOICE, "99.00", ("so", "9.00"), ("other", "90.00"))]
    assert await sold.write(lambda work: save_documents(work, "acme", key, 1, made)) == ["i1"]
    await sold.write(lambda work: mark_made(work, "acme", ["i1"]))
    assert await sold.write(lambda work: save_documents(work, "acme", key, 1, made + shared)) == ["i2"]
    found = {one.invoice_id: (one.total, one.by_hub) for one in await read(sold, documents_of, ["o"])}
    assert found == {"i1": (Decimal("29.15"), True), "i2": (Decimal("9.00"), False)}


async def test_orders_are_looked_at_until_their_invoice_is_known(sold: Database) -> None:
    assert await read(sold, orders_without_invoice, 1, ["shop"], NOON, 9) == ["o"]
    assert await read(sold, orders_without_invoice, 1, ["other"], NOON, 9) == []
    await sold.write(lambda work: begin_invoices(work, "acme", ["o"], 1))
    assert (await read(sold, load_invoicings, ["o"]))["o"].status is InvoiceState.SENDING
    await sold.write(lambda work: lose_invoices(work, "acme", ["o"], back=True))
    stored = (await read(sold, load_invoicings, ["o"]))["o"]
    assert (stored.status, stored.attempt_at) == (InvoiceState.DUE, None)


async def test_a_return_counts_what_exact_credits_until_it_is_taken_back(sold: Database) -> None:
    stored = a_return()
    assert await sold.write(lambda work: insert_return(work, stored))
    assert not await sold.write(lambda work: insert_return(work, stored))

    async def begin(work: Work) -> bool:
        return await begin_return(
            work, stored, division=1, reference="RET-1", parts={"d": Decimal(1)}, credited={0: (1, Decimal("12.10"))}
        )

    assert await sold.write(begin)
    begun = await read(sold, load_return, stored.return_id)
    assert begun is not None
    assert (begun.status, begun.parts) == (ReturnState.BOOKING, {"d": Decimal(1)})
    assert begun.lines[0].credited == Decimal("12.10")
    assert (await read(sold, books_of, ["o"]))["o"].refunded == Decimal("12.10")
    await sold.write(lambda work: take_back_return(work, begun, ReturnState.HELD))
    assert (await read(sold, books_of, ["o"]))["o"].refunded == 0


def a_return() -> StoredReturn:
    return StoredReturn(
        tenant_id="acme", return_id=return_id("acme", "shop", "x", "o"), order_id="o", channel_id="shop",
        external_id="x", by_hand=True, registered_at=NOON, status=ReturnState.INSPECTED, cause=None, problem=None,
        reference=None, attempt_at=None, parts=None, planned_return_id=None, return_number=None, stored_at=NOON,
        lines=(StoredReturnLine(0, "0", "a", None, "", 1, 1, 0),),
    )  # fmt: skip


async def test_a_refund_and_a_return_of_one_line_count_once_in_the_books(sold: Database) -> None:
    key = ("o", "so", "EUR")
    found = [
        document(1, DocumentKind.INVOICE, "29.15", ("so", "24.20")),
        document(2, DocumentKind.CREDIT_NOTE, "12.10", ("so", "12.10")),
        document(3, DocumentKind.CREDIT_NOTE, "4.95"),
    ]
    await sold.write(lambda work: save_documents(work, "acme", key, 1, found))
    await sold.write(lambda work: save_refunds(work, "acme", "shop", KEY, [TOLD]))
    stored = a_return()
    await sold.write(lambda work: insert_return(work, stored))
    credited = {0: (1, Decimal("12.10"))}
    await sold.write(lambda work: begin_return(work, stored, division=1, reference="R", parts={}, credited=credited))
    books = (await read(sold, books_of, ["o"]))["o"]
    assert (books.sold, books.refunded) == (Decimal("29.15"), Decimal("17.05"))
    assert (books.invoiced, books.credited, books.difference) == (Decimal("29.15"), Decimal("17.05"), Decimal(0))
    await sold.write(lambda work: change_refund(work, "acme", ONE, RefundState.DISMISSED))
    assert (await read(sold, books_of, ["o"]))["o"].refunded == Decimal("12.10")


async def test_another_tenants_refund_is_not_found(sold: Database) -> None:
    await sold.write(lambda work: save_refunds(work, "globex", "shop", KEY, [TOLD]))
    assert await read(sold, refunds_of, "o") == []
    async with sold.read() as connection:
        rows = (await connection.execute(select(refund.c.tenant_id))).all()
    assert [row.tenant_id for row in rows] == ["globex"]
