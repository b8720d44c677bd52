"""New mail: numbered, folded into what waits, and dropped when it was seen before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import case, func, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.actor_row import ActorRow
from hub.actors.runtime.mailbox.folding import folded
from hub.actors.runtime.mailbox.letters import Key, Post
from hub.store.engine import BulkInsert
from hub.store.tables.mailbox import fold_place, message, seen
from hub.store.types import INSTANT

MOST_ROWS = 500
NONE: Any = literal_column("0")

Stored: TypeAlias = Callable[[datetime | None], Any]
"""Returns an instant as the database's driver takes it."""


def fold_into(statement: Any) -> Any:
    """Return the insert that replaces the value of what waits, and keeps its place, where the fold key is the same."""
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["tenant_id", "address", "lane", "fold"],
        index_where=fold_place,
        set_={
            "version": new.version,
            "body": new.body,
            "traceparent": new.traceparent,
            "revision": message.c.revision + new.revision,
            "attempts": NONE,
            "due_at": case((new.due_at < message.c.due_at, new.due_at), else_=message.c.due_at),
            "folded_at": func.coalesce(new.folded_at, new.posted_at),
        },
    )


def _fold(dialect: Any) -> Any:
    return fold_into(dialect.insert(message))


def _give_way(dialect: Any) -> Any:
    return dialect.insert(message).on_conflict_do_nothing()


TOLD = (message.c.tenant_id, message.c.address, message.c.lane, message.c.fold, message.c.folded_at)
FOLD, GIVE_WAY = BulkInsert(_fold, message.c.keys(), TOLD), BulkInsert(_give_way, message.c.keys())


async def insert_mail(connection: AsyncConnection, actors: dict[Key, ActorRow], posts: Sequence[Post]) -> None:
    """Insert messages in the order posted, or fold them into what waits; wake actors that nobody owns."""
    stored = partial(INSTANT.process_bind_param, dialect=connection.dialect)
    stale = [one for one in posts if one.stale]
    mail = folded(one for one in posts if not one.stale)
    for one in mail:
        one.seq = actors[one.key].take_seq()
    note_new(mail, folds_of(await FOLD.tell(connection, [row_of(one, (one.seq,), stored) for one in mail])))
    await GIVE_WAY.run(connection, [row_of(one, (actors[one.key].take_seq(),), stored) for one in stale])
    for one in posts:
        actors[one.key].wake(one.due_at)


def folds_of(told: Sequence[Sequence[Any]] | None) -> set[tuple[Any, ...]] | None:
    """Return the places of the messages that new ones folded into, where it is told."""
    return None if told is None else {tuple(place) for *place, folded_at in told if folded_at is not None}


def note_new(mail: Iterable[Post], folds: Collection[tuple[Any, ...]] | None) -> None:
    """Note which messages have a row of their own; what may have folded has none, where it is not told."""
    for one in mail:
        one.is_new = one.fold is None or (folds is not None and (*one.key, one.lane, one.fold) not in folds)


def row_of(one: Post, number: tuple[Any, ...], stored: Stored) -> tuple[Any, ...]:
    """Return the row of a message; ``number`` is what its number is made of."""
    posted_at = stored(one.posted_at)
    return (
        *one.key,
        one.lane,
        *number,
        one.kind,
        one.version,
        one.body,
        one.fold,
        one.revision,
        0,
        0,
        posted_at if one.due_at is one.posted_at else stored(one.due_at),
        posted_at,
        stored(one.folded_at),
        one.traceparent,
    )


async def drop_seen(connection: AsyncConnection, posts: Sequence[Post]) -> list[Post]:
    """Return the posts whose identity is new to their address, and remember it."""
    named = {(*one.key, one.dedupe): one for one in reversed(posts) if one.dedupe is not None}
    if not named:
        return list(posts)
    new = await _remember(connection, [named[place] for place in sorted(named)])
    return [one for one in posts if one.dedupe is None or _first(one, named, new)]


def _first(one: Post, named: dict[Any, Post], new: set[Any]) -> bool:
    place = (*one.key, one.dedupe)
    return place in new and named[place] is one


async def _remember(connection: AsyncConnection, posts: Sequence[Post]) -> set[Any]:
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    found: set[Any] = set()
    for start in range(0, len(posts), MOST_ROWS):
        rows = [
            {"tenant_id": one.key[0], "address": one.key[1], "dedupe": one.dedupe, "seen_at": one.posted_at}
            for one in posts[start : start + MOST_ROWS]
        ]
        statement = insert(seen).values(rows).on_conflict_do_nothing()
        result = await connection.execute(statement.returning(seen.c.tenant_id, seen.c.address, seen.c.dedupe))
        found.update(tuple(row) for row in result)
    return found
