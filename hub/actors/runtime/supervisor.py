"""A node: claims actors, runs their turns one-for-one, and hands over when it is told to stop."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from random import Random
from typing import Any
from uuid import uuid4

import anyio
from anyio.abc import TaskGroup, TaskStatus

from hub.actors.runtime.bugs import Bugs
from hub.actors.runtime.claimer import Claimer
from hub.actors.runtime.dispatcher import Dispatcher
from hub.actors.runtime.doorbell import Doorbell, PostgresDoorbell, SilentDoorbell
from hub.actors.runtime.facts import Listener, nobody_listens
from hub.actors.runtime.illness import Illness
from hub.actors.runtime.instance import Factory
from hub.actors.runtime.keeper import Keeper
from hub.actors.runtime.mailbox.nodes import inherit, resign
from hub.actors.runtime.mailbox.posting import MAIL, of_ring
from hub.actors.runtime.node_file import NodeFile
from hub.actors.runtime.opener import Opener
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.reaper import Reaper
from hub.actors.runtime.releaser import Releaser
from hub.actors.runtime.roster import Roster
from hub.actors.runtime.turner import Turner
from hub.store.engine import Database, StoreUnavailable

CLOSING = 3.0

log = logging.getLogger(__name__)


class Supervisor:
    """Runs the actors of one node; several nodes share a PostgreSQL database, each with a name of its own."""

    def __init__(
        self,
        database: Database,
        factory: Factory,
        *,
        random: Random,
        listener: Listener = nobody_listens,
        policy: Policy | None = None,
        name: str | None = None,
        doorbell: Doorbell | None = None,
        node_file: NodeFile | None = None,
    ) -> None:
        self.database = database
        self._node_file = node_file
        self.name = f"{name or 'node'}-{uuid4().hex[:12]}"
        self.policy = policy or Policy()
        self.roster = Roster(database.clock, alone=not database.shared)
        self._factory = factory
        illness = Illness(self.roster, self.policy)
        self._turner = Turner(database, self.roster, self.policy, random, listener, illness, Bugs())
        self._releaser = Releaser(database, self.roster, self.policy, self._turner.write_fall)
        self._keeper = Keeper(database, self.roster, self.policy, self.name, anyio.Event())
        self._stopping = anyio.Event()
        self._doorbell = doorbell or (PostgresDoorbell(database.url) if database.shared else SilentDoorbell())

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Run until ``stop``; raises ``NodeSick`` (in a group) when the platform should restart this process.

        Stopping finishes the turns in flight within the grace, gives every actor back and rings, so that another
        node goes on at once. Being cancelled does the same without the grace.
        """
        with self.database.listening(MAIL, self._heard):
            try:
                if not self.database.shared:
                    await self.database.write(inherit, urgent=True)
                elif self._node_file is not None:
                    await self._follow(self._node_file)
                async with anyio.create_task_group() as tasks:
                    self._start(tasks)
                    task_status.started()
                    await self._stopping.wait()
                    await self._drain()
                    tasks.cancel_scope.cancel()
            finally:
                with anyio.move_on_after(CLOSING, shield=True):
                    await self._resign()

    async def _follow(self, node_file: NodeFile) -> None:
        """Take over what the former process of this node owned, if it did not give it back itself."""
        if node_file.former is not None:
            await self.database.write(partial(inherit, names=[node_file.former]), urgent=True)
        node_file.sign(self.name)

    def stop(self) -> None:
        """Begin to stop: nothing new is claimed or started."""
        self.roster.draining = True
        self._stopping.set()

    async def farewell(self) -> None:
        """Have other nodes look for what came here after ``run`` had ended, from requests that were still answered."""
        await self._doorbell.ring_now()

    @property
    def active(self) -> int:
        """How many actors this node owns right now."""
        return len(self.roster.owned)

    def _start(self, tasks: TaskGroup) -> None:
        opener = Opener(self._factory, self._turner, tasks)
        tasks.start_soon(Dispatcher(self.database, self.roster, self._turner, opener, tasks).run)
        tasks.start_soon(Claimer(self.database, self.roster, self.policy, self.name).run)
        tasks.start_soon(self._releaser.run)
        tasks.start_soon(self._keeper.renew)
        tasks.start_soon(self._keeper.prune)
        tasks.start_soon(self._keeper.watch)
        if self.database.shared:
            tasks.start_soon(self._keeper.glance)
            tasks.start_soon(Reaper(self.database, self.roster, self.policy, self.name, self._lost_node).run)
        tasks.start_soon(self._doorbell.run, self._keeper.heard)

    async def _lost_node(self) -> None:
        """Look at everything and have all others do so: what a dead node rang for in its last moment nobody heard."""
        self._keeper.heard(None)
        await self._doorbell.ring_now()

    def _heard(self, rings: Sequence[Any]) -> None:
        """Ring at the other nodes' doors, unless all that happened is surely our own affair."""
        self.roster.ring(rings)
        if strangers := {key for key, _ in map(of_ring, rings) if not self.roster.has(key)}:
            self._doorbell.ring(strangers)

    async def _drain(self) -> None:
        """Let turns in flight end within the grace, give the actors back, and close them; the rest is cancelled."""
        with anyio.move_on_after(self.policy.grace):
            while any(owned.turns for owned in self.roster.owned.values()):
                self.roster.rest = anyio.Event()
                await self.roster.rest.wait()
        instances = [owned.instance for owned in self.roster.owned.values() if owned.instance is not None]
        await self._give_back()
        with anyio.move_on_after(CLOSING):
            for instance in instances:
                await instance.closed()

    async def _give_back(self) -> None:
        gone = list(self.roster.owned.values())
        for owned in gone:
            owned.leaving = True
        await self._releaser.release(gone)
        if gone:
            await self._doorbell.ring_now()

    async def _resign(self) -> None:
        await self._give_back()
        try:
            await self.database.write(partial(resign, name=self.name), urgent=True)
        except StoreUnavailable as error:
            log.warning("cannot strike this node off: %s", error)
