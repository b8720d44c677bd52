"""The activity log: told inside the work that does the thing, numbered and chained when that work commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opentelemetry import trace
from sqlalchemy import Row, bindparam, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.metrics import Attribute, Metric, counter
from hub.store.audit.chain import Head, linked
from hub.store.audit.encoding import stored_value
from hub.store.engine import ByKeys, Hot, Work
from hub.store.tables import sync_event, tenant


@dataclass(frozen=True, slots=True)
class SyncEvent:
    """One line of the activity log: what happened, to what, when (UTC), why; never personal data.

    ``actor`` is who did it: an actor's address, ``user:<token label>`` or ``hub``.
    """

    tenant_id: str
    kind: str
    message: str
    at: datetime
    level: str = "info"
    channel_id: str | None = None
    division: int | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    actor: str = "hub"


_told = counter(Metric.EVENTS)

TOPIC = "sync_event"
"""What the store signals after a commit that told events; the keys are the tenants' ids."""


def tell(work: Work, event: SyncEvent) -> None:
    """Write an event with the effects of ``work``: both are durable, or neither is."""
    work.defer(_flush, _row(event))
    work.signal(TOPIC, event.tenant_id)
    labels = {Attribute.EVENT.value: event.kind, Attribute.LEVEL.value: event.level}
    work.after_commit(lambda: _told.add(1, labels))


def _row(event: SyncEvent) -> dict[str, Any]:
    return {
        "tenant_id": event.tenant_id,
        "at": event.at,
        "kind": event.kind,
        "level": event.level,
        "channel_id": event.channel_id,
        "division": None if event.division is None else str(event.division),
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "message": event.message,
        "detail": stored_value(event.detail),
        "trace_id": current_trace_id(),
        "actor": event.actor,
    }


def current_trace_id() -> str | None:
    """Return the trace that is being worked on as 32 hex digits, if there is one."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else None


async def _flush(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Number and chain the rows per tenant, in the order told; the tenant's row is locked until the commit."""
    heads = await _lock_heads(connection, {row["tenant_id"] for row in rows})
    chained = []
    for row in rows:
        chained.append(linked(row, heads[row["tenant_id"]]))
        heads[row["tenant_id"]] = Head(chained[-1]["seq"], chained[-1]["digest"])
    await TELL.run_each(connection, chained)
    moved = [{"owner": name, "seq": head.seq, "digest": head.digest} for name, head in heads.items()]
    await MOVE_HEAD.run_each(connection, moved)


HEADS = ByKeys(
    lambda owners: (
        select(tenant.c.tenant_id, tenant.c.event_seq, tenant.c.event_digest)
        .where(tuple_(tenant.c.tenant_id).in_(owners))
        .order_by(tenant.c.tenant_id)
        .with_for_update()
    ),
    sample=("",),
)
TELL = Hot(insert(sync_event))
MOVE_HEAD = Hot(
    update(tenant)
    .where(tenant.c.tenant_id == bindparam("owner"))
    .values(event_seq=bindparam("seq"), event_digest=bindparam("digest"))
)


async def _lock_heads(connection: AsyncConnection, tenant_ids: set[str]) -> dict[str, Head]:
    """Return where the tenants' chains end, locked in one order, so that no two writers wait for each other."""
    found = await HEADS.run(connection, [(owner,) for owner in sorted(tenant_ids)])
    return {tenant_id: Head(seq, digest) for tenant_id, seq, digest in found}


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to read; an absent field takes all."""

    channel_id: str | None = None
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    subject_type: str | None = None
    subject_id: str | None = None


async def events_after(
    connection: AsyncConnection, tenant_id: str, seq: int, only: EventFilter, limit: int
) -> Sequence[Row[Any]]:
    """Return events with a higher number than ``seq``, oldest first; numbers commit in order, so none is skipped."""
    statement = select(sync_event).where(
        sync_event.c.tenant_id == tenant_id, sync_event.c.seq > seq, *_conditions(only)
    )
    return (await connection.execute(statement.order_by(sync_event.c.seq).limit(limit))).all()


async def has_told(connection: AsyncConnection, tenant_id: str, kind: str, subject_id: str, message: str) -> bool:
    """Say whether the log holds this very line about an order already."""
    only = EventFilter(kinds=(kind,), subject_type="order", subject_id=subject_id)
    statement = select(sync_event.c.seq).where(
        sync_event.c.tenant_id == tenant_id, sync_event.c.message == message, *_conditions(only)
    )
    return (await connection.execute(statement.limit(1))).first() is not None


async def last_told_of(connection: AsyncConnection, tenant_id: str, order_id: str) -> str | None:
    """Return the kind of the newest line about an order, None where there is none."""
    only = EventFilter(subject_type="order", subject_id=order_id)
    statement = select(sync_event.c.kind).where(sync_event.c.tenant_id == tenant_id, *_conditions(only))
    found: str | None = await connection.scalar(statement.order_by(sync_event.c.seq.desc()).limit(1))
    return found


async def newest_event(connection: AsyncConnection, tenant_id: str) -> int:
    """Return the highest event number of the tenant, zero when there is none."""
    statement = select(tenant.c.event_seq).where(tenant.c.tenant_id == tenant_id)
    return (await connection.execute(statement)).scalar_one_or_none() or 0


def _conditions(only: EventFilter) -> list[Any]:
    found: list[Any] = []
    if only.channel_id is not None:
        found.append(sync_event.c.channel_id == only.channel_id)
    if only.kinds:
        found.append(sync_event.c.kind.in_(only.kinds))
    if only.levels:
        found.append(sync_event.c.level.in_(only.levels))
    if only.subject_type is not None:
        found.append(sync_event.c.subject_type == only.subject_type)
    if only.subject_id is not None:
        found.append(sync_event.c.subject_id == only.subject_id)
    return found
