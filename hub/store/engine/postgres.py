"""PostgreSQL as a store of several nodes: a frozen one must not hold the others' rows for ever."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

WRITER = "handelhub writer"
FROZEN = 8.0
SETTINGS = {"application_name": WRITER, "idle_in_transaction_session_timeout": "5s", "lock_timeout": "3s"}
"""A wait for another node's rows ends as a conflict, and a node that froze between statements is cut off."""

EVICT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND usename = current_user AND application_name = :name AND pid <> pg_backend_pid()"
    " AND xact_start < clock_timestamp() - make_interval(secs => :seconds)"
)


async def evict_frozen(connection: AsyncConnection) -> None:
    """Cut off writers of this database that have kept a transaction open for longer than any live one would.

    A process stopped in the middle of a statement is not idle to the server, so no time-out of its own ends it.
    """
    async with connection.begin():
        await connection.execute(EVICT, {"name": WRITER, "seconds": FROZEN})
