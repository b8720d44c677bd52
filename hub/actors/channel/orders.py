"""The order lane of a channel: sweep, fetch, store with claims, tell the ERP and the other channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hub.actors.channel.scene import Scene
from hub.actors.desk import Cause, erp_address, pass_on_stock
from hub.actors.each import for_each
from hub.actors.messages import FetchOrder, ForwardOrder, SweepOrders
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.adapters.port import OrderRef
from hub.domain.order import ChannelOrder, HoldCause, OrderStatus
from hub.domain.order_life import ClaimAction, Step, next_step
from hub.store import orders as stored_orders
from hub.store.channels import change_channel
from hub.store.engine import Work
from hub.store.events import current_trace_id
from hub.store.listings import note_unknown
from hub.store.order_state import known_changes, lock_order
from hub.store.stock import drop_claims, make_claims

CURSOR = "orders_cursor"
CROWDED = timedelta(seconds=30)


class OrderLane:
    """Brings orders in: any order of arrival of created, paid, changed and cancelled ends in the same state."""

    batch = 20

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Handle fetches side by side, then a sweep if one is due."""
        fetches = [one for one in turn.messages if isinstance(one.body, FetchOrder)]
        await for_each(turn, fetches, self._fetch)
        for envelope in turn.messages:
            if isinstance(envelope.body, SweepOrders):
                await self._sweep(turn, envelope.body)

    async def _sweep(self, turn: Turn, sweep: SweepOrders) -> None:
        page = await self.scene.channel.changed_orders(turn.state.get(CURSOR))
        async with self.scene.desk.database.read() as connection:
            known = await known_changes(connection, *self.scene.key, [ref.external_id for ref in page.rows])
        for ref in _news(page.rows, known, self.scene.desk.clock.now()):
            turn.post(turn.address, FetchOrder(ref.external_id))
        turn.state[CURSOR] = page.cursor
        now = self.scene.desk.clock.now()
        turn.write(lambda work: change_channel(work, *self.scene.key, orders_swept_at=now))
        if page.more:
            turn.post(turn.address, sweep)
        elif sweep.tick:
            seconds = self.scene.stored.settings.sweep_seconds
            turn.post(turn.address, sweep, due_at=now + timedelta(seconds=seconds))

    async def _fetch(self, turn: Turn, envelope: Envelope) -> None:
        assert isinstance(envelope.body, FetchOrder)
        external_id = envelope.body.external_id
        fetched = await self.scene.channel.order(external_id)
        if fetched is None:
            turn.write(lambda work: self._vanished(work, external_id))
        else:
            turn.write(lambda work: self._apply(work, fetched))

    async def _vanished(self, work: Work, external_id: str) -> None:
        """The channel no longer knows the order: whatever was promised for it is promised no more."""
        tenant, channel = self.scene.key
        one = stored_orders.order_id(tenant, channel, external_id)
        before = await lock_order(work, tenant, one)
        if before in (None, OrderStatus.FORWARDED, OrderStatus.SENDING, OrderStatus.CANCELLED):
            return
        await stored_orders.change_order(work, tenant, one, status=OrderStatus.CANCELLED.value, cancelled=True)
        products = await drop_claims(work, tenant, one, work.clock.now(), "vanished")
        self._tell(work, "order.cancelled", f"Order {external_id} is gone from the channel", one)
        await pass_on_stock(work, tenant, products, Cause("order cancelled"))

    async def _apply(self, work: Work, fetched: ChannelOrder) -> None:
        tenant, channel = self.scene.key
        one = stored_orders.order_id(tenant, channel, fetched.external_id)
        before = await lock_order(work, tenant, one)
        if not await self._is_news(work, fetched):
            return
        now = self.scene.desk.clock.now()
        step = next_step(before, fetched, self.scene.stored.settings)
        await self._tell_new_requests(work, one, fetched)
        await stored_orders.save_order(work, tenant, channel, fetched, step.status, now, current_trace_id())
        await self._keep_buyer(work, one, fetched)
        products = await self._claim(work, one, step)
        await self._tell_what_happened(work, one, before, step, fetched)
        await note_unknown(work, tenant, channel, products)
        await pass_on_stock(work, tenant, products, Cause(f"order {fetched.number}", fetched.placed_at, now))
        self._forward(work, one, step)

    async def _is_news(self, work: Work, fetched: ChannelOrder) -> bool:
        known = await known_changes(work.connection, *self.scene.key, [fetched.external_id])
        changed = known.get(fetched.external_id)
        return changed is None or fetched.changed_at >= changed

    async def _keep_buyer(self, work: Work, one: str, fetched: ChannelOrder) -> None:
        if fetched.buyer is not None:
            sealed = self.scene.seal_buyer(one, fetched.buyer)
            await stored_orders.save_buyer(work, self.scene.tenant, one, sealed, work.clock.now())

    async def _claim(self, work: Work, one: str, step: Step) -> set[str]:
        now = work.clock.now()
        match step.claims:
            case ClaimAction.SET:
                return await make_claims(work, self.scene.tenant, one, now)
            case ClaimAction.DROP:
                return await drop_claims(work, self.scene.tenant, one, now, step.status.value)
            case ClaimAction.KEEP:
                return set()

    def _forward(self, work: Work, one: str, step: Step) -> None:
        division = self.scene.stored.settings.division
        if step.forward and division is not None:
            post(work, erp_address(self.scene.tenant, division), ForwardOrder(one))

    async def _tell_what_happened(
        self, work: Work, one: str, before: OrderStatus | None, step: Step, fetched: ChannelOrder
    ) -> None:
        amount = {"total": str(fetched.total), "currency": fetched.currency, "status": step.status.value}
        if before is None:
            self._tell(work, "order.imported", f"Order {fetched.number} came in", one, **amount)
        elif step.needs_person:
            cause = HoldCause.CANCELLED_AFTER_FORWARDING.value
            await stored_orders.change_order(work, self.scene.tenant, one, hold_cause=cause)
            self._tell(work, "order.cancelled", f"Order {fetched.number} was cancelled after it went to Exact", one,
                       level="warning", **amount)  # fmt: skip
        elif step.status is not before:
            kind = "order.cancelled" if step.status is OrderStatus.CANCELLED else "order.changed"
            self._tell(work, kind, f"Order {fetched.number} is {step.status.value}", one, **amount)

    async def _tell_new_requests(self, work: Work, one: str, fetched: ChannelOrder) -> None:
        """A buyer's wish to cancel is a person's business: it is told once, and nothing is done by itself."""
        stored = await stored_orders.load_order(work.connection, self.scene.tenant, one)
        known = {line.line_id for line in stored.lines if line.cancellation_requested} if stored else set()
        fresh = [line for line in fetched.lines if line.cancellation_requested and line.line_id not in known]
        if fresh:
            names = ", ".join(line.sku or line.title for line in fresh)
            message = f"The buyer of order {fetched.number} asks to cancel {names}"
            self._tell(work, "order.cancellation_requested", message, one, level="warning")

    def _tell(self, work: Work, kind: str, message: str, one: str, level: str = "info", **detail: str) -> None:
        self.scene.tell(work, kind, message, level=level, subject_type="order", subject_id=one, **detail)


def _news(refs: Sequence[OrderRef], known: Mapping[str, datetime], now: datetime) -> list[OrderRef]:
    """Return the orders that are new or changed after what is stored.

    Platforms tell times by the second, so an order that changed just now may have changed again since it was read.
    """
    return [ref for ref in refs if _is_new(ref, known.get(ref.external_id), now)]


def _is_new(ref: OrderRef, known: datetime | None, now: datetime) -> bool:
    if known is None or ref.changed_at > known:
        return True
    return ref.changed_at == known and now - ref.changed_at < CROWDED
