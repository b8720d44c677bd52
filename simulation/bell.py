"""The bell between two nodes in one loop: rung as NOTIFY is, heard a moment later, and lost where nobody listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

QUIET = 0.05


class Bell:
    """A node's end of the bell (``hub.actors.runtime.doorbell.Doorbell``)."""

    def __init__(self, everybody: list[tuple[Bell, Callable[[], None], Context]]) -> None:
        self._everybody = everybody

    @staticmethod
    def of_file() -> Callable[[Any], Bell]:
        """Return what makes a bell for a node; all it makes hear each other."""
        everybody: list[tuple[Bell, Callable[[], None], Context]] = []
        return lambda _: Bell(everybody)

    async def run(self, heard: Callable[[], None]) -> None:
        """Listen for ever."""
        self._everybody.append((self, heard, copy_context()))
        heard()
        await asyncio.get_running_loop().create_future()

    def ring(self) -> None:
        """Let the others hear it."""
        loop = asyncio.get_running_loop()
        for bell, heard, context in self._everybody:
            if bell is not self:
                loop.call_later(QUIET, heard, context=context)

    async def ring_now(self) -> None:
        """Let the others hear it."""
        self.ring()
