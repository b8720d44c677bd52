"""SQLAlchemy without its greenlets: nothing in a play waits within a statement, so what waits does so before it.

Between its synchronous inside and the loop SQLAlchemy switches stacks four times per statement, for drivers that have
threads or sockets to wait for. Here a connection's turn is waited for first, and then all of it runs at once; where
something waits after all (a pool with no connection left), the stack is switched as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from typing import Any

import sqlalchemy.connectors.asyncio
import sqlalchemy.dialects.sqlite.aiosqlite
import sqlalchemy.ext.asyncio.engine
import sqlalchemy.util.queue
from sqlalchemy.engine import Connection, Transaction
from sqlalchemy.util import await_only
from sqlalchemy.util.concurrency import greenlet_spawn

import hub.store.engine.sqlite
from simulation.inline import InlineConnection


class _Begun:
    """A coroutine that has come as far as its first wait, to be waited for from there."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], awaited: Any) -> None:
        self._coroutine, self._awaited = coroutine, awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        awaited = self._awaited
        while True:
            try:
                answer = yield awaited
            except BaseException as error:  # noqa: BLE001
                step: Callable[[], Any] = lambda error=error: self._coroutine.throw(error)  # type: ignore[misc]  # noqa: E731
            else:
                step = lambda answer=answer: self._coroutine.send(answer)  # type: ignore[misc]  # noqa: E731
            try:
                awaited = step()
            except StopIteration as end:
                return end.value


def finished(coroutine: Any) -> Any:
    """Stand in for SQLAlchemy's ``await_``: only what really waits needs another stack."""
    try:
        awaited = coroutine.send(None)
    except StopIteration as end:
        return end.value
    return await_only(_Begun(coroutine, awaited))


async def spawned(call: Callable[..., Any], *given: Any, _require_await: bool = False, **named: Any) -> Any:
    """Stand in for SQLAlchemy's ``greenlet_spawn``."""
    driver = _driver(getattr(call, "__self__", None))
    if driver is None or driver.boarded:
        return await greenlet_spawn(call, *given, **named)
    await driver.turn()
    with driver.at_once():
        return call(*given, **named)


def _driver(whose: Any) -> InlineConnection | None:
    """Return the open connection that a method of SQLAlchemy's connection or transaction is about to use."""
    connection = whose.connection if isinstance(whose, Transaction) else whose
    if not isinstance(connection, Connection) or connection._dbapi_connection is None:
        return None
    driver = connection._dbapi_connection.driver_connection
    return driver if isinstance(driver, InlineConnection) and not driver.gone else None


STAND_INS: list[tuple[Any, str, Any]] = [
    (sqlalchemy.ext.asyncio.engine, "greenlet_spawn", spawned),
    (sqlalchemy.connectors.asyncio, "await_", finished),
    (sqlalchemy.connectors.asyncio, "in_greenlet", lambda: True),
    (sqlalchemy.dialects.sqlite.aiosqlite, "await_", finished),
    (sqlalchemy.util.queue, "await_", finished),
    (hub.store.engine.sqlite, "await_only", finished),
]
