"""Orders that stand in Exact: what is stored of them, all that a turn read back at once, and who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.actors.erp.comparing import called_off
from hub.actors.erp.scene import Scene
from hub.actors.measures import record_delays
from hub.actors.messages import MakeDelivery, SweepStock
from hub.actors.reviewing import Tell, review_all
from hub.actors.runtime.mailbox import post
from hub.domain.certificate import Certificate
from hub.domain.forwarding import Hold
from hub.domain.order import HoldCause
from hub.domain.sales_order import SalesOrder
from hub.store.bookings import book_orders
from hub.store.channels import load_channels
from hub.store.deliveries import parcels_of_orders
from hub.store.engine import Work
from hub.store.order_changes import keep_certificate
from hub.store.order_state import lock_orders
from hub.store.orders import StoredOrder, as_standing, change_order, load_order, load_orders, note_forwarded
from hub.store.stock import reads_begun, show_claims

NOT_BOOKED = ("todo", "began")


@dataclass(frozen=True, slots=True)
class Standing:
    """An order as it was sent, and its sales order as read back; ``lines`` maps our line ids to Exact's.

    ``reads`` numbers the last stock read that began before the order was posted, None where that is not known.
    ``certificate`` is one to be kept now, where none was written down before the order was sent.
    """

    order: StoredOrder
    found: SalesOrder
    lines: Mapping[str, str]
    problem: Hold | None
    reads: int | None
    certificate: Certificate | None = None


class Standings:
    """Writes down orders that stand in Exact, judged on what is stored by then."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def store(self, work: Work, standings: Sequence[Standing]) -> None:
        """Store that the orders stand in Exact, and call a person where both sides do not agree."""
        tenant, now = self.scene.tenant, work.clock.now()
        ids = [one.order.order_id for one in standings]
        await lock_orders(work, tenant, ids)
        stored = {one.order_id: one for one in await load_orders(work.connection, tenant, ids)}
        await note_forwarded(work, [(one.order, one.found, one.lines) for one in standings], now)
        for one in standings:
            if one.certificate is not None:
                await keep_certificate(work, tenant, one.order.order_id, one.certificate)
        await book_orders(work, tenant, ids)
        await show_claims(work, tenant, ids, self.scene.division)
        await self._read_stock_again(work, standings)
        await self._book_parcels(work, ids)
        for one in standings:
            self._tell_forwarded(work, one, now)
        await self._review(work, standings, stored)

    async def _read_stock_again(self, work: Work, standings: Sequence[Standing]) -> None:
        """A read that began while an order was being posted may show it already: only a later one releases claims."""
        begun = await reads_begun(work, *self.scene.key)
        if any(one.reads != begun for one in standings):
            due = work.clock.now() + timedelta(seconds=self.scene.desk.pace.stock_gather)
            post(work, self.scene.teller.address, SweepStock(tick=False), due_at=due)

    async def _book_parcels(self, work: Work, order_ids: Sequence[str]) -> None:
        """Parcels that were entered before their order stood in Exact waited for this."""
        for parcel in await parcels_of_orders(work.connection, self.scene.tenant, order_ids):
            if parcel.goods_delivery in NOT_BOOKED:
                post(work, self.scene.teller.address, MakeDelivery(parcel.parcel_id))

    def _tell_forwarded(self, work: Work, one: Standing, now: datetime) -> None:
        order, found = one.order, one.found
        delays: dict[str, Any] = {"hub_delay_ms": max(0, round((now - order.imported_at).total_seconds() * 1000))}
        record_delays("order", "exact", delays)
        self.scene.tell_of(
            work,
            order,
            "order.forwarded",
            f"Order {order.number} is sales order {found.order_number} in Exact",
            sales_order=found.order_number,
            your_ref=found.your_ref,
            total=str(found.total),
            **delays,
        )

    async def _review(self, work: Work, standings: Sequence[Standing], stored: Mapping[str, StoredOrder]) -> None:
        """Judge what the channels said meanwhile; what differs in Exact itself is told where nothing else does.

        ``stored`` are the orders as they were before they stood.
        """
        known = [(one, stored.get(one.order.order_id, one.order)) for one in standings]
        stand = [as_standing(order, one.found) for one, order in known if order.sold is not None]
        channels = await load_channels(work.connection, self.scene.tenant, {one.channel_id for one in stand})
        policies = {channel_id: one.settings.cancelling for channel_id, one in channels.items()}
        await review_all(work, self.scene.tenant, stand, policies, self._tell_of)
        for one, order in known:
            if order.sold is None:
                off = called_off(order, one.found, dict(one.lines))
                await self._call_a_person(work, order, off or one.problem)
            elif one.problem is not None:
                fresh = await load_order(work.connection, self.scene.tenant, order.order_id)
                if fresh is not None and fresh.hold_cause is None:
                    await self._call_a_person(work, order, one.problem)

    def _tell_of(self, order: StoredOrder) -> Tell:
        def tell(work: Work, kind: str, message: str, one: str, level: str = "info") -> None:
            self.scene.tell_of(work, order, kind, message, level)

        return tell

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
            self.scene.tell_of(work, order, "order.cancelled", problem.message, "warning")
        else:
            self.scene.tell_of(work, order, "order.differs", problem.message, "error")
