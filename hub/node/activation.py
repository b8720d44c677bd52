"""How an address becomes an actor: what it needs is opened when mail comes, and closed when it goes idle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from hub.actors.channel import ChannelActor
from hub.actors.desk import Desk
from hub.actors.erp import ErpActor
from hub.actors.runtime.address import Address
from hub.actors.runtime.turn import Actor, Turn
from hub.node.platforms import open_channel, open_exact
from hub.settings import Settings
from hub.store.channels import load_channel
from hub.store.connections import load_connection
from hub.store.divisions import load_division

DUTCH_TIME = ZoneInfo("Europe/Amsterdam")
"""Exact keeps calendar dates; an order of late evening belongs to the Dutch day it was placed on."""


class Orphan:
    """Takes the mail of what was removed, and drops it."""

    def batch(self, lane: str) -> int:
        """Return how many messages one turn drops."""
        return 100

    async def handle(self, turn: Turn) -> None:
        """Leave every message as done."""


class Activation:
    """Opens actors for the supervisor."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self.desk = desk
        self.settings = settings

    @asynccontextmanager
    async def open(self, address: Address) -> AsyncIterator[Actor]:
        """Open the actor of an address; raises KeyMissing where its credentials were sealed with a lost key."""
        opened = self._channel if address.kind == "channel" else self._erp
        async with opened(address) as actor:
            yield actor

    @asynccontextmanager
    async def _channel(self, address: Address) -> AsyncIterator[Actor]:
        async with self.desk.database.read() as connection:
            stored = await load_channel(connection, address.tenant, address.name)
        if stored is None:
            yield Orphan()
            return
        async with open_channel(stored, self.desk.vault, self.desk.clock, self.settings) as channel:
            yield ChannelActor(self.desk, channel)

    @asynccontextmanager
    async def _erp(self, address: Address) -> AsyncIterator[Actor]:
        code = int(address.name)
        async with self.desk.database.read() as connection:
            division = await load_division(connection, address.tenant, code)
            stored = await load_connection(connection, address.tenant, division.connection_id) if division else None
        if division is None or stored is None or not division.enabled:
            yield Orphan()
            return
        async with open_exact(stored, self.desk.database, self.desk.vault, self.desk.clock) as exact:
            yield ErpActor(self.desk, exact.erp(code, zone=DUTCH_TIME), stored.connection_id)
