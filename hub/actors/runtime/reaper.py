"""Inheriting from nodes that are no more."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import anyio

from hub.actors.runtime.mailbox.nodes import NodeLease, leases_of_others, reap
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.roster import Roster
from hub.store.engine import Database, StoreUnavailable

LOOKS = 5
"""Looks within a renewal: how long after it was prolonged a lease may first be seen so."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Reaper:
    """Watches the leases of the other nodes, and hands out what those own whose lease has ended.

    A lease has ended once it was seen unchanged for its whole length by the clock here that nobody sets. So clocks of
    nodes may differ as they like: whoever is alive has prolonged it by then, and whoever could not has ceased to trust
    it a while ago. ``seen`` is each lease with when it was first seen.
    """

    database: Database
    roster: Roster
    policy: Policy
    name: str
    lost: Callable[[], Awaitable[None]]
    seen: dict[NodeLease, float] = field(default_factory=dict)

    async def run(self) -> None:
        """Watch for ever."""
        while True:
            try:
                pause = await self._round()
            except StoreUnavailable as error:
                log.warning("cannot look after other nodes: %s", error)
                pause = self.policy.store_pause
            await anyio.sleep(pause)

    async def _round(self) -> float:
        """Look once, inherit if there is something to, and return after how many seconds to look again."""
        async with self.database.read() as connection:
            leases = await leases_of_others(connection, self.name)
        now = self.roster.clock.monotonic()
        self.seen = {lease: self.seen.get(lease, now) for lease in leases}
        ended = [lease for lease in leases if self._end(lease) <= now]
        if ended:
            await self._inherit(ended)
            return self.policy.store_pause
        return min([self.policy.renew / LOOKS, *(self._end(lease) - now for lease in leases)])

    def _end(self, lease: NodeLease) -> float:
        return self.seen[lease] + lease.length

    async def _inherit(self, ended: Sequence[NodeLease]) -> None:
        try:
            names = await self.database.write(partial(reap, ended=ended), urgent=True)
        except StoreUnavailable:
            await self.lost()
            raise
        if names:
            log.warning("inherited from %s", ", ".join(names))
            await self.lost()
