"""What tests of changes look at: the newest log lines, and what is posted to actors."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hub.store import tables
from hub.store.engine import Database
from tests.api.caller import Caller, global_id

SHOP = global_id("Channel", "shop")


async def newest_events(caller: Caller, count: int = 1) -> list[Any]:
    """Return the newest lines of the activity log."""
    query = "query ($n: Int) { syncEvents(first: $n) { nodes { kind actor subjectId detail channel { name } } } }"
    nodes: list[Any] = (await caller.ask(query, n=count))["syncEvents"]["nodes"]
    return nodes


async def kinds_posted(database: Database, address: str) -> set[str]:
    """Return the kinds of messages that wait for an actor."""
    async with database.read() as reading:
        statement = select(tables.message.c.kind).where(tables.message.c.address == address)
        return set((await reading.execute(statement)).scalars())
