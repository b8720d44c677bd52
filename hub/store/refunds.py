"""Statements about refunds: what channels gave back, and how far its credit note has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.crediting import Parts
from hub.domain.life.refund import RefundCause, RefundState
from hub.domain.order import Charge, ChargeKind, Refund, RefundedLine
from hub.store.engine import Work
from hub.store.tables import orders, refund, refund_line
from hub.store.types import MICROS

ID_LENGTH, REASON_LENGTH = 128, 128
OF_RETURN = "return:"
"""What the id of a refund begins with that the hub itself makes for returned goods; the return's id follows."""


class RefundOrigin(StrEnum):
    """Who says that money goes back: the channel, or an inspected return of a channel that tells no refunds."""

    CHANNEL = "channel"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class StoredRefund:
    """A refund as stored. ``parts`` is what its credit note gives back, by place of the order's certificate;
    ``covered`` what returns in Exact credit of it, by line.
    """

    tenant_id: str
    refund_id: str
    order_id: str
    channel_id: str
    origin: RefundOrigin
    currency: str
    status: RefundState
    cause: RefundCause | None
    problem: str | None
    your_ref: str | None
    attempt_at: datetime | None
    parts: Mapping[int, Decimal] | None
    invoice_id: str | None
    invoice_number: int | None
    told: Refund
    covered: Mapping[str, Decimal]


def refund_id(tenant_id: str, channel_id: str, external_id: str) -> str:
    """Return the hub's id of a channel's refund: the same however often it is told."""
    return uuid5(NAMESPACE_URL, f"handelhub:refund:{tenant_id}:{channel_id}:{external_id}").hex


async def save_refunds(
    work: Work,
    tenant_id: str,
    channel_id: str,
    order: tuple[str, str],
    told: Sequence[Refund],
    origin: RefundOrigin = RefundOrigin.CHANNEL,
) -> list[str]:
    """Store refunds of an order (hub's id, currency) that are not stored yet; returns their ids. Repeatable."""
    order_id, currency = order
    ids = {refund_id(tenant_id, channel_id, one.refund_id): one for one in told}
    statement = select(refund.c.refund_id).where(refund.c.tenant_id == tenant_id, refund.c.refund_id.in_(list(ids)))
    known = set((await work.execute(statement)).scalars())
    fresh = {key: one for key, one in ids.items() if key not in known}
    for key, one in fresh.items():
        head = {
            "tenant_id": tenant_id,
            "refund_id": key,
            "order_id": order_id,
            "channel_id": channel_id,
            "external_id": one.refund_id[:ID_LENGTH],
            "origin": origin.value,
            "made_at": one.made_at,
            "currency": currency,
            "total": one.total,
            "reason": one.reason[:REASON_LENGTH],
            "status": RefundState.WAITING.value,
            "stored_at": work.clock.now(),
        }
        await work.execute(insert(refund).values(head))
        rows = [{"tenant_id": tenant_id, "refund_id": key, "place": at} | row for at, row in enumerate(_lines(one))]
        if rows:
            await work.execute(insert(refund_line), rows)
    return list(fresh)


def _lines(one: Refund) -> list[dict[str, Any]]:
    goods = [
        {
            "line_id": line.line_id,
            "charge": None,
            "description": "",
            "quantity": line.quantity,
            "gross": line.gross,
            "vat": None if line.vat is None else line.vat.quantize(MICROS),
            "restock": line.restock,
        }
        for line in one.lines
    ]
    charges = [
        {
            "line_id": None,
            "charge": charge.kind.value,
            "description": charge.description,
            "quantity": 0,
            "gross": charge.gross,
            "vat": None if charge.vat is None else charge.vat.quantize(MICROS),
            "restock": False,
        }
        for charge in one.charges
    ]
    return goods + charges


async def load_refund(connection: AsyncConnection, tenant_id: str, one: str) -> StoredRefund | None:
    """Return one refund of the tenant, None if there is none."""
    statement = select(refund).where(refund.c.tenant_id == tenant_id, refund.c.refund_id == one)
    found = await _whole(connection, tenant_id, (await connection.execute(statement)).all())
    return found[0] if found else None


async def refunds_of(connection: AsyncConnection, tenant_id: str, order_id: str) -> list[StoredRefund]:
    """Return the refunds of an order, in the order in which they were given."""
    statement = select(refund).where(refund.c.tenant_id == tenant_id, refund.c.order_id == order_id)
    rows = (await connection.execute(statement.order_by(refund.c.made_at, refund.c.refund_id))).all()
    return await _whole(connection, tenant_id, rows)


