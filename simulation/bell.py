"""The bell between two nodes in one loop: rung as NOTIFY is, heard a moment later, and lost where nobody listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from simulation.place import PLACE

QUIET = 0.05


class Bell:
    """A node's end of the bell (``hub.actors.runtime.doorbell.Doorbell``); many rings become one."""

    def __init__(self, everybody: list[Bell]) -> None:
        self._everybody = everybody
        self._heard: Callable[[], None] = lambda: None
        self._context = Context()
        self._rung = False

    @staticmethod
    def of_file() -> Callable[[Any], Bell]:
        """Return what makes a bell for a node; all it makes hear each other."""
        everybody: list[Bell] = []
        return lambda _: Bell(everybody)

    async def run(self, heard: Callable[[], None]) -> None:
        """Listen for ever, or until the node dies."""
        self._heard, self._context = heard, copy_context()
        self._everybody.append(self)
        if (place := PLACE.get()) is not None:
            place.mourned(lambda: self._everybody.remove(self))
        heard()
        await asyncio.get_running_loop().create_future()

    def ring(self) -> None:
        """Let the others hear it."""
        for bell in self._everybody:
            if bell is not self:
                bell.hear()

    def hear(self) -> None:
        """Be told soon, once for all that is rung until then."""
        if not self._rung:
            self._rung = True
            asyncio.get_running_loop().call_later(QUIET, self._tell, context=self._context)

    def _tell(self) -> None:
        self._rung = False
        self._heard()

    async def ring_now(self) -> None:
        """Let the others hear it."""
        self.ring()
