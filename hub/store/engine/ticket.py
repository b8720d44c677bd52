"""A caller waiting for its work to be durable."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context, copy_context
from typing import Any

import anyio

from hub.store.engine.work import Draft, Work

NOTHING = Context()
"""What a draft knows of its caller: nothing of it is ever run."""


class Ticket:
    """What one caller wants to be durable, the caller's context variables, and where the answer goes.

    A ``patient`` one may wait a little for others: nothing goes on but what it ends.
    """

    __slots__ = ("_answer", "context", "error", "patient", "result", "settled", "taken", "work")

    def __init__(self, work: Callable[[Work], Awaitable[Any]] | Draft, *, patient: bool = False) -> None:
        self.work = work
        self.patient = patient
        self.context = NOTHING if isinstance(work, Draft) else copy_context()
        self.result: Any = None
        self.error: Exception | None = None
        self.taken = False
        self.settled = False
        self._answer = asyncio.get_running_loop().create_future()

    def settle(self, error: Exception | None = None) -> None:
        """Let the caller go on, with the result or with the error; only the first answer counts."""
        if self.settled:
            return
        self.error = error
        self.settled = True
        if not self._answer.done():
            self._answer.set_result(None)

    async def wait(self) -> Any:
        """Return the work's result once it is durable; a cancelled caller still learns that its work has ended."""
        try:
            await self._answer
        except asyncio.CancelledError:
            if self.taken and not self.settled:
                self._answer = asyncio.get_running_loop().create_future()
                with anyio.CancelScope(shield=True):
                    await self._answer
            raise
        if self.error is not None:
            raise self.error
        return self.result
