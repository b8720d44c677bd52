"""Statements about cancellations: asked, moved through their states, followed to their end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery import CancelReason
from hub.domain.life.cancellation import CANCELLATION, AskedBy, CancellationEvent, CancellationState, UnitsOff
from hub.store.engine import Work
from hub.store.tables import cancellation


@dataclass(frozen=True, slots=True)
class StoredCancellation:
    """One cancellation; ``reference`` is deterministic per order and place. Times UTC; ``until`` is a deadline."""

    tenant_id: str
    cancellation_id: str
    order_id: str
    channel_id: str
    reference: str
    asked_by: AskedBy
    reason: CancelReason
    units: tuple[UnitsOff, ...]
    whole: bool
    state: CancellationState
    asked_at: datetime
    until: datetime | None
    attempt_at: datetime | None = None
    process_id: str | None = None
    problem: str | None = None


async def ask_cancellation(
    work: Work,
    tenant_id: str,
    order_id: str,
    channel_id: str,
    units: Sequence[UnitsOff],
    *,
    event: CancellationEvent,
    asked_by: AskedBy,
    reason: CancelReason,
    whole: bool,
    until: datetime | None = None,
) -> StoredCancellation:
    """Store a new cancellation of an order that the caller holds the lock of; its number among the order's names it."""
    place = 1 + len(await cancellations_of(work.connection, tenant_id, order_id))
    reference = f"HHC-{order_id[:24]}-{place}"
    one = StoredCancellation(
        tenant_id=tenant_id,
        cancellation_id=uuid5(NAMESPACE_URL, f"handelhub:cancellation:{tenant_id}:{order_id}:{place}").hex,
        order_id=order_id,
        channel_id=channel_id,
        reference=reference,
        asked_by=asked_by,
        reason=reason,
        units=tuple(units),
        whole=whole,
        state=CANCELLATION.after(CANCELLATION.start, event),
        asked_at=work.clock.now(),
        until=until,
    )
    await work.execute(insert(cancellation).values(_row(one) | {"changed_at": one.asked_at}))
    return one


async def move_cancellation(
    work: Work, one: StoredCancellation, event: CancellationEvent, **values: Any
) -> StoredCancellation:
    """Move a cancellation by an event and set columns with it; raises NotPossible where the event does not fit."""
    moved = replace(one, state=CANCELLATION.after(one.state, event), **values)
    await change_cancellation(work, one, state=moved.state.value, **values)
    return moved


async def change_cancellation(work: Work, one: StoredCancellation, **values: Any) -> None:
    """Set columns of a cancellation."""
    if "units" in values:
        values["units"] = _units_to_json(values["units"])
    this = cancellation.c.tenant_id == one.tenant_id, cancellation.c.cancellation_id == one.cancellation_id
    await work.execute(update(cancellation).where(*this).values(**values, changed_at=work.clock.now()))


async def load_cancellation(connection: AsyncConnection, tenant_id: str, one: str) -> StoredCancellation | None:
    """Return one cancellation of the tenant, None if there is none."""
    found = await _read(connection, _of(tenant_id).where(cancellation.c.cancellation_id == one))
    return found[0] if found else None


async def cancellations_of(
    connection: AsyncConnection, tenant_id: str, order_id: str, states: Iterable[CancellationState] = ()
) -> list[StoredCancellation]:
    """Return the cancellations of an order, oldest first; of these states only, where some are named."""
    statement = _of(tenant_id).where(cancellation.c.order_id == order_id)
    if chosen := [state.value for state in states]:
        statement = statement.where(cancellation.c.state.in_(chosen))
    return await _read(connection, statement)


async def orders_cancelling(
    connection: AsyncConnection, tenant_id: str, order_ids: Collection[str], states: Iterable[CancellationState]
) -> set[str]:
    """Return those of some orders that have a cancellation in one of these states."""
    table = cancellation.c
    statement = select(table.order_id).where(
        table.tenant_id == tenant_id, table.order_id.in_(order_ids), table.state.in_([one.value for one in states])
    )
    return set((await connection.execute(statement)).scalars())


async def cancellations_in_process(
    connection: AsyncConnection, tenant_id: str, channel_id: str
) -> list[StoredCancellation]:
    """Return the cancellations that a channel works on."""
    sent = cancellation.c.state == CancellationState.SENT.value
    of_channel = cancellation.c.channel_id == channel_id
    return await _read(connection, _of(tenant_id).where(of_channel, sent, cancellation.c.process_id.is_not(None)))


def _of(tenant_id: str) -> Select[Any]:
    return select(cancellation).where(cancellation.c.tenant_id == tenant_id)


async def _read(connection: AsyncConnection, statement: Select[Any]) -> list[StoredCancellation]:
    ordered = statement.order_by(cancellation.c.asked_at, cancellation.c.reference)
    return [_stored(row) for row in (await connection.execute(ordered)).all()]


def _stored(row: Row[Any]) -> StoredCancellation:
    plain = {name: getattr(row, name) for name in StoredCancellation.__dataclass_fields__}
    return StoredCancellation(
        **plain
        | {
            "asked_by": AskedBy(row.asked_by),
            "reason": CancelReason(row.reason),
            "units": units_from_json(row.units),
            "state": CancellationState(row.state),
        }
    )


def _row(one: StoredCancellation) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in StoredCancellation.__dataclass_fields__}
    words = {name: plain[name].value for name in ("asked_by", "reason", "state")}
    return plain | words | {"units": _units_to_json(one.units)}


def units_from_json(plain: Iterable[Sequence[Any]]) -> tuple[UnitsOff, ...]:
    """Read units back from JSON."""
    return tuple(UnitsOff(line_id, quantity, reaches) for line_id, quantity, reaches in plain)


def _units_to_json(units: Iterable[UnitsOff]) -> list[list[Any]]:
    return [[one.line_id, one.quantity, one.reaches] for one in units]
