"""Handled mail: deleted unless a newer value folded into it meanwhile, kept for another try, or parked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, null, outerjoin, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.actor_row import ActorRow
from hub.actors.runtime.mailbox.letters import Key, LaneState, Retry, Settlement, Status
from hub.store.engine import BulkInsert, ByKeys, Hot
from hub.store.engine.keys import chunks
from hub.store.tables.mailbox import lane, message, parked
from hub.store.types import INSTANT, Instant

PLACE = (message.c.tenant_id, message.c.address, message.c.lane, message.c.seq)
AS_NEW: dict[Any, Any] = {
    message.c.posted_at: func.coalesce(message.c.folded_at, message.c.posted_at),
    message.c.folded_at: null(),
}
"""What becomes of a message that is newer than the turn that handled it: it is as old as its last change."""
DELETE = ByKeys(
    lambda handled: delete(message).where(tuple_(*PLACE, message.c.revision).in_(handled)),
    sample=("", "", "", 0, 0),
)
KEEP_NEWER = update(message).where(tuple_(*PLACE).in_(bindparam("places", expanding=True))).values(AS_NEW)
RETRY = Hot(
    update(message)
    .where(
        message.c.tenant_id == bindparam("t"),
        message.c.address == bindparam("a"),
        message.c.lane == bindparam("l"),
        message.c.seq == bindparam("s"),
        message.c.revision == bindparam("r"),
    )
    .values(
        attempts=bindparam("tries"),
        crashes=bindparam("falls"),
        due_at=bindparam("due", type_=message.c.due_at.type),
    )
)
NEXT_DUE = (
    select(message.c.tenant_id, message.c.address, func.min(message.c.due_at, type_=Instant), lane.c.wait_until)
    .select_from(
        outerjoin(
            message,
            lane,
            and_(
                lane.c.tenant_id == message.c.tenant_id,
                lane.c.address == message.c.address,
                lane.c.lane == message.c.lane,
            ),
        )
    )
    .where(tuple_(message.c.tenant_id, message.c.address).in_(bindparam("keys", expanding=True)))
    .group_by(message.c.tenant_id, message.c.address, message.c.lane, lane.c.wait_until)
)

TRY_LANES = (
    update(lane)
    .where(tuple_(lane.c.tenant_id, lane.c.address).in_(bindparam("keys", expanding=True)))
    .values(wait_until=None, attempts=0)
)
TRY_MESSAGES = (
    update(message)
    .where(
        tuple_(message.c.tenant_id, message.c.address).in_(bindparam("keys", expanding=True)),
        message.c.attempts + message.c.crashes > 0,
        message.c.due_at > bindparam("now", type_=Instant),
    )
    .values(due_at=bindparam("now", type_=Instant))
)
STRICTNESS = (Status.ACTIVE, Status.QUARANTINED, Status.SUSPENDED, Status.PAUSED)
"""Trouble in a turn never sets free an actor that was stopped meanwhile."""


def remember(statement: Any) -> Any:
    """Return the insert that replaces what a lane remembers."""
    fresh = {name: statement.excluded[name] for name in ("state", "wait_until", "attempts")}
    return statement.on_conflict_do_update(index_elements=["tenant_id", "address", "lane"], set_=fresh)


REMEMBER = BulkInsert(lambda dialect: remember(dialect.insert(lane)), lane.c.keys())


async def settle(connection: AsyncConnection, actors: dict[Key, ActorRow], settlements: Sequence[Settlement]) -> None:
    """Write how turns ended, and tell each settlement whether its actor still works."""
    await _delete(connection, [(*one.key, one.lane, *place) for one in settlements for place in one.done])
    stored = partial(INSTANT.process_bind_param, dialect=connection.dialect)
    again = [_retry(one, retry) for one in settlements for retry in one.retried]
    await RETRY.run_each(connection, again)
    if stuck := [row for one in settlements for row in one.parked]:
        await connection.execute(insert(parked), stuck)
    memories = [memory_of(one, one.memory, stored) for one in settlements if one.memory is not None]
    await REMEMBER.run(connection, memories)
    for one in settlements:
        _note(actors[one.key], one)


def _note(row: ActorRow, one: Settlement) -> None:
    trouble = one.trouble
    if trouble is not None:
        row.change(crashes=trouble.crashes, restarts=trouble.restarts, quarantines=trouble.quarantines)
        if STRICTNESS.index(trouble.status) >= STRICTNESS.index(row.status):
            row.change(status=trouble.status, reason=trouble.reason, quarantine_until=trouble.quarantine_until)
    one.status = row.status


async def _delete(connection: AsyncConnection, handled: Sequence[tuple[Any, ...]]) -> None:
    """Delete what was handled; what is still there afterwards is newer, and as old as its last change."""
    if await DELETE.changed(connection, handled) < len(handled):
        for places in chunks(sorted({place[:-1] for place in handled})):
            await connection.execute(KEEP_NEWER, {"places": places})


def _retry(one: Settlement, retry: Retry) -> dict[str, Any]:
    return {
        "t": one.key[0],
        "a": one.key[1],
        "l": one.lane,
        "s": retry.seq,
        "r": retry.revision,
        "tries": retry.attempts,
        "falls": retry.crashes,
        "due": retry.due_at,
    }


def memory_of(one: Settlement, memory: LaneState, stored: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
    """Return the row of what a settlement's lane remembers."""
    return (*one.key, one.lane, memory.state.decode(), stored(memory.wait_until), memory.attempts)


async def try_again(connection: AsyncConnection, keys: Sequence[Key], now: datetime) -> None:
    """Make due what waits for another attempt; timers that were never tried keep their time."""
    for chunk in chunks(sorted(keys)):
        await connection.execute(TRY_LANES, {"keys": chunk})
        await connection.execute(TRY_MESSAGES, {"keys": chunk, "now": now})


async def next_due(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, datetime]:
    """Return when each actor next has something to do; actors without mail are absent."""
    found: dict[Key, datetime] = {}
    for chunk in chunks(sorted(keys)):
        for tenant, address, due, wait in await connection.execute(NEXT_DUE, {"keys": chunk}):
            when = max(due, wait) if wait else due
            found[(tenant, address)] = min(when, found.get((tenant, address), when))
    return found
