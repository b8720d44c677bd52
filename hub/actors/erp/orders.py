"""The order lane of a division: one channel order becomes one sales order, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hub.actors.desk import Cause, pass_on_stock
from hub.actors.each import for_each
from hub.actors.erp.scene import Scene
from hub.actors.measures import record_delays
from hub.actors.messages import ForwardOrder, SweepDeliveries, SweepStock
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.domain.channel import ChannelSettings
from hub.domain.forwarding import (
    Books,
    Hold,
    difference_after_posting,
    draft_sales_order,
    vat_difference_after_posting,
)
from hub.domain.money import CENT
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.sales_order import DraftLine, SalesOrder, SalesOrderDraft, SalesOrderLine
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.catalogue import items_of, vat_codes_of
from hub.store.channels import load_channel
from hub.store.divisions import load_division
from hub.store.engine import Work
from hub.store.order_state import begin_attempt, lock_order, take_back_attempt
from hub.store.orders import StoredOrder, change_order, hold_order, load_order, note_forwarded
from hub.store.stock import drop_claims, reads_begun, show_claims


class OrderLane:
    """Forwards orders, each exactly once: intent, look-up after an unknown outcome, post, read back, compare."""

    batch = 8

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Forward the orders named, side by side; one that is held or must wait blocks no other."""
        await for_each(turn, turn.messages, self._forward)

    async def _forward(self, turn: Turn, envelope: Envelope) -> None:
        assert isinstance(envelope.body, ForwardOrder)
        order, settings, books = await self._load(envelope.body.order_id)
        if order is None or settings is None:
            return
        match order.status:
            case OrderStatus.SENDING:
                await self._resume(turn, order, settings, books)
            case OrderStatus.READY:
                await self._post(turn, order, settings, books)
            case _:
                return

    async def _load(self, order_id: str) -> tuple[StoredOrder | None, ChannelSettings | None, Books]:
        async with self.scene.desk.database.read() as connection:
            order = await load_order(connection, self.scene.tenant, order_id)
            if order is None:
                return None, None, Books({}, {})
            channel = await load_channel(connection, self.scene.tenant, order.channel_id)
            products = {line.product_id for line in order.lines if line.product_id is not None}
            items = await items_of(connection, *self.scene.key, products)
            codes = await vat_codes_of(connection, *self.scene.key)
            division = await load_division(connection, *self.scene.key)
        if channel is None or division is None:
            return None, None, Books({}, {})
        return order, channel.settings, Books(items, codes, division.currency)

    async def _resume(self, turn: Turn, order: StoredOrder, settings: ChannelSettings, books: Books) -> None:
        """An earlier attempt began and its outcome is not stored: look it up, never guess."""
        found = await self.scene.erp.find_sales_order(order.your_ref or "")
        if found is not None:
            await self._finish(turn, order, settings, books, found)
            turn.post(turn.address, SweepDeliveries(tick=False))
        elif order.cancelled:
            turn.write(lambda work: self._cancel(work, order))
        else:
            await self._post(turn, order, settings, books)

    async def _post(self, turn: Turn, order: StoredOrder, settings: ChannelSettings, books: Books) -> None:
        try:
            draft = draft_sales_order(order.to_forward(), settings, books)
        except Hold as hold:
            self._hold(turn, order, hold)
            return
        reads = await self._begin(turn, order, draft)
        if reads is None:
            return
        try:
            order_id = await self.scene.erp.create_sales_order(draft)
        except Rejected as refusal:
            self._hold(turn, order, Hold(HoldCause.REFUSED_BY_ERP, refusal.reason, code=refusal.code))
            return
        except (Throttled, Unavailable) as wait:
            await self._take_back_if_not_sent(turn, order, wait)
            raise
        self._finish_with(turn, order, draft, await self.scene.erp.sales_order(order_id), reads)

    async def _begin(self, turn: Turn, order: StoredOrder, draft: SalesOrderDraft) -> int | None:
        """Write the intent down; returns the number of the last stock read, None where nothing is to be sent."""

        async def begin(work: Work) -> int | None:
            begun = await begin_attempt(
                work,
                self.scene.tenant,
                order.order_id,
                division=self.scene.division,
                your_ref=draft.your_ref,
                fingerprint=draft.fingerprint(),
                now=work.clock.now(),
            )
            return await reads_begun(work, *self.scene.key) if begun else None

        return await turn.checkpoint(begin)

    async def _take_back_if_not_sent(self, turn: Turn, order: StoredOrder, wait: Throttled | Unavailable) -> None:
        sent = isinstance(wait, Unavailable) and wait.unknown
        if not sent:
            await turn.checkpoint(lambda work: take_back_attempt(work, self.scene.tenant, order.order_id))

    async def _finish(
        self, turn: Turn, order: StoredOrder, settings: ChannelSettings, books: Books, found: SalesOrder
    ) -> None:
        try:
            draft = draft_sales_order(order.to_forward(), settings, books)
        except Hold as hold:
            problem = hold
            turn.write(lambda work: self._forwarded(work, order, found, {}, problem, None))
            return
        self._finish_with(turn, order, draft, found, None)

    def _finish_with(
        self, turn: Turn, order: StoredOrder, draft: SalesOrderDraft, found: SalesOrder, reads: int | None
    ) -> None:
        lines = match_lines(draft.lines, found.lines)
        problem = _difference(draft, found)
        turn.write(lambda work: self._forwarded(work, order, found, lines, problem, reads))

    async def _read_stock_again(self, work: Work, reads: int | None) -> None:
        """A read that began while the order was being posted may show it already: only a later one releases claims."""
        if reads is None or await reads_begun(work, *self.scene.key) != reads:
            due = work.clock.now() + timedelta(seconds=self.scene.desk.pace.stock_gather)
            post(work, self.scene.teller.address, SweepStock(tick=False), due_at=due)

    async def _forwarded(
        self,
        work: Work,
        order: StoredOrder,
        found: SalesOrder,
        lines: dict[str, str],
        problem: Hold | None,
        reads: int | None,
    ) -> None:
        now = work.clock.now()
        await lock_order(work, self.scene.tenant, order.order_id)
        await note_forwarded(work, order, found, lines, now)
        await show_claims(work, self.scene.tenant, order.order_id, self.scene.division)
        await self._read_stock_again(work, reads)
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
        if problem is not None:
            await change_order(
                work,
                self.scene.tenant,
                order.order_id,
                hold_cause=problem.cause.value,
                hold_detail={"message": problem.message, **problem.detail},
            )
            self._tell(work, "order.differs", problem.message, order, level="error")

    def _hold(self, turn: Turn, order: StoredOrder, hold: Hold) -> None:
        async def write(work: Work) -> None:
            await hold_order(work, self.scene.tenant, order.order_id, hold.cause, hold.message, hold.detail)
            self._tell(work, "order.held", f"Order {order.number} waits: {hold.message}", order, level="warning",
                       cause=hold.cause.value)  # fmt: skip

        turn.write(write)

    async def _cancel(self, work: Work, order: StoredOrder) -> None:
        await change_order(work, self.scene.tenant, order.order_id, status=OrderStatus.CANCELLED.value)
        products = await drop_claims(work, self.scene.tenant, order.order_id, work.clock.now(), "cancelled")
        self._tell(work, "order.cancelled", f"Order {order.number} was cancelled before it reached Exact", order)
        await pass_on_stock(work, self.scene.tenant, products, Cause("order cancelled"))

    def _tell(
        self, work: Work, kind: str, message: str, order: StoredOrder, level: str = "info", **detail: Any
    ) -> None:
        self.scene.tell(
            work,
            kind,
            message,
            level=level,
            channel_id=order.channel_id,
            subject_type="order",
            subject_id=order.order_id,
            **detail,
        )


def match_lines(drafted: Sequence[DraftLine], stored: Sequence[SalesOrderLine]) -> dict[str, str]:
    """Return Exact's line ids by ours: same item and quantity, in the order of Exact's line numbers."""
    left = sorted(stored, key=lambda line: line.line_number)
    found: dict[str, str] = {}
    for line in drafted:
        match = next((one for one in left if one.item_id == line.item_id and one.quantity == line.quantity), None)
        if match is not None:
            found[line.order_line_id] = match.line_id
            left.remove(match)
    return found


def _difference(draft: SalesOrderDraft, found: SalesOrder) -> Hold | None:
    if difference := difference_after_posting(draft, found):
        return Hold(
            HoldCause.TOTALS_DIFFER,
            f"Exact totals {found.total:.2f}, the channel {draft.total:.2f} {draft.currency}; correct it in Exact.",
            difference=str(difference),
        )
    vat = vat_difference_after_posting(draft, found)
    if abs(vat) >= CENT:
        return Hold(
            HoldCause.TOTALS_DIFFER, f"VAT in Exact differs by {vat:.2f} {draft.currency}.", vat_difference=str(vat)
        )
    return None
