"""Claiming actors whose mail is due, as long as this node has room."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial

import anyio

from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox.ownership import claim, earliest_due
from hub.actors.runtime.owned import Owned
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.roster import Roster
from hub.store.engine import Database, StoreUnavailable, Work

BUSY_PAUSE = 0.05

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Claimer:
    """Asks one indexed question when the bell rings or time has come; idle actors cost nothing at all."""

    database: Database
    roster: Roster
    policy: Policy
    name: str

    async def run(self) -> None:
        """Claim for ever."""
        while True:
            self.roster.claims = anyio.Event()
            try:
                pause = await self._round()
            except StoreUnavailable as error:
                log.warning("cannot claim actors: %s", error)
                pause = self.policy.store_pause
            with anyio.move_on_after(pause):
                await self.roster.claims.wait()

    async def _round(self) -> float:
        """Claim what is due and return how long to wait, in seconds."""
        room = self.policy.max_actors - len(self.roster.owned)
        if self.roster.draining or room <= 0 or not self.roster.trusted:
            return self.policy.poll
        async with self.database.read() as connection:
            due = await earliest_due(connection)
        now = self.roster.clock.now()
        if due is None or due > now:
            return self.policy.poll if due is None else min(self.policy.poll, (due - now).total_seconds())
        claims = await self._claim(min(room, self.policy.claim_most))
        return 0.0 if claims else BUSY_PAUSE

    async def _claim(self, most: int) -> int:
        """Claim up to so many actors and return how many; whoever is cancelled meanwhile still gives them back.

        What was claimed under a lease that has lapsed meanwhile is given back, for others may have inherited it.
        """
        began, lapses = self.roster.clock.monotonic(), self.roster.lapses

        async def work(work: Work) -> int:
            claims = await claim(work, self.name, most)
            ours = [Owned(Address.parse(one.key[1]), one, began, next_seq=one.next_seq) for one in claims]
            work.after_commit(partial(self._take_on, ours, lapses))
            return len(ours)

        return await self.database.write(work, urgent=True)

    def _take_on(self, ours: list[Owned], lapses: int) -> None:
        if lapses != self.roster.lapses:
            self.roster.forsaken += [(owned.key, owned.epoch) for owned in ours]
            return
        for owned in ours:
            self.roster.add(owned)
            self.roster.refresh(owned)
