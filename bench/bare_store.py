"""What the databases do without the hub: the least a durable message and a durable turn can cost, in raw SQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from bench.noop import address

GROUP = 256
COLUMNS = (
    "tenant_id, address, lane, seq, kind, version, body, fold, revision, attempts, crashes, "
    "due_at, posted_at, traceparent"
)
ACTOR_COLUMNS = "tenant_id, address, next_seq"
REMOVE = "DELETE FROM message WHERE tenant_id = {0} AND address = {1} AND lane = {2} AND seq = {3}"
NOTE = "UPDATE actor SET next_seq = {0} WHERE tenant_id = {1} AND address = {2}"
Rows = list[tuple[Any, ...]]


def message_rows(count: int, actors: int, now: Any, body: Any) -> Rows:
    """Return messages as the hub stores them."""
    rows = []
    for number in range(count):
        place = address(number % actors)
        key = (place.tenant, str(place), "bare", number)
        rows.append((*key, "bench.note", 1, body, None, 1, 0, 0, now, now, None))
    return rows


def actor_rows(actors: int) -> Rows:
    """Return the actors they are for."""
    return [(address(number).tenant, str(address(number)), 1) for number in range(actors)]


def groups(rows: Rows) -> list[Rows]:
    """Return the rows in groups that share a transaction."""
    return [rows[start : start + GROUP] for start in range(0, len(rows), GROUP)]


async def bare_rates(url: str, count: int, actors: int) -> tuple[float, float]:
    """Return posts and turns per second of a migrated database; the rows are gone again afterwards."""
    if url.startswith("sqlite"):
        return _sqlite(str(make_url(url).database), count, actors)
    return await _postgres(url, count, actors)


def _sqlite(path: str, count: int, actors: int) -> tuple[float, float]:
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        database.execute(f"PRAGMA {pragma}")
    database.executemany(
        f"INSERT OR IGNORE INTO actor ({ACTOR_COLUMNS}) VALUES (?, ?, ?)",  # noqa: S608
        actor_rows(actors),
    )
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    rows = message_rows(count, actors, now, '{"number":1}')
    insert = f"INSERT INTO message ({COLUMNS}) VALUES ({', '.join('?' * 14)})"  # noqa: S608
    posts = _sqlite_rate(database, rows, [(insert, slice(0, 14))])
    remove, note = REMOVE.format("?", "?", "?", "?"), NOTE.format("?", "?", "?")
    turns = _sqlite_rate(database, rows, [(remove, slice(0, 4)), (note, None)])
    database.close()
    return posts, turns


def _sqlite_rate(database: sqlite3.Connection, rows: Rows, statements: Sequence[tuple[str, slice | None]]) -> float:
    began = time.perf_counter()
    for group in groups(rows):
        database.execute("BEGIN IMMEDIATE")
        for statement, part in statements:
            database.executemany(statement, _part(group, part))
        database.execute("COMMIT")
    return len(rows) / (time.perf_counter() - began)


async def _postgres(url: str, count: int, actors: int) -> tuple[float, float]:
    where = make_url(url)
    connection = await asyncpg.connect(host=where.query["host"], user=where.username, database=where.database)
    try:
        await connection.executemany(
            f"INSERT INTO actor ({ACTOR_COLUMNS}) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",  # noqa: S608
            actor_rows(actors),
        )
        rows = message_rows(count, actors, datetime.now(UTC), '{"number":1}')
        places = ", ".join(f"${number}" for number in range(1, 15))
        insert = f"INSERT INTO message ({COLUMNS}) VALUES ({places})"  # noqa: S608
        posts = await _postgres_rate(connection, rows, [(insert, slice(0, 14))])
        remove, note = REMOVE.format("$1", "$2", "$3", "$4"), NOTE.format("$1", "$2", "$3")
        return posts, await _postgres_rate(connection, rows, [(remove, slice(0, 4)), (note, None)])
    finally:
        await connection.close()


async def _postgres_rate(connection: Any, rows: Rows, statements: Sequence[tuple[str, slice | None]]) -> float:
    began = time.perf_counter()
    for group in groups(rows):
        async with connection.transaction():
            for statement, part in statements:
                await connection.executemany(statement, _part(group, part))
    return len(rows) / (time.perf_counter() - began)


def _part(group: Rows, part: slice | None) -> Rows:
    """Return the columns that a statement needs; None asks for an actor's next number and its key."""
    if part is None:
        return [(row[3], row[0], row[1]) for row in group]
    return [row[part] for row in group]
