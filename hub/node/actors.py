"""The actors of a node: the runtime's supervisor with everything commerce around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from random import SystemRandom

import anyio

from hub.actors.desk import Desk
from hub.actors.runtime.node_file import NodeFile
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.supervisor import Supervisor
from hub.node.activation import Activation
from hub.node.facts import FactBook
from hub.settings import Settings

ATTEMPTS = 300
"""With pauses of 150 s on average, an outage of half a day is sat out before a message is given to a person."""

ALONE = 86400.0
"""Lease in seconds of a node that has its database to itself: there is nobody to whom slowness could lose an actor."""


class Actors:
    """Runs the node's actors for as long as a block lasts."""

    def __init__(self, desk: Desk, settings: Settings, node_file: NodeFile | None = None) -> None:
        self.leaving = False
        self.supervisor = Supervisor(
            desk.database,
            Activation(desk, settings).open,
            random=SystemRandom(),
            listener=FactBook(settings.stock_sweep_seconds),
            policy=lasting(policy(settings), shared=desk.database.shared),
            name=settings.node,
            node_file=node_file,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the actors; on the way out turns in flight are finished and every actor is handed over."""
        async with anyio.create_task_group() as tasks:
            await tasks.start(self.supervisor.run)
            try:
                yield
            finally:
                self.leave()
        await self.supervisor.farewell()

    def leave(self) -> None:
        """Begin to drain, so that the node reports itself as stopping."""
        self.leaving = True
        self.supervisor.stop()


def lasting(rules: Policy, *, shared: bool) -> Policy:
    """Return the rules for a database: leases are kept for as long as somebody else could take them."""
    return rules if shared else replace(rules, lease=ALONE)


def policy(settings: Settings) -> Policy:
    """Return the runtime's policy as set; a lease is renewed at a third of its life."""
    lease = settings.lease_seconds
    return Policy(
        lease=lease,
        renew=lease / 3,
        margin=lease / 6,
        poll=settings.poll_seconds,
        grace=settings.drain_seconds,
        backoff_most=settings.longest_backoff_seconds,
        attempts=ATTEMPTS,
    )
