"""A simulated platform with goods on show, on loopback, and the channel adapter under test in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import anyio
import httpx2

from hub.adapters.port import (
    Channel,
    ChannelListing,
    Conflict,
    Deferred,
    OrderRef,
    Pending,
    StockResult,
    StockUpdate,
    WriteResult,
)
from hub.domain.delivery import Cancellation, CancelReason, Shipment, ShippedUnits
from hub.domain.order import ChannelOrder
from hub.outcome import Throttled, Unavailable
from hub.sandbox.app import Sandbox
from hub.sandbox.faults import Fault, Forced
from hub.sandbox.ledger import Units
from tests.adapters.channel_ground import Fixture, Ground, SandboxGround, grounded
from tests.adapters.handclock import HandClock

T = TypeVar("T")
SPEED = 100.0
"""Platform seconds per second: commands take hundredths of a second."""


class Ticking(HandClock):
    """Real time that a test may also move forward, past a limit; ``skew`` is how far it is ahead, in seconds."""

    def __init__(self, begins: datetime | None = None, skew: float = 0.0) -> None:
        super().__init__(begins or datetime.now(UTC))
        self._started = anyio.current_time()
        self.skew = skew

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ticked + self.skew)

    def monotonic(self) -> float:
        return super().monotonic() + self._ticked

    @property
    def _ticked(self) -> float:
        return anyio.current_time() - self._started


@dataclass(slots=True)
class Stage:
    """A platform with goods on show and the adapter under test."""

    fixture: Fixture
    ground: Ground
    channel: Channel
    clock: Ticking
    listings: list[ChannelListing] = field(default_factory=list)
    together: bool = False
    """Waiting for a limit moves the platform's time too."""
    lag: float = 0.0
    """Seconds until a change shows in lists."""

    @property
    def sandbox(self) -> Sandbox:
        assert isinstance(self.ground, SandboxGround)
        return self.ground.sandbox

    @property
    def platform(self) -> Any:
        return self.ground.platform

    @property
    def url(self) -> str:
        return self.ground.url

    @property
    def place(self) -> str:
        """Where the platform's events are to go."""
        return self.channel.queue or "https://hub.test:8080/hooks"

    def force(self, fault: Fault, target: tuple[str, str] = ("", ""), times: int = 1) -> None:
        """Let the next requests to a path meet a fault."""
        method, path = target
        self.ground.faults.forced.append(Forced(fault, self.fixture.name, method or None, path, times))

    def met(self, fault: Fault) -> int:
        return self.ground.faults.met[f"{self.fixture.name}.{fault.value}"]

    def shown(self, listing: ChannelListing) -> int:
        found: int = self.platform.shown(str(listing.sku))
        return found

    async def stock_up(self, quantity: int = 500) -> None:
        """Read the listings and put goods on show; from then on the suite, like the hub, believes no old number."""
        await self.read_listings()
        await self.publish([StockUpdate(listing, quantity) for listing in self.listings])

    async def read_listings(self) -> None:
        cursor, more = None, True
        while more:
            page = await self.patiently(self.channel.listings, cursor)
            own = [row for row in page.rows if not row.stocked_by_platform]
            self.listings += [replace(row, quantity=None) for row in own]
            cursor, more = page.cursor, page.more

    async def publish_all(self, quantity: int) -> None:
        """Put so many of everything on show, however often that takes."""
        while True:
            try:
                await self.publish([StockUpdate(listing, quantity) for listing in self.listings])
            except Unavailable:
                continue
            return

    async def publish(self, updates: Sequence[StockUpdate]) -> list[WriteResult | None]:
        """Publish as the hub does: follow every write to its end, believe what was found, send the rest again."""
        wanted = list(updates)
        ended: dict[int, WriteResult | None] = dict.fromkeys(range(len(updates)))
        while todo := [place for place, result in ended.items() if isinstance(result, Deferred | None)]:
            written = await self.patiently(self.channel.publish_stock, [wanted[place] for place in todo])
            for place, result in zip(todo, await self.all_settled(written), strict=True):
                if isinstance(result, Conflict):
                    listing = replace(wanted[place].listing, quantity=result.found)
                    wanted[place] = replace(wanted[place], listing=listing)
                else:
                    ended[place] = result
        return [ended[place] for place in range(len(updates))]

    async def sell(self, quantity: int = 2, at: int = 0) -> str:
        order_id: str = await self.platform.place_order([Units(str(self.listings[at].sku), quantity)])
        return order_id

    def pass_time(self, seconds: float) -> None:
        """Move time forward on both sides."""
        self.clock.forward(seconds)
        self.ground.pass_time(seconds)

    async def patiently(self, call: Callable[..., Awaitable[T]], *args: object) -> T:
        """Call until the limits let us through; our time moves on meanwhile."""
        while True:
            try:
                return await call(*args)
            except Throttled as throttled:
                self._wait(throttled.retry_after)

    def _wait(self, seconds: float) -> None:
        if self.together:
            self.pass_time(seconds)
        else:
            self.clock.forward(seconds)

    async def sweep(self, cursor: str | None) -> tuple[dict[str, OrderRef], str | None]:
        """Read all changed orders since a cursor."""
        rows, cursor = await self.swept(cursor)
        return {ref.external_id: ref for ref in rows}, cursor

    async def swept(self, cursor: str | None) -> tuple[list[OrderRef], str | None]:
        """Read all changed orders since a cursor, as they come, once all of them show."""
        self.pass_time(self.lag)
        return await self.showing(cursor)

    async def showing(self, cursor: str | None) -> tuple[list[OrderRef], str | None]:
        """Read the changed orders since a cursor that show already, as they come."""
        rows: list[OrderRef] = []
        more = True
        while more:
            page = await self.patiently(self.channel.changed_orders, cursor)
            rows += page.rows
            cursor, more = page.cursor, page.more
        return rows, cursor

    async def parcel(self, order_id: str, quantity: int, reference: str, *, completes: bool = True) -> Shipment:
        order = await self.order(order_id)
        units = (ShippedUnits(order.lines[0].line_id, quantity),)
        return Shipment(
            reference, order_id, units, self.fixture.carrier, f"3S{reference}", self.ground.now(), completes
        )

    async def settled(self, result: WriteResult | None) -> WriteResult | None:
        """Follow an asynchronous write to its end."""
        (ended,) = await self.all_settled([result])
        assert not isinstance(ended, Conflict)
        return ended

    async def all_settled(self, results: Sequence[StockResult | None]) -> list[StockResult | None]:
        """Follow asynchronous writes to their ends, together; what Amazon says is done shows a little later."""
        ended = list(results)
        with anyio.fail_after(90):
            while working := {n: one for n, one in enumerate(ended) if isinstance(one, Pending)}:
                self.pass_time(0.2)
                self._wait(min(one.look_again or 0.0 for one in working.values()))
                told = await self.patiently(self.channel.follow, [one.process_id for one in working.values()])
                for place, one in working.items():
                    ended[place] = told[one.process_id]
        if ended != list(results):
            self.pass_time(0.2)
        return ended

    async def ship_as_the_hub_does(self, shipment: Shipment) -> WriteResult | None:
        """Try, and after an unknown outcome look it up before trying again."""
        with anyio.fail_after(90):
            while True:
                try:
                    known = await self.channel.find_shipment(shipment)
                    if known is None:
                        known = await self.settled(await self.channel.ship(shipment))
                    if not isinstance(known, Deferred):
                        return known
                except (Throttled, Unavailable):
                    self.clock.forward(60)
                self.pass_time(0.2)

    async def order(self, order_id: str) -> ChannelOrder:
        """Read an order that is there."""
        order = await self.patiently(self.channel.order, order_id)
        assert order is not None
        return order

    async def cancellation(self, order_id: str) -> Cancellation:
        """Return the cancellation of a whole order."""
        order = await self.order(order_id)
        units = tuple(ShippedUnits(line.line_id, line.quantity) for line in order.lines)
        return Cancellation(f"cancel-{order_id}", order_id, units, CancelReason.NO_STOCK, whole=True)

    async def cancel_as_the_hub_does(self, cancellation: Cancellation) -> None:
        """Try, and after an unknown outcome read the order before trying again."""
        with anyio.fail_after(90):
            while True:
                try:
                    order = await self.channel.order(cancellation.external_order_id)
                    if order is not None and is_off(order):
                        return
                    await self.settled(await self.channel.cancel(cancellation))
                except (Throttled, Unavailable):
                    self.clock.forward(60)
                self.pass_time(0.2)

    def confirmed(self, order_id: str) -> list[tuple[str | None, int]]:
        return self.ground.confirmed(order_id)