async def refunds_in(
    connection: AsyncConnection, tenant_id: str, division: int, statuses: Iterable[RefundState], most: int
) -> list[str]:
    """Return the ids of refunds in some states whose orders stand in a division, oldest first."""
    statement = (
        select(refund.c.refund_id)
        .join(orders, (orders.c.tenant_id == refund.c.tenant_id) & (orders.c.order_id == refund.c.order_id))
        .where(
            refund.c.tenant_id == tenant_id,
            refund.c.status.in_([one.value for one in statuses]),
            orders.c.division == division,
        )
        .order_by(refund.c.made_at)
        .limit(most)
    )
    return list((await connection.execute(statement)).scalars())


async def change_refund(work: Work, tenant_id: str, one: str, status: RefundState, **values: Any) -> None:
    """Set the state of a refund, and columns with it."""
    mine = (refund.c.tenant_id == tenant_id) & (refund.c.refund_id == one)
    await work.execute(update(refund).where(mine).values(status=status.value, **values))


async def begin_refund(work: Work, tenant_id: str, one: str, *, division: int, your_ref: str, parts: Parts) -> bool:
    """Write down that posting the credit note is about to begin; False where it is no longer to be booked."""
    open_states = [RefundState.READY.value, RefundState.SENDING.value]
    statement = (
        update(refund)
        .where(refund.c.tenant_id == tenant_id, refund.c.refund_id == one, refund.c.status.in_(open_states))
        .values(
            status=RefundState.SENDING.value,
            division=division,
            your_ref=your_ref,
            parts={str(place): str(amount) for place, amount in parts.noted.items()},
            attempt_at=work.clock.now(),
            cause=None,
            problem=None,
        )
        .returning(refund.c.refund_id)
    )
    if (await work.connection.execute(statement)).scalar_one_or_none() is None:
        return False
    await note_covered(work, tenant_id, one, parts.covered)
    return True


async def note_covered(work: Work, tenant_id: str, one: str, covered: Mapping[str, Decimal]) -> None:
    """Write down what returns in Exact credit of a refund, by line."""
    line = refund_line.c
    for line_id, amount in covered.items():
        mine = (line.tenant_id == tenant_id) & (line.refund_id == one) & (line.line_id == line_id)
        await work.execute(update(refund_line).where(mine).values(covered=amount))


async def lose_refund(work: Work, tenant_id: str, one: str, *, back: bool) -> None:
    """Write down that no answer came; ``back`` says that nothing was sent at all."""
    mine = (refund.c.tenant_id == tenant_id) & (refund.c.refund_id == one)
    values: dict[str, Any] = {"attempt_at": work.clock.now()}
    if back:
        values = {"status": RefundState.READY.value, "attempt_at": None, "your_ref": None, "parts": None}
    await work.execute(update(refund).where(mine, refund.c.status == RefundState.SENDING.value).values(**values))


async def _whole(connection: AsyncConnection, tenant_id: str, rows: Sequence[Row[Any]]) -> list[StoredRefund]:
    ids = [row.refund_id for row in rows]
    statement = select(refund_line).where(refund_line.c.tenant_id == tenant_id, refund_line.c.refund_id.in_(ids))
    lines: dict[str, list[Row[Any]]] = {}
    for line in (await connection.execute(statement.order_by(refund_line.c.place))).all():
        lines.setdefault(line.refund_id, []).append(line)
    return [_stored(row, lines.get(row.refund_id, [])) for row in rows]


def _stored(row: Row[Any], lines: Sequence[Row[Any]]) -> StoredRefund:
    return StoredRefund(
        tenant_id=row.tenant_id,
        refund_id=row.refund_id,
        order_id=row.order_id,
        channel_id=row.channel_id,
        origin=RefundOrigin(row.origin),
        currency=row.currency,
        status=RefundState(row.status),
        cause=None if row.cause is None else RefundCause(row.cause),
        problem=row.problem,
        your_ref=row.your_ref,
        attempt_at=row.attempt_at,
        parts=None if row.parts is None else {int(place): Decimal(amount) for place, amount in row.parts.items()},
        invoice_id=row.invoice_id,
        invoice_number=row.invoice_number,
        covered={line.line_id: line.covered for line in lines if line.covered},
        told=Refund(
            refund_id=row.external_id,
            made_at=row.made_at,
            lines=tuple(_line(line) for line in lines if line.charge is None),
            charges=tuple(_charge(line) for line in lines if line.charge is not None),
            reason=row.reason,
        ),
    )


def _line(row: Row[Any]) -> RefundedLine:
    return RefundedLine(row.line_id, row.quantity, row.gross, row.vat, row.restock)


def _charge(row: Row[Any]) -> Charge:
    return Charge(ChargeKind(row.charge), row.description, row.gross, vat=row.vat)
