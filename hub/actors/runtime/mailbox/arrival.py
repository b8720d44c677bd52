"""New mail: numbered, folded into what waits, and dropped when it was seen before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.actor_row import ActorRow
from hub.actors.runtime.mailbox.letters import Key, Post
from hub.store.tables.mailbox import fold_place, message, seen

MOST_ROWS = 500


def _insert(dialect: Any) -> Any:
    statement = dialect.insert(message)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["tenant_id", "address", "lane", "fold"],
        index_where=fold_place,
        set_={
            "version": new.version,
            "body": new.body,
            "traceparent": new.traceparent,
            "revision": message.c.revision + 1,
            "attempts": 0,
            "due_at": case((new.due_at < message.c.due_at, new.due_at), else_=message.c.due_at),
            "folded_at": new.posted_at,
        },
    )


FOLD = {"postgresql": _insert(postgresql), "sqlite": _insert(sqlite)}
GIVE_WAY = {
    "postgresql": postgresql.insert(message).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(message).on_conflict_do_nothing(),
}


async def insert_mail(connection: AsyncConnection, actors: dict[Key, ActorRow], posts: Sequence[Post]) -> None:
    """Insert messages in the order posted, or fold them into what waits; wake actors that nobody owns."""
    if not posts:
        return
    for stale, statements in ((False, FOLD), (True, GIVE_WAY)):
        rows = [_row(actors[one.key], one) for one in posts if one.stale is stale]
        if rows:
            await connection.execute(statements[connection.dialect.name], rows)
    for one in posts:
        actors[one.key].wake(one.due_at)


def _row(row: ActorRow, one: Post) -> dict[str, Any]:
    return {
        "tenant_id": one.key[0],
        "address": one.key[1],
        "lane": one.lane,
        "seq": row.take_seq(),
        "kind": one.kind,
        "version": one.version,
        "body": one.body,
        "fold": one.fold,
        "revision": 1,
        "attempts": 0,
        "crashes": 0,
        "due_at": one.due_at,
        "posted_at": one.posted_at,
        "folded_at": None,
        "traceparent": one.traceparent,
    }


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
