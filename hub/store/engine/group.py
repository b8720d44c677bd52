"""One attempt to make a group of works durable in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.clock import Clock
from hub.store.engine.context import Blame, Within
from hub.store.engine.fault import Spoiled
from hub.store.engine.ticket import Ticket
from hub.store.engine.work import Draft, Flush, Work, whole_for


class Group:
    """Works that share a transaction: each runs in its own savepoint, then what all deferred is written in bulk."""

    def __init__(self, connection: AsyncConnection, clock: Clock, tickets: Sequence[Ticket]) -> None:
        self.connection = connection
        self.clock = clock
        self.tickets = tickets
        self.alone = len(tickets) == 1
        self.kept: list[tuple[Ticket, Draft]] = []
        self.failed: list[tuple[Ticket, Exception]] = []
        self._current: Work | None = None

    def enter(self, connection: Connection) -> None:
        """Open the running work's savepoint before its first statement."""
        if self._current is not None:
            self._current.enter(connection)

    async def run(self) -> None:
        """Run every work; a transaction begins with the first statement of any."""
        for ticket in self.tickets:
            if isinstance(ticket.work, Draft):
                self.kept.append((ticket, ticket.work))
            else:
                await self._run(ticket, ticket.work)

    async def _run(self, ticket: Ticket, wanted: Callable[[Work], Awaitable[Any]]) -> None:
        work = self._current = Work(self.connection, self.clock, alone=self.alone)
        try:
            with Blame() as blame:
                ticket.result = await Within(ticket.context, _call(wanted, work))
        finally:
            self._current = None
        if blame.error is None:
            await work.keep()
            self.kept.append((ticket, work))
        else:
            await work.undo()
            self.failed.append((ticket, blame.error))

    async def flush(self) -> None:
        """Write what the good ones deferred; the caller commits."""
        gathered = self._gathered()
        for place in sorted(gathered, key=_place):
            await place[1](self.connection, gathered[place])

    async def flush_whole(self) -> bool:
        """Write what the good ones deferred, and make it durable, where that takes no transaction; say whether it did.

        No work has sent a statement then.
        """
        gathered = self._gathered()
        if len(gathered) != 1:
            return False
        (((_, flush), rows),) = gathered.items()
        whole = whole_for(flush)
        return whole is not None and await whole(self.connection, rows)

    def _gathered(self) -> dict[tuple[int, Flush], list[Any]]:
        gathered: dict[tuple[int, Flush], list[Any]] = {}
        for _, work in self.kept:
            for order, flush, row in work.deferred:
                gathered.setdefault((order, flush), []).append(row)
        return gathered

    def spoiled(self, refusal: Spoiled) -> list[tuple[Ticket, Exception]]:
        """Return the tickets whose deferred rows were refused, each with its error."""
        found = []
        for ticket, work in self.kept:
            errors = [refusal.errors[id(row)] for _, _, row in work.deferred if id(row) in refusal.errors]
            found += [(ticket, errors[0])] if errors else []
        return found

    def signals(self) -> dict[str, list[Hashable]]:
        """Return the keys to tell listeners of, by topic, each key once and in the order in which they came."""
        found: dict[str, dict[Hashable, None]] = {}
        for _, work in self.kept:
            for topic, key in work.signals:
                found.setdefault(topic, {})[key] = None
        return {topic: list(keys) for topic, keys in found.items()}

    def actions(self) -> list[Callable[[], None]]:
        """Return what the works left to be done after the commit."""
        return [action for _, work in self.kept for action in work.after]


def _place(gathered: tuple[int, Flush]) -> tuple[int, str]:
    order, flush = gathered
    return order, f"{flush.__module__}.{flush.__qualname__}"


async def _call(wanted: Callable[[Work], Awaitable[Any]], work: Work) -> Any:
    return await wanted(work)
