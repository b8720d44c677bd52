"""PostgreSQL as a store of several nodes: a frozen one must not hold the others' rows for ever."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection

WRITER = "handelhub writer"
FROZEN = 8.0
SETTINGS = {"application_name": WRITER, "idle_in_transaction_session_timeout": "5s", "lock_timeout": "3s"}
"""A wait for another node's rows ends as a conflict, and a node that froze between statements is cut off."""
READ_ONLY = {"default_transaction_read_only": "on"}
STATEMENTS = 256
"""How many prepared statements a connection keeps."""
TRUSTED = 5.0
"""Seconds after its last use in which a connection is not asked whether it is alive: to ask is three ways there."""
USED, SINCE = "used", "kept since"

EVICT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND usename = current_user AND application_name = :name AND pid <> pg_backend_pid()"
    " AND xact_start IS NOT NULL AND state_change < clock_timestamp() - make_interval(secs => :seconds)"
)


async def evict_frozen(connection: AsyncConnection, silent: float = FROZEN) -> None:
    """Cut off writers of this database that have a transaction open and said nothing for so many seconds.

    A process stopped in the middle of a statement is not idle to the server, so no time-out of its own ends it. One
    that is slow but goes on is left alone: cut off, it would begin anew, and be slower still.
    """
    async with connection.begin():
        await connection.execute(EVICT, {"name": WRITER, "seconds": silent})


def note_use(adapter: Any, record: Any) -> None:
    """Remember when a connection that comes back to its pool was last used: now, unless it was kept since."""
    record.info[USED] = record.info.pop(SINCE, time.monotonic())


def look_alive(adapter: Any, record: Any, _: object) -> None:
    """Have the pool take another connection for one that was closed, or that does not answer after a long pause."""
    if adapter.driver_connection.is_closed():
        raise DisconnectionError
    now = time.monotonic()
    if now - record.info.get(USED, now) > TRUSTED:
        try:
            adapter.ping()
        except adapter.dbapi.Error as error:
            raise DisconnectionError from error
