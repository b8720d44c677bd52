"""The tracking lane of a division: deliveries made in Exact become parcels, entered parcels become deliveries."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hub.actors.desk import channel_address
from hub.actors.each import for_each
from hub.actors.erp.parcels import Packing, pack
from hub.actors.erp.scene import Scene
from hub.actors.messages import ConfirmParcel, DeliveryChanged, MakeDelivery, SweepDeliveries
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.domain.delivery import Delivery
from hub.outcome import Rejected, Throttled
from hub.store.catalogue import shipping_codes
from hub.store.deliveries import StoredParcel, change_parcel, load_parcel, save_delivery
from hub.store.engine import Work
from hub.store.order_state import any_sending
from hub.store.orders import StoredOrder, load_order, orders_of_sales_lines

CURSOR = "delivery_cursor"
NOT_YET_SECONDS = 15.0


class TrackingLane:
    """Reads deliveries once for many hints, and makes the deliveries of channels that pack in the hub."""

    batch = 200

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Make the deliveries asked for, then read those that changed."""
        makes = [one for one in turn.messages if isinstance(one.body, MakeDelivery)]
        await for_each(turn, makes, self._make, at_once=1)
        if any(isinstance(one.body, DeliveryChanged | SweepDeliveries) for one in turn.messages):
            await self._read(turn)

    async def _read(self, turn: Turn) -> None:
        page = await self.scene.erp.deliveries_since(turn.state.get(CURSOR))
        early = await self._any_early(page.rows)
        if not early:
            turn.state[CURSOR] = page.cursor
        turn.write(lambda work: self._store(work, page.rows))
        sweeps = [one.body for one in turn.messages if isinstance(one.body, SweepDeliveries)]
        tick = any(sweep.tick for sweep in sweeps)
        if page.more and not early:
            turn.post(turn.address, SweepDeliveries(tick=tick))
        elif tick:
            due = self.scene.desk.clock.now() + timedelta(seconds=self.scene.desk.pace.delivery_sweep)
            turn.post(turn.address, SweepDeliveries(), due_at=due)

    async def _any_early(self, deliveries: tuple[Delivery, ...]) -> bool:
        """Say whether goods may have left for an order that Exact has and the hub does not know of yet.

        Such deliveries are read again, until every order that was being sent has its sales order stored.
        """
        lines = {line.sales_order_line_id for one in deliveries for line in one.lines}
        async with self.scene.desk.database.read() as connection:
            known = await orders_of_sales_lines(connection, self.scene.tenant, lines)
            return len(known) < len(lines) and await any_sending(connection, *self.scene.key)

    async def _store(self, work: Work, deliveries: tuple[Delivery, ...]) -> None:
        codes = await shipping_codes(work.connection, *self.scene.key)
        for found in deliveries:
            await self._store_one(work, found, codes.get(found.shipping_method_id or ""))

    async def _store_one(self, work: Work, found: Delivery, shipping_code: str | None) -> None:
        now = work.clock.now()
        one = await save_delivery(work, self.scene.tenant, self.scene.division, found, now)
        packing = Packing(self.scene.tenant, one, found, shipping_code)
        ready, waiting = await pack(work, packing)
        for parcel in ready:
            post(work, channel_address(self.scene.tenant, parcel.channel_id), ConfirmParcel(parcel.parcel_id))
        for parcel in (*ready, *waiting):
            self._tell(work, found, parcel)

    def _tell(self, work: Work, found: Delivery, parcel: StoredParcel) -> None:
        code = f"with tracking code {parcel.tracking}" if parcel.tracking else "without a tracking code yet"
        self.scene.tell(
            work,
            "tracking.delivery",
            f"Delivery {found.number} left {code}",
            channel_id=parcel.channel_id,
            subject_type="order",
            subject_id=parcel.order_id,
            parcel=parcel.parcel_id,
        )

    async def _make(self, turn: Turn, envelope: Envelope) -> None:
        assert isinstance(envelope.body, MakeDelivery)
        async with self.scene.desk.database.read() as connection:
            parcel = await load_parcel(connection, self.scene.tenant, envelope.body.parcel_id)
            order = None if parcel is None else await load_order(connection, self.scene.tenant, parcel.order_id)
        if parcel is None or order is None or parcel.goods_delivery == "made":
            return
        lines = sales_lines(parcel, order)
        if lines is None:
            raise Throttled(NOT_YET_SECONDS, "the order is not in Exact yet")
        entry_id = await self._look_up(parcel, lines) or await self._deliver(turn, parcel, lines)
        if entry_id is not None:
            turn.write(lambda work: self._made(work, parcel, entry_id))

    async def _look_up(self, parcel: StoredParcel, lines: dict[str, Decimal]) -> str | None:
        if parcel.goods_delivery != "began":
            return None
        return await self.scene.erp.find_delivery(parcel.reference, list(lines))

    async def _deliver(self, turn: Turn, parcel: StoredParcel, lines: dict[str, Decimal]) -> str | None:
        await turn.checkpoint(
            lambda work: change_parcel(work, self.scene.tenant, parcel.parcel_id, goods_delivery="began")
        )
        try:
            return await self.scene.erp.deliver(
                lines, delivered_at=parcel.shipped_at, tracking=parcel.tracking, description=parcel.reference
            )
        except Rejected as refusal:
            reason = refusal.reason
            turn.write(lambda work: self._refused(work, parcel, reason))
            return None

    async def _made(self, work: Work, parcel: StoredParcel, entry_id: str) -> None:
        await change_parcel(work, self.scene.tenant, parcel.parcel_id, goods_delivery="made", entry_id=entry_id)
        self.scene.tell(work, "tracking.booked", f"Goods delivery made in Exact for parcel {parcel.reference}",
                        channel_id=parcel.channel_id, subject_type="order", subject_id=parcel.order_id)  # fmt: skip

    async def _refused(self, work: Work, parcel: StoredParcel, reason: str) -> None:
        await change_parcel(work, self.scene.tenant, parcel.parcel_id, goods_delivery="refused", problem=reason)
        self.scene.tell(work, "tracking.refused", f"Exact refuses the goods delivery of {parcel.reference}: {reason}",
                        level="error", channel_id=parcel.channel_id, subject_type="order",
                        subject_id=parcel.order_id)  # fmt: skip


def sales_lines(parcel: StoredParcel, order: StoredOrder) -> dict[str, Decimal] | None:
    """Return stock units by Exact's order line; None while one of the lines is not in Exact."""
    lines = {line.line_id: line for line in order.lines}
    found: dict[str, Decimal] = {}
    for unit in parcel.units:
        line = lines.get(unit.line_id)
        if line is None or line.sales_order_line_id is None:
            return None
        found[line.sales_order_line_id] = Decimal(unit.quantity * line.units_per_offer)
    return found
