"""Keeping what is ours, and seeing what others did to it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import anyio

from hub.actors.runtime.doorbell import Whose
from hub.actors.runtime.mailbox.control import ALL_LANES
from hub.actors.runtime.mailbox.letters import Key
from hub.actors.runtime.mailbox.ownership import enrol, glance, prune, renew
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.roster import Roster
from hub.store.engine import Database, StoreUnavailable

HOUR = 3600.0
AT_ONCE = 64
SPREAD = 0.8
"""The part of a period over which the renewals of one node are spread."""
TRIES = 4
"""Times that leases are renewed within half a period whose rows were locked by commits."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Keeper:
    """Renews leases, and looks at our actors' rows when another node rang.

    A ring that nobody could give, as its node died after a commit, is made up for by the next renewal.
    """

    database: Database
    roster: Roster
    policy: Policy
    name: str
    rung: anyio.Event

    async def renew(self) -> None:
        """Renew all leases for ever, some at a time over most of a period: nobody waits for those of thousands.

        An actor that is ours without our knowing, as the answer to its claim was lost, is not renewed and lapses.
        """
        while True:
            keys = sorted(self.roster.owned)
            parts = [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)] or [[]]
            began, spread = anyio.current_time(), self.policy.renew * SPREAD
            try:
                for number, part in enumerate(parts):
                    await anyio.sleep_until(began + number / len(parts) * spread)
                    await self._renew(part)
            except StoreUnavailable as error:
                log.warning("cannot renew leases: %s", error)
            await anyio.sleep_until(max(began, anyio.current_time() - spread) + self.policy.renew)

    async def _renew(self, keys: Sequence[Key]) -> None:
        left = set(keys)
        for _ in range(TRIES):
            left -= await self._renew_free(sorted(left))
            if not left:
                return
            await anyio.sleep(self.policy.renew / 2 / TRIES)

    async def _renew_free(self, keys: Sequence[Key]) -> set[Key]:
        """Renew the leases of actors whose rows nobody is writing, and return whose they were."""
        began = self.roster.clock.monotonic()
        until = self.roster.clock.now() + timedelta(seconds=self.policy.lease)
        work = partial(renew, name=self.name, keys=keys, lease_until=until)
        glimpses = await self.database.write(work, urgent=True)
        trusted = began + self.policy.lease - self.policy.margin
        self.roster.compare(glimpses, trusted, reread=self.database.shared)
        return {glimpse.key for glimpse in glimpses}

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
                self.roster.compare(await glance(connection, self.name), None)
        except StoreUnavailable as error:
            log.warning("cannot look after our actors: %s", error)

    def heard(self, whose: Whose) -> None:
        """Another node rang: somebody posted, paused or let go of something."""
        if whose is None:
            self.rung.set()
            self.roster.claims.set()
        else:
            self.roster.ring((*key, ALL_LANES, None) for key in whose)

    async def prune(self) -> None:
        """Be on the list of nodes, and forget once an hour what is too old to matter."""
        while True:
            before = self.roster.clock.now() - timedelta(seconds=self.policy.keep_seen)
            try:
                await self.database.write(partial(enrol, name=self.name))
                await self.database.write(partial(prune, before=before))
            except StoreUnavailable as error:
                log.warning("cannot prune: %s", error)
            await anyio.sleep(HOUR)
