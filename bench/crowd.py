"""Many tenant-channel pairs that nobody writes to, as they lie in the database after their last turn."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, insert, text
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.noop import address
from hub.store.engine import Database, Work
from hub.store.tables import actor, lane

PART = 5000
STATE = {"cursor": "2026-11-23T12:00:00.000000Z", "page": 1}


async def add_idle(database: Database, first: int, last: int) -> None:
    """Store actors that worked before and are idle now, each with the memory of one lane."""
    for start in range(first, last, PART):
        numbers = range(start, min(start + PART, last))

        async def work_on(work: Work, numbers: range = numbers) -> None:
            places = [address(number) for number in numbers]
            keys = [{"tenant_id": place.tenant, "address": str(place)} for place in places]
            await work.execute(insert(actor), [{**key, "next_seq": 2, "epoch": 1} for key in keys])
            await work.execute(insert(lane), [{**key, "lane": "order", "state": STATE} for key in keys])

        await database.write(work_on)


async def bytes_used(database: Database) -> int:
    """Return how many bytes of disk the actors' tables and indexes take."""
    async with database.read() as connection:
        if database.dialect == "sqlite":
            return await _number(connection, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        sizes = "SELECT pg_total_relation_size('actor') + pg_total_relation_size('lane')"
        return await _number(connection, sizes)


async def _number(connection: AsyncConnection, statement: str) -> int:
    return int((await connection.execute(text(statement))).scalar_one())


class Statements:
    """Counts every statement that this process sends to a database."""

    def __init__(self) -> None:
        self.count = 0
        event.listen(Engine, "before_cursor_execute", self._one)

    def _one(self, *_: Any) -> None:
        self.count += 1

    def close(self) -> None:
        """Stop counting."""
        event.remove(Engine, "before_cursor_execute", self._one)
