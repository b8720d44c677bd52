"""The actor of one tenant-channel pair: orders in, stock out, tracking back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from hub.actors.channel.control import ControlLane
from hub.actors.channel.hints import HintLane
from hub.actors.channel.orders import OrderLane
from hub.actors.channel.patrol import PatrolLane
from hub.actors.channel.returns import ReturnLane
from hub.actors.channel.scene import Scene
from hub.actors.channel.stock import StockLane
from hub.actors.channel.tracking import TrackingLane
from hub.actors.desk import Desk, Teller
from hub.actors.runtime.turn import Turn
from hub.adapters.port import Channel
from hub.domain.channel import ChannelStatus
from hub.outcome import Throttled
from hub.store.channels import StoredChannel, load_channel
from hub.store.divisions import save_meters

Lane = (
    type[OrderLane]
    | type[StockLane]
    | type[TrackingLane]
    | type[ControlLane]
    | type[HintLane]
    | type[ReturnLane]
    | type[PatrolLane]
)

LANES: dict[str, Lane] = {
    "order": OrderLane,
    "stock": StockLane,
    "tracking": TrackingLane,
    "control": ControlLane,
    "hints": HintLane,
    "returns": ReturnLane,
    "patrol": PatrolLane,
}
PAUSED_SECONDS = 60.0
METER_SECONDS = 2.0


class ChannelActor:
    """Routes each turn to its lane, with the channel's settings as they are now."""

    def __init__(self, desk: Desk, adapter: Callable[[StoredChannel], Awaitable[Channel]]) -> None:
        self.desk = desk
        self.adapter = adapter
        self._metered_at: float | None = None

    def batch(self, lane: str) -> int:
        """Return the most messages that one turn of a lane takes."""
        return LANES[lane].batch

    async def handle(self, turn: Turn) -> None:
        """Handle one turn; mail to a channel that was removed is dropped, to a paused one it waits."""
        async with self.desk.database.read() as connection:
            stored = await load_channel(connection, turn.address.tenant, turn.address.name)
        if stored is None:
            return
        if stored.status is ChannelStatus.PAUSED:
            raise Throttled(PAUSED_SECONDS, "the channel is paused")
        channel = await self.adapter(stored)
        scene = Scene(self.desk, channel, stored, Teller(turn.address, self.desk.clock))
        await LANES[turn.lane](scene).handle(turn)
        self._meter(turn, channel)

    def _meter(self, turn: Turn, channel: Channel) -> None:
        """Store the budgets that the last answers told, now and then: they change with every call."""
        clock = self.desk.clock
        if self._metered_at is None or clock.monotonic() - self._metered_at >= METER_SECONDS:
            self._metered_at = clock.monotonic()
            meters, tenant = channel.meters(), turn.address.tenant
            turn.write(lambda work: save_meters(work, tenant, str(turn.address), meters, work.clock.now()))