def is_off(order: ChannelOrder) -> bool:
    """Say whether nothing of an order is wanted any more."""
    return order.cancelled or all(line.cancelled >= line.quantity for line in order.lines)


@asynccontextmanager
async def staged(
    fixture: Fixture,
    *,
    goods: int = 8,
    transport: httpx2.AsyncBaseTransport | None = None,
    stocked: bool = True,
) -> AsyncIterator[Stage]:
    """Open a platform whose time is compressed, with 500 of everything on show unless not ``stocked``."""
    async with _opened(fixture, SPEED, goods, Ticking(), transport) as stage:
        if stocked:
            await stage.stock_up()
        yield stage


@asynccontextmanager
async def at_the_time(fixture: Fixture, moment: datetime, *, skew: float = 0.0) -> AsyncIterator[Stage]:
    """Open a stocked platform at a moment, in its own time; the hub's clock is so many seconds ahead of it."""
    async with _opened(fixture, 1.0, 8, Ticking(moment, skew), None, moment) as stage:
        stage.together = True
        await stage.stock_up()
        yield stage


@asynccontextmanager
async def _opened(
    fixture: Fixture,
    speed: float,
    goods: int,
    clock: Ticking,
    transport: httpx2.AsyncBaseTransport | None,
    moment: datetime | None = None,
) -> AsyncIterator[Stage]:
    async with (
        grounded(fixture, speed, goods, transport, moment) as ground,
        fixture.open(ground.url, clock, transport=ground.transport) as channel,
    ):
        yield Stage(fixture, ground, channel, clock, lag=getattr(fixture, "lag", 0.0) / speed)
