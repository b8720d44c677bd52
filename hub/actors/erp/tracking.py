"""The tracking lane of a division: deliveries made in Exact become parcels, entered parcels become deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from decimal import Decimal

from hub.actors.desk import channel_address
from hub.actors.each import for_each
from hub.actors.erp.goods_left import invoice_what_left
from hub.actors.erp.landing import Landing
from hub.actors.erp.parcels import Packing, broken_offers, pack, units_before, units_gone
from hub.actors.erp.scene import Scene
from hub.actors.messages import ConfirmParcel, DeliveryChanged, MakeDelivery, ReadDeliveriesOf, SweepDeliveries
from hub.actors.refusals import discreetly, said_of
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.domain.delivery import Delivery
from hub.domain.order import OrderStatus
from hub.domain.pacing import patience
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.catalogue import shipping_codes
from hub.store.deliveries import StoredParcel, change_parcel, load_parcel, save_delivery
from hub.store.engine import Work
from hub.store.events import has_told
from hub.store.order_state import sending_orders
from hub.store.orders import StoredOrder, load_order
from hub.store.sales_lines import orders_of_sales_lines
from hub.store.stock import show_claims

CURSOR = "delivery_cursor"
UNFINISHED = "unfinished"


class TrackingLane:
    """Reads deliveries once for many hints, and makes the deliveries of channels that pack in the hub."""

    batch = 200

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.landing = Landing(scene.desk)

    async def handle(self, turn: Turn) -> None:
        """Make the deliveries asked for, then read those that changed."""
        makes = [one for one in turn.messages if isinstance(one.body, MakeDelivery)]
        await for_each(turn, makes, self._make, at_once=1)
        orders = [one for one in turn.messages if isinstance(one.body, ReadDeliveriesOf)]
        await for_each(turn, orders, self._read_of_order, at_once=1)
        if any(isinstance(one.body, DeliveryChanged | SweepDeliveries) for one in turn.messages):
            await self._read(turn)

    async def _read(self, turn: Turn) -> None:
        sweeps = [one.body for one in turn.messages if isinstance(one.body, SweepDeliveries)]
        tick = any(sweep.tick for sweep in sweeps)
        if any(sweep.moved for sweep in sweeps):
            turn.state |= {CURSOR: None, UNFINISHED: False}
        try:
            page = await self.scene.erp.deliveries_since(turn.state.get(CURSOR))
        except Rejected as refusal:
            if turn.state.pop(UNFINISHED, False) or refusal.code == "bad_cursor":
                turn.state[CURSOR] = None
            self.scene.refused(turn, "to let deliveries be read", refusal)
            self._tick(turn, tick)
            return
        turn.state |= {CURSOR: page.cursor, UNFINISHED: page.more}
        turn.write(lambda work: self._store(work, page.rows))
        if page.more:
            turn.post(turn.address, SweepDeliveries(tick=tick))
        else:
            self._tick(turn, tick)

    def _tick(self, turn: Turn, tick: bool) -> None:
        if tick:
            due = self.scene.desk.clock.now() + timedelta(seconds=self.scene.desk.pace.delivery_sweep)
            turn.post(turn.address, SweepDeliveries(), due_at=due)

    async def _store(self, work: Work, deliveries: Sequence[Delivery]) -> None:
        """Store and pack what the page alone can tell; orders that need more than that are read on their own."""
        lines = {line.sales_order_line_id for one in deliveries for line in one.lines}
        sending = await sending_orders(work.connection, *self.scene.key)
        known = await orders_of_sales_lines(work.connection, self.scene.tenant, lines)
        broken = {known[one].order_id for one in broken_offers(deliveries, known)}
        for order_id in sorted(broken):
            post(work, self.scene.teller.address, ReadDeliveriesOf(order_id))
        if len(known) < len(lines):
            self._ask_later(work, sending)
        left = {one.order_id for one in known.values()}
        await invoice_what_left(work, self.scene, left)
        whole = left - broken
        await self._pack_all(work, deliveries, whole)

    def _ask_later(self, work: Work, sending: Sequence[str]) -> None:
        """Goods of an order that stands in Exact already may have left, and its lines are not stored yet.

        The orders being sent were listed before the known lines, so that one that is stored in between is in either.
        """
        due = work.clock.now() + timedelta(seconds=self.scene.desk.pace.follow)
        for order_id in sending:
            post(work, self.scene.teller.address, ReadDeliveriesOf(order_id), due_at=due)

    async def _read_of_order(self, turn: Turn, envelope: Envelope) -> None:
        assert isinstance(envelope.body, ReadDeliveriesOf)
        async with self.scene.desk.database.read() as connection:
            order = await load_order(connection, self.scene.tenant, envelope.body.order_id)
        if order is None or order.division != self.scene.division:
            return
        if order.status is OrderStatus.SENDING:
            waited = self._seconds_since(order.attempt_at or order.imported_at)
            raise Throttled(patience(waited, self.scene.desk.pace.follow), "the order may be in Exact or not")
        lines = [one.sales_order_line_id for line in order.lines for one in line.bookings]
        asked = [one for one in lines if one is not None]
        if not asked:
            return
        found = await self.scene.erp.deliveries_of(asked)
        turn.write(lambda work: self._pack_all(work, found, {order.order_id}, counted=found))
        turn.write(lambda work: self._show_kits(work, order, found))

    async def _show_kits(self, work: Work, order: StoredOrder, found: Sequence[Delivery]) -> None:
        """What left of a kit that is an item of its own lowered FreeStock of its parts, as nothing did before."""
        gone = units_gone(found)
        left = [
            line.line_id
            for line in order.lines
            for one in line.bookings
            if gone.get(one.sales_order_line_id or "", Decimal(0)) >= max(0, line.quantity - line.cancelled) * one.units
        ]
        await show_claims(work, self.scene.tenant, [order.order_id], self.scene.division, kits=left)

    async def _pack_all(
        self, work: Work, deliveries: Sequence[Delivery], order_ids: Set[str], counted: Sequence[Delivery] = ()
    ) -> None:
        codes = await shipping_codes(work.connection, *self.scene.key)
        for found in deliveries:
            one = await save_delivery(work, self.scene.tenant, self.scene.division, found, work.clock.now())
            code = codes.get(found.shipping_method_id or "")
            packing = Packing(self.scene.tenant, one, found, code, units_before(found, counted))
            packed = await pack(work, packing, order_ids)
            for parcel in packed.ready:
                post(work, channel_address(self.scene.tenant, parcel.channel_id), ConfirmParcel(parcel.parcel_id))
            for parcel in (*packed.ready, *packed.waiting):
                self._tell(work, found, parcel)
            for order, excess in packed.excess:
                await self._tell_excess(work, found, order, excess)

    async def _tell_excess(self, work: Work, found: Delivery, order: StoredOrder, excess: Mapping[str, int]) -> None:
        """Goods left that the channel no longer waits for: they come back as a return; told once per delivery."""
        names = {line.line_id: line.sku or line.title for line in order.lines}
        goods = ", ".join(f"{count} of {names.get(line_id, line_id)}" for line_id, count in excess.items())
        message = f"Delivery {found.number} holds {goods} that order {order.number} no longer wants: expect a return"
        if not await has_told(work.connection, self.scene.tenant, "tracking.excess", order.order_id, message):
            self.scene.tell(work, "tracking.excess", message, level="warning", channel_id=order.channel_id,
                            subject_type="order", subject_id=order.order_id)  # fmt: skip

    def _seconds_since(self, moment: datetime) -> float:
        return (self.scene.desk.clock.now() - moment).total_seconds()

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
        async with discreetly(self.scene.desk, self.scene.tenant, order.order_id):
            await self._book(turn, parcel, order)

    async def _book(self, turn: Turn, parcel: StoredParcel, order: StoredOrder) -> None:
        lines = sales_lines(parcel, order)
        if lines is None and order.status is OrderStatus.CANCELLED:
            turn.write(lambda work: self._given_up(work, parcel))
            return
        if lines is None:
            raise Throttled(patience(self._seconds_since(parcel.stored_at)), "the order is not in Exact yet")
        entry_id = await self._look_up(turn, parcel, lines) or await self._deliver(turn, parcel, lines)
        self.landing.over(turn, parcel.parcel_id)
        if entry_id is not None:
            turn.write(lambda work: self._made(work, parcel, entry_id))

    async def _look_up(self, turn: Turn, parcel: StoredParcel, lines: dict[str, Decimal]) -> str | None:
        if parcel.goods_delivery != "began":
            return None
        found = await self.scene.erp.find_delivery(parcel.reference, list(lines))
        if found is None:
            self.landing.wait_for(turn, parcel.parcel_id, parcel.stored_at)
        return found

    async def _deliver(self, turn: Turn, parcel: StoredParcel, lines: dict[str, Decimal]) -> str | None:
        await self._mark(turn, parcel, "began")
        try:
            return await self.scene.erp.deliver(
                lines, delivered_at=parcel.shipped_at, tracking=parcel.tracking, description=parcel.reference
            )
        except Rejected as refusal:
            reason = refusal.reason
            turn.write(lambda work: self._refused(work, parcel, reason))
            return None
        except (Throttled, Unavailable) as wait:
            await self._note_outcome(turn, parcel, wait)
            raise

    async def _note_outcome(self, turn: Turn, parcel: StoredParcel, wait: Throttled | Unavailable) -> None:
        """Only a delivery that was never tried before can be said not to have been asked for at all."""
        if isinstance(wait, Unavailable) and wait.unknown:
            self.landing.lost(turn, parcel.parcel_id, parcel.stored_at)
        elif parcel.goods_delivery != "began":
            await self._mark(turn, parcel, parcel.goods_delivery)

    async def _mark(self, turn: Turn, parcel: StoredParcel, goods_delivery: str) -> None:
        tenant, one = self.scene.tenant, parcel.parcel_id
        await turn.checkpoint(lambda work: change_parcel(work, tenant, one, goods_delivery=goods_delivery))

    async def _made(self, work: Work, parcel: StoredParcel, entry_id: str) -> None:
        await change_parcel(work, self.scene.tenant, parcel.parcel_id, goods_delivery="made", entry_id=entry_id)
        await invoice_what_left(work, self.scene, {parcel.order_id})
        self.scene.tell(work, "tracking.booked", f"Goods delivery made in Exact for parcel {parcel.reference}",
                        channel_id=parcel.channel_id, subject_type="order", subject_id=parcel.order_id)  # fmt: skip

    async def _refused(self, work: Work, parcel: StoredParcel, told: str) -> None:
        reason = await said_of(work.connection, self.scene.desk, self.scene.tenant, parcel.order_id, told)
        await change_parcel(work, self.scene.tenant, parcel.parcel_id, goods_delivery="refused", problem=reason)
        self.scene.tell(work, "tracking.refused", f"Exact refuses the goods delivery of {parcel.reference}: {reason}",
                        level="error", channel_id=parcel.channel_id, subject_type="order",
                        subject_id=parcel.order_id)  # fmt: skip

    async def _given_up(self, work: Work, parcel: StoredParcel) -> None:
        reason = "the order was cancelled before it reached Exact"
        await change_parcel(work, self.scene.tenant, parcel.parcel_id, goods_delivery="refused", problem=reason)
        self.scene.tell(work, "tracking.refused", f"No goods delivery is made of {parcel.reference}: {reason}",
                        level="warning", channel_id=parcel.channel_id, subject_type="order",
                        subject_id=parcel.order_id)  # fmt: skip


def sales_lines(parcel: StoredParcel, order: StoredOrder) -> dict[str, Decimal] | None:
    """Return stock units by Exact's order line; None while one of the lines is not in Exact."""
    lines = {line.line_id: line for line in order.lines}
    found: dict[str, Decimal] = {}
    for unit in parcel.units:
        line = lines.get(unit.line_id)
        for one in line.bookings if line is not None else (None,):
            if one is None or one.sales_order_line_id is None:
                return None
            found[one.sales_order_line_id] = unit.quantity * one.units
    return found
