"""How the forwarding of an order ends, judged on the order as stored by then: in Exact, held, or cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hub.actors.desk import Cause, erp_address, pass_on_stock
from hub.actors.erp.scene import Scene
from hub.actors.messages import ForwardOrder, SeekEvidence
from hub.actors.refusals import said_of
from hub.actors.runtime.mailbox import post
from hub.domain.forwarding import Hold
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.order import HoldCause, OrderStatus
from hub.store.engine import Work
from hub.store.order_state import lock_order
from hub.store.orders import StoredOrder, change_order, hold_order, load_order
from hub.store.stock import drop_claims


class Ends:
    """Writes the end of an attempt, with everything that follows from it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

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

    def _tell(
        self, work: Work, kind: str, message: str, order: StoredOrder, level: str = "info", **detail: Any
    ) -> None:
        self.scene.tell_of(work, order, kind, message, level, **detail)
