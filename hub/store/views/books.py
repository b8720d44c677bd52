"""An order beside the books: what was sold, what was invoiced, what was credited."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.invoicing import DocumentKind
from hub.domain.life.refund import RefundState
from hub.domain.money import ZERO
from hub.store.certificates import certificate_from_json
from hub.store.invoices import documents_of
from hub.store.refunds import RefundOrigin
from hub.store.tables import goods_return, goods_return_line, orders, refund, refund_line

K = TypeVar("K")
Key: TypeAlias = tuple[str, str | None, str]
"""Order, line (None for what is no line), and who tells it."""
OFF_THE_BOOKS = frozenset({RefundState.DISMISSED.value})


@dataclass(frozen=True, slots=True)
class OrderBooks:
    """One order's amounts, VAT included, in ``currency``, none of them negative.

    ``sold`` is what was forwarded to Exact (the certificate's total; the channel's total before that), ``refunded``
    what went back since, without what a person dismissed. ``invoiced`` and ``credited`` are what stands in Exact.
    """

    order_id: str
    currency: str
    sold: Decimal
    refunded: Decimal
    invoiced: Decimal
    credited: Decimal

    @property
    def due(self) -> Decimal:
        """What should stand in the books once all is done."""
        return self.sold - self.refunded

    @property
    def booked(self) -> Decimal:
        return self.invoiced - self.credited

    @property
    def difference(self) -> Decimal:
        """What the books hold more than they should; negative while an invoice is still to come."""
        return self.booked - self.due


async def books_of(connection: AsyncConnection, tenant_id: str, order_ids: Collection[str]) -> dict[str, OrderBooks]:
    """Return the books of some orders by their ids; orders that are not the tenant's are absent. Five statements."""
    order = orders.c
    heads = select(order.order_id, order.currency, order.total, order.derivation).where(
        order.tenant_id == tenant_id, order.order_id.in_(list(order_ids))
    )
    rows = (await connection.execute(heads)).all()
    ids = [row.order_id for row in rows]
    documents = await documents_of(connection, tenant_id, ids)
    back = await _refunded(connection, tenant_id, ids)
    invoiced = _sums((one.order_id, one.total) for one in documents if one.kind is DocumentKind.INVOICE)
    credited = _sums((one.order_id, one.total) for one in documents if one.kind is DocumentKind.CREDIT_NOTE)
    return {
        row.order_id: OrderBooks(
            order_id=row.order_id,
            currency=row.currency,
            sold=row.total if (one := certificate_from_json(row.derivation)) is None else one.total,
            refunded=back.get(row.order_id, ZERO),
            invoiced=invoiced.get(row.order_id, ZERO),
            credited=credited.get(row.order_id, ZERO),
        )
        for row in rows
    }


async def _refunded(connection: AsyncConnection, tenant_id: str, order_ids: Iterable[str]) -> dict[str, Decimal]:
    """Return what went back by order: of a line the larger of refunds and returned goods, as only one is credited."""
    ids = list(order_ids)
    by_line = await _told(connection, tenant_id, ids)
    for key, amount in (await _returned(connection, tenant_id, ids)).items():
        by_line[key] = max(by_line.get(key, ZERO), amount)
    return _sums((order_id, amount) for (order_id, *_), amount in by_line.items())


async def _told(connection: AsyncConnection, tenant_id: str, ids: list[str]) -> dict[Key, Decimal]:
    head, line = refund.c, refund_line.c
    statement = (
        select(head.order_id, head.origin, line.line_id, line.gross)
        .join(refund_line, (line.tenant_id == head.tenant_id) & (line.refund_id == head.refund_id))
        .where(head.tenant_id == tenant_id, head.order_id.in_(ids), head.status.not_in(OFF_THE_BOOKS))
    )
    rows = (await connection.execute(statement)).all()
    return _sums(((row.order_id, row.line_id, row.origin), row.gross) for row in rows)


async def _returned(connection: AsyncConnection, tenant_id: str, ids: list[str]) -> dict[Key, Decimal]:
    head, line = goods_return.c, goods_return_line.c
    statement = (
        select(head.order_id, line.line_id, line.credited)
        .join(goods_return_line, (line.tenant_id == head.tenant_id) & (line.return_id == head.return_id))
        .where(head.tenant_id == tenant_id, head.order_id.in_(ids), line.credited.is_not(None))
    )
    rows = (await connection.execute(statement)).all()
    return _sums(((row.order_id, row.line_id, RefundOrigin.CHANNEL.value), row.credited) for row in rows)


def _sums(amounts: Iterable[tuple[K, Decimal]]) -> dict[K, Decimal]:
    found: dict[K, Decimal] = {}
    for key, amount in amounts:
        found[key] = found.get(key, ZERO) + amount
    return found
