"""Letting go: of idle actors, of those that shall not work, and of those we can no longer trust to be ours."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio

from hub.actors.runtime.mailbox.letters import Key
from hub.actors.runtime.mailbox.ownership import release
from hub.actors.runtime.owned import Lane, Owned
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.roster import Roster
from hub.store.engine import Database, StoreUnavailable

SWEEP = 1.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Releaser:
    """Closes actors and gives them back, many in one transaction."""

    database: Database
    roster: Roster
    policy: Policy
    write_fall: Callable[[Lane], Coroutine[Any, Any, None]]

    async def run(self) -> None:
        """Let go for ever of what is due to be let go."""
        while True:
            with anyio.move_on_after(min(SWEEP, self.policy.linger)):
                await self.roster.leave.wait()
            self.roster.leave = anyio.Event()
            self._distrust()
            await self._give_back_forsaken()
            for owned in self._idle():
                owned.leaving = True
            await self.release([owned for owned in self.roster.owned.values() if owned.leaving and not owned.turns])

    def _distrust(self) -> None:
        """Stop everything when the lease was not renewed in time: by now it may be somebody else's."""
        if self.roster.owned and not self.roster.trusted:
            log.warning("lost the lease of %d actors", len(self.roster.owned))
            self.roster.forsake()
            self.roster.lapse.set()

    async def _give_back_forsaken(self) -> None:
        """Give back what we dropped and nobody inherited: rows that were being written when our lease began anew."""
        if self.roster.forsaken and self.roster.enrolled:
            claims = list(self.roster.forsaken)
            if await self._written(claims):
                del self.roster.forsaken[: len(claims)]

    def _idle(self) -> list[Owned]:
        before = self.roster.clock.monotonic() - self.policy.linger
        busy = self.roster.busy()
        return [
            owned
            for owned in self.roster.owned.values()
            if owned.idle_since < before and not owned.turns and owned not in busy and not owned.opening
        ]

    async def release(self, gone: Sequence[Owned]) -> None:
        """Give actors back to whoever their next mail finds, but for those whose crashes cannot be written down."""
        async with anyio.create_task_group() as tasks:
            for lane in [lane for owned in gone for lane in unwritten(owned)]:
                tasks.start_soon(self.write_fall, lane)
        gone = [owned for owned in gone if not unwritten(owned)]
        claims = [(owned.key, owned.epoch) for owned in gone]
        if not claims:
            return
        if await self._written(claims):
            for owned in gone:
                self.roster.lose(owned)

    async def _written(self, claims: Sequence[tuple[Key, int]]) -> bool:
        try:
            await self.database.write(partial(release, claims=claims))
        except StoreUnavailable as error:
            log.warning("cannot release actors: %s", error)
            return False
        return True


def unwritten(owned: Owned) -> list[Lane]:
    """Return the lanes whose crash is still to be written, where that is ours to do."""
    return [] if owned.lost else [lane for lane in owned.lanes.values() if lane.fall]
