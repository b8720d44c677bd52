"""What an adapter under test stands on: a simulated platform on loopback, or a real server with faults before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

import httpx2

from hub.adapters.port import Channel, ChannelListing, HookReader
from hub.clock import Clock
from hub.sandbox.app import Options, Sandbox, running
from hub.sandbox.faults import Faults
from hub.sandbox.ledger import Sale
from hub.sandbox.platform import Channel as SimulatedChannel
from hub.sandbox.platform import Platform
from hub.sandbox.world import World


class Ground(Protocol):
    """What an adapter stands on: a simulated platform, or a real server with faults on the way to it."""

    @property
    def url(self) -> str: ...

    @property
    def faults(self) -> Faults: ...

    @property
    def transport(self) -> httpx2.AsyncBaseTransport | None:
        """What the adapter under test sends through; None for its own."""

    @property
    def platform(self) -> Any:
        """What buyers and staff do: ``place_order``, ``cancel`` and ``shown`` of a simulated channel."""

    def now(self) -> datetime:
        """Return the platform's time (UTC)."""

    def pass_time(self, seconds: float) -> None:
        """Move the platform's time forward, where it can be moved."""

    def total(self, order_id: str) -> Decimal:
        """Return what the buyer pays for an order."""

    def is_cancelled(self, order_id: str) -> bool: ...

    def confirmed(self, order_id: str) -> list[tuple[str | None, int]]:
        """Return what the platform knows of an order's parcels: tracking and units of each."""


class Fixture(Protocol):
    """What the suite must know of a platform beyond the port."""

    name: str
    carrier: str
    write_paths: tuple[tuple[str, str], ...]
    """Methods and parts of paths that ``ship`` writes to."""
    stock_path: tuple[str, str]
    cancel_path: tuple[str, str]
    hook_path: tuple[str, str]
    """What makes a subscription; nothing where there are none."""

    @property
    def hooks(self) -> HookReader | None:
        """Reads the platform's webhooks; None where it sends none."""

    def open(
        self, url: str, clock: Clock, *, secret: str | None = None, transport: httpx2.AsyncBaseTransport | None = None
    ) -> AbstractAsyncContextManager[Channel]:
        """Open the adapter on the platform's address; another secret is a wrong one."""

    def unknown(self, listing: ChannelListing) -> ChannelListing:
        """Return the listing with ids that the platform does not know."""

    def expire_access(self, platform: Any) -> None:
        """Make the platform forget the adapter's session, where it has one."""

    def switch_off_hooks(self, platform: Any) -> None:
        """Make the platform switch its webhooks off, as after failures."""


@runtime_checkable
class Simulated(Fixture, Protocol):
    """A platform of the sandbox."""

    def platform(self, world: World) -> Platform:
        """Make the simulated platform."""

    def confirmed(self, world: World, order_id: str) -> list[tuple[str | None, int]]:
        """Return what the platform knows of an order's parcels: tracking and units of each."""


@runtime_checkable
class Grounded(Fixture, Protocol):
    """A platform on a ground of its own."""

    def ground(self, transport: httpx2.AsyncBaseTransport | None) -> AbstractAsyncContextManager[Ground]:
        """Prepare the ground; ``transport`` is what its own transport sends through."""


@dataclass(frozen=True, slots=True)
class SandboxGround:
    """A simulated platform on loopback."""

    fixture: Simulated
    sandbox: Sandbox
    transport: httpx2.AsyncBaseTransport | None

    @property
    def url(self) -> str:
        return f"{self.sandbox.options.base_url}/{self.fixture.name}"

    @property
    def faults(self) -> Faults:
        return self.sandbox.world.faults

    @property
    def platform(self) -> SimulatedChannel:
        platform = self.sandbox.world.platforms[self.fixture.name]
        assert isinstance(platform, SimulatedChannel)
        return platform

    def now(self) -> datetime:
        return self.sandbox.world.clock.now()

    def pass_time(self, seconds: float) -> None:
        self.sandbox.world.clock.advance(seconds)

    def total(self, order_id: str) -> Decimal:
        return self._sale(order_id).total

    def is_cancelled(self, order_id: str) -> bool:
        return self._sale(order_id).cancelled_at is not None

    def _sale(self, order_id: str) -> Sale:
        return self.sandbox.world.ledger.sales[(self.fixture.name, order_id)]

    def confirmed(self, order_id: str) -> list[tuple[str | None, int]]:
        return self.fixture.confirmed(self.sandbox.world, order_id)


def in_the_books(world: World, order_id: str) -> list[tuple[str | None, int]]:
    """Return tracking and units of the parcels in the sandbox's own ledger."""
    rows = [each for each in world.ledger.confirmed if each.external_id == order_id]
    return [(each.tracking, sum(units.quantity for units in each.units)) for each in rows]


@asynccontextmanager
async def grounded(
    fixture: Fixture, speed: float, goods: int, transport: httpx2.AsyncBaseTransport | None, moment: datetime | None
) -> AsyncIterator[Ground]:
    """Open what a fixture's adapter stands on, at a moment or now, its time so many times as fast."""
    if isinstance(fixture, Grounded):
        async with fixture.ground(transport) as ground:
            yield ground
    else:
        assert isinstance(fixture, Simulated)
        options = Options(platforms={fixture.name: fixture.platform}, speed=speed, goods=goods, begins=moment)
        async with running(options) as sandbox:
            yield SandboxGround(fixture, sandbox, transport)
