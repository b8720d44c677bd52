"""Keeping what is ours, and seeing what others did to it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import anyio

from hub.actors.runtime.doorbell import Whose
from hub.actors.runtime.mailbox.control import ALL_LANES
from hub.actors.runtime.mailbox.letters import Key
from hub.actors.runtime.mailbox.ownership import Glimpse, be_seen, enrol, glance, prune, renew
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.roster import Roster
from hub.store.engine import Database, StoreUnavailable, Work

HOUR = 3600.0
AT_ONCE = 64
SPREAD = 0.8
"""The part of a period over which the renewals of one node are spread."""
FRESH = 2 / 3
"""The part of its life that a lease must have left to be left alone until then."""
TRIES = 4
"""Times that leases are tried again, in what is left of a period, whose rows were locked by commits."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Keeper:
    """Renews leases, and looks at all our actors' rows when nobody can say what happened to which.

    A ring that was lost, as its node died after a commit, is made up for by the next renewal.
    """

    database: Database
    roster: Roster
    policy: Policy
    name: str
    rung: anyio.Event

    async def renew(self) -> None:
        """Renew leases for ever, some at a time over most of a period: nobody waits for those of thousands.

        Where they are much longer than a period, as with a node that has its database to itself, most have time.
        An actor that is ours without our knowing, as the answer to its claim was lost, is not renewed and lapses.
        """
        period, spread = self.policy.renew, self.policy.renew * SPREAD
        while True:
            began = anyio.current_time()
            await self._renew_all(began, spread)
            await anyio.sleep_until(max(began, anyio.current_time() - spread) + period)

    async def _renew_all(self, began: float, spread: float) -> None:
        """Renew what cannot wait; what could not be renewed comes along with what follows."""
        keys, left = self._due(spread), set[Key]()
        parts = [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)] or [[]]
        for number, part in enumerate(parts):
            await anyio.sleep_until(began + number / len(parts) * spread)
            left = await self._renew({*left, *part}, seen=number == 0)
        for _ in range(TRIES):
            if left:
                await anyio.sleep((self.policy.renew - spread) / TRIES)
                left = await self._renew(left)

    def _due(self, spread: float) -> list[Key]:
        """Return whose lease would be old by the end of the next period, the next to end first."""
        fresh = self.roster.clock.monotonic() + self.policy.renew + spread + self.policy.lease * FRESH
        due = [one for one in self.roster.owned.values() if one.trusted_until < fresh]
        return [one.key for one in sorted(due, key=lambda one: one.trusted_until)]

    async def _renew(self, keys: set[Key], *, seen: bool = False) -> set[Key]:
        """Renew leases, and return whose is left: its row is being written, or the store is gone."""
        began = self.roster.clock.monotonic()
        until = self.roster.clock.now() + timedelta(seconds=self.policy.lease)

        async def work(work: Work) -> list[Glimpse]:
            if seen:
                await be_seen(work, self.name)
            return await renew(work, self.name, sorted(keys), until)

        try:
            glimpses = await self.database.write(work, urgent=True)
        except StoreUnavailable as error:
            log.warning("cannot renew leases: %s", error)
            return keys
        trusted = began + self.policy.lease - self.policy.margin
        self.roster.compare(glimpses, trusted, reread=self.database.shared)
        return (keys & self.roster.owned.keys()) - {glimpse.key for glimpse in glimpses}

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
        """Be on the list of nodes, and forget once an hour what is too old to matter."""
        while True:
            before = self.roster.clock.now() - timedelta(seconds=self.policy.keep_seen)
            try:
                await self.database.write(partial(enrol, name=self.name))
                await self.database.write(partial(prune, before=before))
            except StoreUnavailable as error:
                log.warning("cannot prune: %s", error)
            await anyio.sleep(HOUR)
