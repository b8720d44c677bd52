"""How often the disk and PostgreSQL make something durable when asked for nothing else."""

from __future__ import annotations

import time

import anyio
import asyncpg
from sqlalchemy.engine import make_url

from bench.away import away
from bench.machine import fsync_seconds
from bench.place import Place

CONNECTIONS = 64
SECONDS = 1.0
BODY = b"x" * 200


async def times_a_second(place: Place, url: str) -> tuple[float, str]:
    """Return how often something is made durable in a second, and what that is."""
    if url.startswith("sqlite"):
        return 1 / fsync_seconds(place.folder), "one fsync of a page after another"
    return await away(commits, url), f"PostgreSQL's commits of one row over {CONNECTIONS} connections"


def commits(url: str) -> float:
    """Commit rows one by one over many connections; runs a loop of its own."""
    return anyio.run(_commits, url)


async def _commits(url: str) -> float:
    found = make_url(url)
    pool = await asyncpg.create_pool(
        host=str(found.query["host"]),
        user=found.username,
        database=found.database,
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
    )
    async with pool:
        await pool.execute("CREATE TABLE IF NOT EXISTS bench_commit (body bytea)")
        counts, began = [0], time.monotonic()
        async with anyio.create_task_group() as tasks:
            for _ in range(CONNECTIONS):
                tasks.start_soon(_insert, pool, began + SECONDS, counts)
        return counts[0] / (time.monotonic() - began)


async def _insert(pool: asyncpg.Pool, until: float, counts: list[int]) -> None:
    async with pool.acquire() as connection:
        insert = await connection.prepare("INSERT INTO bench_commit VALUES ($1)")
        while time.monotonic() < until:
            await insert.fetch(BODY)
            counts[0] += 1
