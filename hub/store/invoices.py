"""Statements about invoices and credit notes of orders, and how far the asking for them has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.invoicing import DocumentKind, SalesDocument
from hub.domain.life.invoice import InvoiceState
from hub.domain.order import OrderStatus
from hub.store.engine import Work
from hub.store.tables import invoicing, orders, sales_document
from hub.store.upsert import fitting, upsert

REFERENCE_LENGTH = 64
BEGINNABLE = (InvoiceState.DUE.value, InvoiceState.SENDING.value)


@dataclass(frozen=True, slots=True)
class StoredInvoicing:
    """How far an order's invoice has come; ``difference`` is what the invoices are more than was forwarded."""

    order_id: str
    division: int
    status: InvoiceState
    problem: str | None
    difference: Decimal | None
    attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """An invoice or credit note with what of it belongs to one order, VAT included, positive."""

    invoice_id: str
    order_id: str
    kind: DocumentKind
    number: int | None
    total: Decimal
    by_hub: bool


async def load_invoicings(
    connection: AsyncConnection, tenant_id: str, order_ids: Iterable[str]
) -> dict[str, StoredInvoicing]:
    """Return the invoicing of some orders by their ids; an order that nothing was done for yet is absent."""
    table = invoicing.c
    statement = select(invoicing).where(table.tenant_id == tenant_id, table.order_id.in_(list(order_ids)))
    rows = (await connection.execute(statement)).all()
    return {row.order_id: _invoicing(row) for row in rows}


def _invoicing(row: Any) -> StoredInvoicing:
    return StoredInvoicing(
        row.order_id, row.division, InvoiceState(row.status), row.problem, row.difference, row.attempt_at
    )


async def note_invoicing(
    work: Work, tenant_id: str, order_id: str, division: int, status: InvoiceState, **values: Any
) -> None:
    """Set how far an order's invoice has come. Repeatable."""
    row = {
        "tenant_id": tenant_id,
        "order_id": order_id,
        "division": division,
        "status": status.value,
        "problem": None,
        "difference": None,
        "attempt_at": None,
        "changed_at": work.clock.now(),
    }
    await upsert(work.connection, invoicing, [row | values])


async def begin_invoices(work: Work, tenant_id: str, order_ids: Iterable[str], division: int) -> None:
    """Write down that invoices of some orders are about to be asked for."""
    for order_id in order_ids:
        await note_invoicing(work, tenant_id, order_id, division, InvoiceState.SENDING, attempt_at=work.clock.now())


async def lose_invoices(work: Work, tenant_id: str, order_ids: Sequence[str], *, back: bool) -> None:
    """Write down that no answer came; ``back`` says that nothing was sent at all."""
    table, values = invoicing.c, {"attempt_at": None if back else work.clock.now()}
    status = {"status": InvoiceState.DUE.value} if back else {}
    mine = (table.tenant_id == tenant_id) & table.order_id.in_(list(order_ids))
    sending = table.status == InvoiceState.SENDING.value
    await work.execute(update(invoicing).where(mine, sending).values(**values, **status))


async def save_documents(
    work: Work, tenant_id: str, order: tuple[str, str, str], division: int, found: Sequence[SalesDocument]
) -> list[str]:
    """Store what stands in Exact of an order (hub's id, sales order's id, currency); returns the ids that are new.

    Repeatable; a document that the hub made stays marked as such.
    """
    order_id, sales_order_id, currency = order
    known = {one.invoice_id for one in await documents_of(work.connection, tenant_id, [order_id])}
    rows = [
        {
            "tenant_id": tenant_id,
            "invoice_id": one.invoice_id,
            "order_id": order_id,
            "division": division,
            "kind": one.kind.value,
            "number": one.number,
            "your_ref": fitting(one.your_ref, REFERENCE_LENGTH) or "",
            "total": one.of_order(sales_order_id) if one.sales_orders else one.total,
            "currency": currency,
            "by_hub": False,
            "noted_at": work.clock.now(),
        }
        for one in found
    ]
    await upsert(work.connection, sales_document, rows, keep=("by_hub", "noted_at"))
    return [one.invoice_id for one in found if one.invoice_id not in known]


async def mark_made(work: Work, tenant_id: str, invoice_ids: Iterable[str]) -> None:
    """Write down that the hub had these documents made."""
    table = sales_document.c
    mine = (table.tenant_id == tenant_id) & table.invoice_id.in_(list(invoice_ids))
    await work.execute(update(sales_document).where(mine).values(by_hub=True))


async def documents_of(connection: AsyncConnection, tenant_id: str, order_ids: Iterable[str]) -> list[StoredDocument]:
    """Return the invoices and credit notes of some orders, in the order in which they were noted."""
    table = sales_document.c
    statement = select(sales_document).where(table.tenant_id == tenant_id, table.order_id.in_(list(order_ids)))
    rows = (await connection.execute(statement.order_by(table.noted_at, table.invoice_id))).all()
    return [
        StoredDocument(row.invoice_id, row.order_id, DocumentKind(row.kind), row.number, row.total, row.by_hub)
        for row in rows
    ]


async def orders_without_invoice(
    connection: AsyncConnection,
    tenant_id: str,
    division: int,
    channel_ids: Sequence[str],
    since: datetime,
    most: int,
) -> list[str]:
    """Return the ids of at most so many forwarded orders of some channels whose invoice is not known, oldest first.

    Orders placed before ``since`` are left alone, and so are those that Exact refuses to invoice.
    """
    table, order = invoicing.c, orders.c
    settled = select(table.order_id).where(
        table.tenant_id == tenant_id, table.status.in_([InvoiceState.INVOICED.value, InvoiceState.REFUSED.value])
    )
    statement = select(order.order_id).where(
        order.tenant_id == tenant_id,
        order.division == division,
        order.channel_id.in_(list(channel_ids)),
        order.status == OrderStatus.FORWARDED.value,
        order.placed_at >= since,
        order.order_id.not_in(settled),
    )
    return list((await connection.execute(statement.order_by(order.placed_at).limit(most))).scalars())
