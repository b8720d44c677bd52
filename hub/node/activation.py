"""How an address becomes an actor: what it needs is opened when mail comes, and closed when it goes idle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from hub.actors.channel import ChannelActor
from hub.actors.desk import Desk
from hub.actors.erp import ErpActor
from hub.actors.privacy import PrivacyActor
from hub.actors.runtime.address import Address
from hub.actors.runtime.turn import Actor, Turn
from hub.adapters.limits import faded
from hub.adapters.port import Channel, Erp, Meter
from hub.adapters.vat_register import VatRegister
from hub.adapters.vies.register import open_vies
from hub.clock import Clock
from hub.domain.tax.evidence import VatAnswer
from hub.domain.tax.vat_number import VatNumber
from hub.node.platforms import Platforms, open_exact
from hub.settings import Settings
from hub.store.channels import StoredChannel
from hub.store.connections import ErpConnection, load_connection
from hub.store.divisions import StoredGauge, load_division, load_meters, save_meters

DUTCH_TIME = ZoneInfo("Europe/Amsterdam")
"""Exact keeps calendar dates; an order of late evening belongs to the Dutch day it was placed on."""


class Orphan:
    """Takes the mail of what was removed, and drops it."""

    def batch(self, lane: str) -> int:
        """Return how many messages one turn drops."""
        return 100

    async def handle(self, turn: Turn) -> None:
        """Leave every message as done."""


class LiveChannel:
    """A channel's adapter, opened anew when its address, its credentials or the reading of its amounts changed."""

    def __init__(self, desk: Desk, platforms: Platforms, stack: AsyncExitStack) -> None:
        self._desk = desk
        self._platforms = platforms
        self._stack = stack
        self._opened: tuple[object, Channel] | None = None

    async def __call__(self, stored: StoredChannel) -> Channel:
        """Return the adapter for the channel as it is configured now; raises KeyMissing."""
        key = (stored.base_url, stored.credentials, stored.settings.amounts)
        if self._opened is None or self._opened[0] != key:
            opening = self._platforms.open_channel(stored, self._desk.clock)
            self._opened = key, await self._stack.enter_async_context(opening)
        return self._opened[1]


class LiveErp:
    """A division's adapter, opened anew when the connection's credentials changed."""

    def __init__(self, desk: Desk, stack: AsyncExitStack) -> None:
        self._desk = desk
        self._stack = stack
        self._opened: tuple[object, Erp] | None = None
        self._app = ""

    async def __call__(self, address: Address, connection_id: str) -> Erp:
        """Return the adapter for the connection as it is configured now; raises KeyMissing."""
        async with self._desk.database.read() as connection:
            stored = await load_connection(connection, address.tenant, connection_id)
            budgets = await load_meters(connection, address.tenant, str(address)) if self._opened is None else []
        if stored is None:
            raise LookupError(f"connection {connection_id} is gone")
        key = (stored.base_url, stored.credentials)
        if self._opened is None or self._opened[0] != key:
            known = [_as_of_now(one, self._desk.clock.now()) for one in budgets]
            self._opened = key, await self._open(stored, address, known)
        return self._opened[1]

    async def _open(self, stored: ErpConnection, address: Address, known: Sequence[Meter]) -> Erp:
        """Open the adapter with the budgets that are known: Exact counts them per app, whatever its secret."""
        opening = open_exact(stored, self._desk.database, self._desk.vault, self._desk.clock)
        exact = await self._stack.enter_async_context(opening)
        app = stored.opened(self._desk.vault).client_id
        erp = exact.erp(int(address.name), zone=DUTCH_TIME, note=partial(self._note, address))
        if self._opened is not None and app == self._app:
            known = self._opened[1].meters()
        self._app = app
        erp.remember(known)
        return erp

    async def _note(self, address: Address, told: Callable[[], Sequence[Meter]]) -> None:
        """Keep what is told by the time of writing, whatever becomes of the turn in which it changed."""
        now = self._desk.clock.now()
        await self._desk.database.write(lambda work: save_meters(work, address.tenant, str(address), told(), now))


def _as_of_now(stored: StoredGauge, now: datetime) -> Meter:
    """Return a budget as it was stored; nothing was spent since."""
    rested = (now - stored.seen_at).total_seconds()
    pace = None if stored.per_hour is None else faded(stored.per_hour, rested)
    return Meter(stored.name, stored.limit, stored.remaining, stored.resets_at, pace, stored.refused_at)


class LiveRegister:
    """The VAT register, opened by the first question; every question is one call and needs no credentials."""

    def __init__(self, url: str, clock: Clock, stack: AsyncExitStack) -> None:
        self._url = url
        self._clock = clock
        self._stack = stack
        self._opened: VatRegister | None = None

    async def check(self, number: VatNumber, requester: VatNumber | None = None) -> VatAnswer:
        """Return the register's answer."""
        return await (await self._register()).check(number, requester)

    async def availability(self) -> Mapping[str, bool]:
        """Return which states' registers answer now."""
        return await (await self._register()).availability()

    async def _register(self) -> VatRegister:
        if self._opened is None:
            self._opened = await self._stack.enter_async_context(open_vies(self._url, self._clock))
        return self._opened


class Activation:
    """Opens actors for the supervisor."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self.desk = desk
        self.platforms = Platforms(desk.database, desk.vault, settings)
        self.vies_url = settings.vies_url

    @asynccontextmanager
    async def open(self, address: Address) -> AsyncIterator[Actor]:
        """Open the actor of an address; its adapter is opened by its first turn."""
        async with AsyncExitStack() as stack:
            match address.kind:
                case "channel":
                    yield ChannelActor(self.desk, LiveChannel(self.desk, self.platforms, stack))
                case "privacy":
                    yield PrivacyActor(self.desk)
                case _:
                    yield await self._erp(address, stack)

    async def _erp(self, address: Address, stack: AsyncExitStack) -> Actor:
        async with self.desk.database.read() as connection:
            division = await load_division(connection, address.tenant, int(address.name))
        if division is None or not division.enabled:
            return Orphan()
        register = LiveRegister(self.vies_url, self.desk.clock, stack)
        return ErpActor(self.desk, LiveErp(self.desk, stack), division.connection_id, register)
