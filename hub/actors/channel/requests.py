"""Buyers' wishes to cancel: kept until a person accepts or declines them, or the buyer or the parcel decides."""

from __future__ import annotations

from hub.actors.channel.scene import Scene
from hub.actors.reviewing import Tell
from hub.domain.delivery import CancelReason, ParcelStatus
from hub.domain.life.cancellation import AskedBy, CancellationEvent, CancellationState, UnitsOff
from hub.domain.order import ChannelOrder, FulfilledBy
from hub.store.cancellations import ask_cancellation, cancellations_of, change_cancellation, move_cancellation
from hub.store.deliveries import parcels_of_orders, units_by_line
from hub.store.engine import Work
from hub.store.orders import load_order


class Requests:
    """What the buyers of one channel ask for; nothing is done by itself."""

    def __init__(self, scene: Scene, tell: Tell) -> None:
        self.scene = scene
        self.tell = tell

    async def look(self, work: Work, one: str, fetched: ChannelOrder) -> None:
        """Keep, change or withdraw the request of an order as it is told now. Repeatable."""
        tenant = self.scene.tenant
        asked = await cancellations_of(work.connection, tenant, one)
        waiting = next((each for each in asked if each.state is CancellationState.REQUESTED), None)
        units = await self._wanted(work, one, fetched)
        if not units:
            if waiting is not None:
                await move_cancellation(work, waiting, CancellationEvent.WITHDRAW)
                self.tell(work, "cancellation.withdrawn", f"Nothing is left to cancel of order {fetched.number}", one)
            return
        if waiting is not None:
            if waiting.units != units:
                await change_cancellation(work, waiting, units=units)
            return
        if any(each.asked_by is AskedBy.BUYER and each.units == units for each in asked):
            return
        whole = sum(unit.reaches for unit in units) == sum(line.quantity for line in fetched.lines)
        await ask_cancellation(
            work,
            tenant,
            one,
            self.scene.stored.channel_id,
            units,
            event=CancellationEvent.BY_BUYER,
            asked_by=AskedBy.BUYER,
            reason=CancelReason.BUYER_ASKED,
            whole=whole,
            until=fetched.ship_by,
        )
        names = ", ".join(line.sku or line.title for line in fetched.lines if line.cancellation_requested)
        message = f"The buyer of order {fetched.number} asks to cancel {names}"
        self.tell(work, "order.cancellation_requested", message, one, "warning")

    async def _wanted(self, work: Work, one: str, fetched: ChannelOrder) -> tuple[UnitsOff, ...]:
        """Return what the buyer asks for and has not left; a parcel is the answer no."""
        if fetched.fulfilled_by is FulfilledBy.PLATFORM or not any(
            line.cancellation_requested for line in fetched.lines
        ):
            return ()
        order = await load_order(work.connection, self.scene.tenant, one)
        if order is None or order.off:
            return ()
        parcels = await parcels_of_orders(work.connection, self.scene.tenant, [one])
        packed = units_by_line([each for each in parcels if each.status is not ParcelStatus.FAILED])
        open_units = [
            (line, line.quantity - line.cancelled - max(line.shipped, packed.get(line.line_id, 0)))
            for line in order.lines
            if line.cancellation_requested
        ]
        return tuple(UnitsOff(line.line_id, count, line.cancelled + count) for line, count in open_units if count > 0)
