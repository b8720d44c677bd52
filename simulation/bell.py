"""The bell between two nodes in one loop: rung as NOTIFY is, heard a moment later, and lost where nobody listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextvars import Context, copy_context
from typing import Any

from hub.actors.runtime.doorbell import Heard, Whose
from hub.actors.runtime.mailbox.letters import Key
from simulation.place import PLACE

QUIET = 0.05


class Bell:
    """A node's end of the bell (``hub.actors.runtime.doorbell.Doorbell``); many rings become one."""

    def __init__(self, everybody: list[Bell]) -> None:
        self._everybody = everybody
        self._heard: Heard = lambda _: None
        self._context = Context()
        self._keys: set[Key] = set()

    @staticmethod
    def of_file() -> Callable[[Any], Bell]:
        """Return what makes a bell for a node; all it makes hear each other."""
        everybody: list[Bell] = []
        return lambda _: Bell(everybody)

    async def run(self, heard: Heard) -> None:
        """Listen for ever, or until the node dies."""
        self._heard, self._context = heard, copy_context()
        self._everybody.append(self)
        if (place := PLACE.get()) is not None:
            place.mourned(lambda: self._everybody.remove(self))
        heard(None)
        self._call(None)
        await asyncio.get_running_loop().create_future()

    def ring(self, keys: Iterable[Key]) -> None:
        """Let the others hear whose door it is, soon and all at once; a node that dies before that rings no more."""
        if not self._keys:
            asyncio.get_running_loop().call_later(QUIET, self._speak, context=self._context)
        self._keys.update(keys)

    def _speak(self) -> None:
        keys, self._keys = self._keys, set()
        self._call(frozenset(keys))

    def _call(self, whose: Whose) -> None:
        for bell in self._everybody:
            if bell is not self:
                asyncio.get_running_loop().call_soon(bell._heard, whose, context=bell._context)

    async def ring_now(self) -> None:
        """Have the others look at everything."""
        self._call(None)
