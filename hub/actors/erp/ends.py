"""How the forwarding of an order ends, judged on the order as stored by then: in Exact, held, or cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.actors.desk import Cause, erp_address, pass_on_stock
from hub.actors.erp.comparing import called_off
from hub.actors.erp.scene import Scene
from hub.actors.measures import record_delays
from hub.actors.messages import ForwardOrder, MakeDelivery, SeekEvidence, SweepStock
from hub.actors.refusals import said_of
from hub.actors.reviewing import Tell, review
from hub.actors.runtime.mailbox import post
from hub.domain.certificate import Certificate
from hub.domain.forwarding import Hold
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.sales_order import SalesOrder
from hub.store.bookings import book_order
from hub.store.channels import load_channel
from hub.store.deliveries import parcels_of_orders
from hub.store.engine import Work
from hub.store.order_changes import keep_certificate
from hub.store.order_state import lock_order
from hub.store.orders import StoredOrder, change_order, hold_order, load_order, note_forwarded
from hub.store.stock import drop_claims, reads_begun, show_claims

NOT_BOOKED = ("todo", "began")


@dataclass(frozen=True, slots=True)
class Standing:
    """An order's sales order as read back; ``lines`` maps our line ids to Exact's.

    ``reads`` numbers the last stock read that began before the order was posted, None where that is not known.
    ``certificate`` is one to be kept now, where none was written down before the order was sent.
    """

    found: SalesOrder
    lines: Mapping[str, str]
    problem: Hold | None
    reads: int | None
    certificate: Certificate | None = None


class Ends:
    """Writes the end of an attempt, with everything that follows from it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def forwarded(self, work: Work, order: StoredOrder, standing: Standing) -> None:
        """Store that the order stands in Exact, and call a person where both sides do not agree."""
        stored = await self._as_stored(work, order) or order
        found, now = standing.found, work.clock.now()
        await note_forwarded(work, order, found, standing.lines, now)
        if standing.certificate is not None:
            await keep_certificate(work, self.scene.tenant, order.order_id, standing.certificate)
        await book_order(work, self.scene.tenant, order.order_id)
        await show_claims(work, self.scene.tenant, order.order_id, self.scene.division)
        await self._read_stock_again(work, standing.reads)
        await self._book_parcels(work, order)
        delays: dict[str, Any] = {"hub_delay_ms": max(0, round((now - order.imported_at).total_seconds() * 1000))}
        record_delays("order", "exact", delays)
        self._tell(
            work,
            "order.forwarded",
            f"Order {order.number} is sales order {found.order_number} in Exact",
            order,
            sales_order=found.order_number,
            your_ref=found.your_ref,
            total=str(found.total),
            **delays,
        )
        await self._review(work, stored, standing)

    async def _review(self, work: Work, stored: StoredOrder, standing: Standing) -> None:
        """Judge what the channel said meanwhile; what differs in Exact itself is told where nothing else does."""
        if stored.sold is None:
            off = called_off(stored, standing.found, dict(standing.lines))
            await self._call_a_person(work, stored, off or standing.problem)
            return
        channel = await load_channel(work.connection, self.scene.tenant, stored.channel_id)
        if channel is not None:
            policy = channel.settings.cancelling
            await review(work, self.scene.tenant, stored.order_id, policy, self._tell_of(stored))
        fresh = await load_order(work.connection, self.scene.tenant, stored.order_id)
        if fresh is not None and fresh.hold_cause is None:
            await self._call_a_person(work, stored, standing.problem)

    def _tell_of(self, order: StoredOrder) -> Tell:
        def tell(work: Work, kind: str, message: str, one: str, level: str = "info") -> None:
            self._tell(work, kind, message, order, level=level)

        return tell

    async def held(self, work: Work, order: StoredOrder, hold: Hold) -> None:
        """Let the order wait for a person, unless it was decided otherwise meanwhile."""
        stored = await self._as_stored(work, order)
        if stored is None or not ORDER.allows(stored.status, OrderEvent.HOLD):
            return
        if stored.lines != order.lines:
            post(work, self.scene.teller.address, ForwardOrder(order.order_id))
            return
        message = await self._said(work, order, hold)
        await hold_order(work, self.scene.tenant, order.order_id, hold.cause, message, hold.detail)
        self._tell(work, "order.held", f"Order {order.number} waits: {message}", order, level="warning",
                   cause=hold.cause.value)  # fmt: skip
        if hold.cause is HoldCause.EVIDENCE_PENDING:
            post(work, self.scene.teller.address, SeekEvidence(order.order_id), due_at=self.next_question())

    async def _said(self, work: Work, order: StoredOrder, hold: Hold) -> str:
        """Exact may quote what it was sent; the hub's own words name nobody."""
        if hold.cause is not HoldCause.REFUSED_BY_ERP:
            return hold.message
        return await said_of(work.connection, self.scene.desk, self.scene.tenant, order.order_id, hold.message)

    def next_question(self) -> datetime:
        """Return when the VAT register is asked again (UTC)."""
        return self.scene.desk.clock.now() + timedelta(seconds=self.scene.desk.pace.evidence)

    async def evidence_came(self, work: Work, order: StoredOrder, division: int) -> None:
        """Let an order go on that waited for the VAT register alone, to the division that its channel has by now."""
        stored = await self._as_stored(work, order)
        if stored is None or stored.status is not OrderStatus.HELD:
            return
        if stored.hold_cause is not HoldCause.EVIDENCE_PENDING:
            return
        ready = ORDER.after(stored.status, OrderEvent.RELEASED).value
        await change_order(work, self.scene.tenant, order.order_id, status=ready, hold_cause=None, hold_detail=None)
        post(work, erp_address(self.scene.tenant, division), ForwardOrder(order.order_id))
        self._tell(work, "order.evidence", f"The VAT register answered; order {order.number} goes on", order)

    async def cancelled(self, work: Work, order: StoredOrder) -> None:
        """Give up an order that the channel no longer wants and that is known not to stand in Exact."""
        stored = await self._as_stored(work, order)
        if stored is None or not ORDER.allows(stored.status, OrderEvent.ABSENT) or not stored.off:
            return
        if stored.status is OrderStatus.SENDING and stored.division != self.scene.division:
            return
        status = ORDER.after(stored.status, OrderEvent.ABSENT).value
        await change_order(work, self.scene.tenant, order.order_id, status=status)
        products = await drop_claims(work, self.scene.tenant, order.order_id, work.clock.now(), "cancelled")
        self._tell(work, "order.cancelled", f"Order {order.number} was cancelled before it reached Exact", order)
        await pass_on_stock(work, self.scene.tenant, products, Cause("order cancelled"))

    async def _as_stored(self, work: Work, order: StoredOrder) -> StoredOrder | None:
        await lock_order(work, self.scene.tenant, order.order_id)
        return await load_order(work.connection, self.scene.tenant, order.order_id)

    async def _read_stock_again(self, work: Work, reads: int | None) -> None:
        """A read that began while the order was being posted may show it already: only a later one releases claims."""
        if reads is None or await reads_begun(work, *self.scene.key) != reads:
            due = work.clock.now() + timedelta(seconds=self.scene.desk.pace.stock_gather)
            post(work, self.scene.teller.address, SweepStock(tick=False), due_at=due)

    async def _book_parcels(self, work: Work, order: StoredOrder) -> None:
        """Parcels that were entered before the order stood in Exact waited for this."""
        for parcel in await parcels_of_orders(work.connection, self.scene.tenant, [order.order_id]):
            if parcel.goods_delivery in NOT_BOOKED:
                post(work, self.scene.teller.address, MakeDelivery(parcel.parcel_id))

    async def _call_a_person(self, work: Work, order: StoredOrder, problem: Hold | None) -> None:
        if problem is None:
            return
        await change_order(
            work,
            self.scene.tenant,
            order.order_id,
            hold_cause=problem.cause.value,
            hold_detail={"message": problem.message, **problem.detail},
        )
        if problem.cause is HoldCause.CANCELLED_AFTER_FORWARDING:
            self._tell(work, "order.cancelled", problem.message, order, level="warning")
        else:
            self._tell(work, "order.differs", problem.message, order, level="error")

    def _tell(
        self, work: Work, kind: str, message: str, order: StoredOrder, level: str = "info", **detail: Any
    ) -> None:
        self.scene.tell_of(work, order, kind, message, level, **detail)
