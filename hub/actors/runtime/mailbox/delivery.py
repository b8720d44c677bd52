"""Mail and nothing else: brought without reading an actor's row, in one statement for rows and one for messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.arrival import TOLD, fold_into, folds_of, note_new, row_of
from hub.actors.runtime.mailbox.folding import folded
from hub.actors.runtime.mailbox.letters import Key, Letter, Post, Status
from hub.store.engine import BulkInsert
from hub.store.tables.mailbox import actor, message
from hub.store.types import INSTANT

ACTIVE: Any = literal_column(f"'{Status.ACTIVE.value}'")
ONE: Any = literal_column("1")


def is_mail(letters: Sequence[Letter]) -> bool:
    """Say whether these are new messages alone."""
    return all(type(one) is Post and not one.stale for one in letters)


def advance(statement: Any, changes: Mapping[str, Any]) -> Any:
    """Return the insert that gives an actor's row, made where there is none, the numbers that its mail takes.

    It wakes the actor where nobody owns it, and makes other changes to a row that is there.
    """
    new = statement.excluded
    idle = and_(actor.c.node.is_(None), actor.c.status == ACTIVE)
    sooner = or_(actor.c.due_at.is_(None), new.due_at < actor.c.due_at)
    return statement.on_conflict_do_update(
        index_elements=["tenant_id", "address"],
        set_={
            "next_seq": actor.c.next_seq + new.next_seq - ONE,
            "due_at": case((and_(idle, sooner), new.due_at), else_=actor.c.due_at),
            **changes,
        },
    )


def _number(dialect: Any) -> Any:
    return advance(dialect.insert(actor), {})


def _bring(dialect: Any) -> Any:
    """Insert a message so many numbers before the next one of its actor."""
    of_actor = (actor.c.tenant_id == bindparam("of_tenant"), actor.c.address == bindparam("of_address"))
    following = select(actor.c.next_seq).where(*of_actor).scalar_subquery()
    values: dict[str, Any] = {name: bindparam(name, type_=column.type) for name, column in message.c.items()}
    values["seq"] = following - bindparam("behind", type_=BigInteger)
    return fold_into(dialect.insert(message).values(values).inline())


NUMBER = BulkInsert(
    _number,
    ["tenant_id", "address", "due_at", "next_seq"],
    [actor.c.tenant_id, actor.c.address, actor.c.next_seq],
)
BRING = BulkInsert(
    _bring,
    [
        name
        for column in message.c
        for name in (("of_tenant", "of_address", "behind") if column.name == "seq" else (column.name,))
    ],
    TOLD,
)


async def deliver(connection: AsyncConnection, posts: Sequence[Post]) -> None:
    """Insert messages in the order posted, or fold them into what waits; wake actors that nobody owns.

    Actor rows are locked in the order of their keys, as everywhere.
    """
    by_actor = by_key(folded(posts))
    stored = partial(INSTANT.process_bind_param, dialect=connection.dialect)
    soonest = {key: stored(min(one.due_at for one in by_actor[key])) for key in sorted(by_actor)}
    numbers = [(*key, due_at, 1 + len(by_actor[key])) for key, due_at in soonest.items()]
    note_numbers(by_actor, await NUMBER.tell(connection, numbers) or ())
    rows = [
        row_of(one, (*key, len(by_actor[key]) - place), stored)
        for key in soonest
        for place, one in enumerate(by_actor[key])
    ]
    note_new(chain(*by_actor.values()), folds_of(await BRING.tell(connection, rows)))


def note_numbers(by_actor: Mapping[Key, Sequence[Post]], told: Iterable[Sequence[Any]]) -> None:
    """Note the number of each message, where its actor's next one is told."""
    for tenant, address, following in told:
        mail = by_actor.get((tenant, address), ())
        for seq, one in enumerate(mail, following - len(mail)):
            one.seq = seq


def by_key(mail: Sequence[Post]) -> dict[Key, list[Post]]:
    """Return the messages of each actor, in their order."""
    found: dict[Key, list[Post]] = {}
    for one in mail:
        found.setdefault(one.key, []).append(one)
    return found
