"""Keeping what is ours, and seeing what others did to it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from math import ceil

import anyio

from hub.actors.runtime.doorbell import Whose
from hub.actors.runtime.mailbox.control import ALL_LANES
from hub.actors.runtime.mailbox.letters import Key
from hub.actors.runtime.mailbox.nodes import enrol, prune, renew
from hub.actors.runtime.mailbox.ownership import count_owned, glance, look, release
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.roster import Roster
from hub.store.engine import Database, StoreUnavailable

HOUR = 3600.0
AT_ONCE = 64
ROUND = 6
"""Renewals in which all our actors' rows are looked at once."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Keeper:
    """Renews the lease, and looks at our actors' rows.

    ``strangers`` are actors, by key and epoch, that are ours by the database alone, as seen the last time: the answer
    to their claim was lost.
    """

    database: Database
    roster: Roster
    policy: Policy
    name: str
    rung: anyio.Event
    strangers: set[tuple[Key, int]] = field(default_factory=set)

    async def renew(self) -> None:
        """Renew the lease for ever; without one nothing is claimed, and nothing done for what was."""
        while True:
            self.roster.lapse = anyio.Event()
            try:
                await self._renew()
                pause = self.policy.renew
            except StoreUnavailable as error:
                log.warning("cannot renew the lease: %s", error)
                pause = min(self.policy.store_pause, self.policy.renew)
            with anyio.move_on_after(pause):
                await self.roster.lapse.wait()

    async def _renew(self) -> None:
        began, lease = self.roster.clock.monotonic(), self.policy.lease
        if not await self._prolong(lease):
            self.roster.forsake()
            await self.database.write(partial(enrol, name=self.name, lease=lease), urgent=True)
        self.roster.trust(began + lease - self.policy.margin)

    async def _prolong(self, lease: float) -> bool:
        """Prolong our lease; False where it had ended for us or for the others, even if only meanwhile."""
        if not self.roster.enrolled:
            return False
        kept = await self.database.write(partial(renew, name=self.name, lease=lease), urgent=True)
        return kept and self.roster.enrolled

    async def watch(self) -> None:
        """Look at all our actors' rows for ever, some at a time; a ring that was lost is made up for by that.

        Where nobody else writes, nothing happens to them unheard, and only strangers are looked for.
        """
        ours, left = self.roster.owned if self.database.shared else {}, list[Key]()
        while True:
            await anyio.sleep(self.policy.renew * ROUND / max(1, ceil(len(ours) / AT_ONCE)))
            left = left or sorted(ours)
            part, left = left[:AT_ONCE], left[AT_ONCE:]
            await self._watched(partial(self._look, part))
            if not left:
                await self._watched(self._find_strangers)

    async def _watched(self, look: Callable[[], Awaitable[None]]) -> None:
        try:
            await look()
        except StoreUnavailable as error:
            log.warning("cannot look after our actors: %s", error)

    async def _look(self, keys: list[Key]) -> None:
        if keys:
            async with self.database.read() as connection:
                self.roster.compare(await look(connection, keys))

    async def _find_strangers(self) -> None:
        """Give back what is ours by the database alone, and was so the last time; a claim in progress is not that."""
        async with self.database.read() as connection:
            if await count_owned(connection, self.name) <= len(self.roster.owned):
                self.strangers = set()
                return
            seen = await glance(connection, self.name)
        found = {(one.key, one.epoch) for one in seen if one.key not in self.roster.owned}
        again, self.strangers = sorted(found & self.strangers), found
        if again:
            log.warning("gave back %d actors that were claimed without our knowing", len(again))
            await self.database.write(partial(release, claims=again))

    async def glance(self) -> None:
        """Look at all our actors when another node may have done something to any of them."""
        while True:
            await self.rung.wait()
            self.rung = anyio.Event()
            if self.roster.owned:
                await self._glance()

    async def _glance(self) -> None:
        try:
            async with self.database.read() as connection:
                self.roster.compare(await glance(connection, self.name))
        except StoreUnavailable as error:
            log.warning("cannot look after our actors: %s", error)
            await anyio.sleep(self.policy.store_pause)
            self.rung.set()

    def heard(self, whose: Whose) -> None:
        """Another node rang: somebody posted, paused or let go of something."""
        if whose is None:
            self.rung.set()
            self.roster.claims.set()
        else:
            self.roster.ring((key, ALL_LANES) for key in whose)

    async def prune(self) -> None:
        """Forget once an hour what is too old to matter."""
        while True:
            before = self.roster.clock.now() - timedelta(seconds=self.policy.keep_seen)
            try:
                await self.database.write(partial(prune, before=before))
            except StoreUnavailable as error:
                log.warning("cannot prune: %s", error)
            await anyio.sleep(HOUR)
