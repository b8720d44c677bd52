"""Actor rows, locked for the rest of a transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from hub.actors.runtime.mailbox.letters import Key, Status
from hub.store.engine import BulkInsert, ByKeys
from hub.store.tables.mailbox import actor
from hub.store.types import INSTANT, json_text

COLUMNS = (
    actor.c.tenant_id,
    actor.c.address,
    actor.c.status,
    actor.c.reason,
    actor.c.node,
    actor.c.epoch,
    actor.c.due_at,
    actor.c.next_seq,
    actor.c.crashes,
    actor.c.restarts,
    actor.c.quarantines,
    actor.c.quarantine_until,
)
CHANGING = tuple(column.name for column in COLUMNS[2:] if column.name != "epoch")


class ByCodePoint(FunctionElement[str]):
    """Orders names as Python does, whatever the collation of PostgreSQL's database: locks are taken in one order."""

    inherit_cache = True


@compiles(ByCodePoint)
def _as_it_is(element: ByCodePoint, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(ByCodePoint, "postgresql")
def _collated(element: ByCodePoint, compiler: Any, **kw: Any) -> str:
    return f'{compiler.process(element.clauses, **kw)} COLLATE "C"'


LOCK = ByKeys(
    lambda keys: (
        select(*COLUMNS)
        .where(tuple_(actor.c.tenant_id, actor.c.address).in_(keys))
        .order_by(ByCodePoint(actor.c.tenant_id), ByCodePoint(actor.c.address))
        .with_for_update()
    ),
    sample=("", ""),
)


def _save(dialect: Any) -> Any:
    statement = dialect.insert(actor)
    changes = {name: statement.excluded[name] for name in CHANGING}
    return statement.on_conflict_do_update(index_elements=["tenant_id", "address"], set_=changes)


SAVE = BulkInsert(_save, ["tenant_id", "address", *CHANGING])
CREATE = {
    "postgresql": postgresql.insert(actor).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(actor).on_conflict_do_nothing(),
}


@dataclass(slots=True)
class ActorRow:
    """One actor as it stands in the database, with the changes to be saved."""

    tenant_id: str
    address: str
    status: Status
    reason: str | None
    node: str | None
    epoch: int
    due_at: datetime | None
    next_seq: int
    crashes: list[float] | None
    restarts: int
    quarantines: int
    quarantine_until: datetime | None
    changed: bool = False

    def change(self, **values: Any) -> None:
        """Set columns, to be saved at the end."""
        for name, value in values.items():
            setattr(self, name, value)
        self.changed = True

    def take_seq(self) -> int:
        """Return the next message number."""
        self.changed = True
        self.next_seq += 1
        return self.next_seq - 1

    def wake(self, due_at: datetime) -> None:
        """Make an actor that works and has no owner due; an owner finds the mail by itself."""
        idle = self.node is None and self.status is Status.ACTIVE
        if idle and (self.due_at is None or due_at < self.due_at):
            self.change(due_at=due_at)

    def values(self, stored: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
        """Return the values that save this row."""
        return (
            self.tenant_id,
            self.address,
            self.status.value,
            self.reason,
            self.node,
            stored(self.due_at),
            self.next_seq,
            None if self.crashes is None else json_text(self.crashes),
            self.restarts,
            self.quarantines,
            stored(self.quarantine_until),
        )


async def lock_actors(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, ActorRow]:
    """Lock actor rows in the order of ``keys``, which is sorted; rows that do not exist yet are made."""
    found = await _lock(connection, keys)
    missing = [key for key in keys if key not in found]
    if missing:
        rows = [{"tenant_id": tenant, "address": address} for tenant, address in missing]
        await connection.execute(CREATE[connection.dialect.name], rows)
        found |= await _lock(connection, missing)
    return found


async def _lock(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, ActorRow]:
    found: dict[Key, ActorRow] = {}
    for row in await LOCK.run(connection, keys):
        one = ActorRow(*row)
        one.status = Status(one.status)
        found[(one.tenant_id, one.address)] = one
    return found


async def save_actors(connection: AsyncConnection, rows: Sequence[ActorRow]) -> None:
    """Write changed rows back; they exist, so that what looks like an insert never is one."""
    stored = partial(INSTANT.process_bind_param, dialect=connection.dialect)
    await SAVE.run(connection, [row.values(stored) for row in rows])
