"""An order as fetched is stored with its claims, told to the ERP and to the other channels, in one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hub.actors.channel.late_sales import note_late_sale
from hub.actors.channel.requests import Requests
from hub.actors.channel.scene import Scene
from hub.actors.desk import Cause, erp_address, pass_on_stock
from hub.actors.messages import ForwardOrder
from hub.actors.refunding import take_refunds
from hub.actors.reviewing import review
from hub.actors.runtime.mailbox import post
from hub.domain.addressing import check_address
from hub.domain.life.order import Before, ClaimAction, Step, cancelled_units, next_step
from hub.domain.life.order_states import ORDER, OrderEvent, may_stand
from hub.domain.life.payment import is_odd
from hub.domain.order import ChannelOrder, FulfilledBy, HoldCause, OrderStatus, PaymentState
from hub.domain.retention import kept_since
from hub.store import orders as stored_orders
from hub.store.buyers import keep_buyer
from hub.store.channels import count_found, lock_channel
from hub.store.engine import Work
from hub.store.events import current_trace_id
from hub.store.order_addresses import save_check
from hub.store.order_import import save_order
from hub.store.order_state import lock_order
from hub.store.orders import StoredOrder
from hub.store.shown import Sold, note_moved
from hub.store.stock import claimed_products, drop_claims, set_claims


class OrderBook:
    """Whatever the order of arrival of created, paid, changed and cancelled: the end state is the same."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def vanished(self, work: Work, external_id: str) -> None:
        """The channel no longer knows the order: whatever was promised for it is promised no more."""
        one = stored_orders.order_id(*self.scene.key, external_id)
        before = await self._lock(work, one)
        if before is None or before.status is OrderStatus.CANCELLED:
            return
        if may_stand(before.status):
            await self._needs_person(work, one, f"Order {before.number} is gone from the channel, but not from Exact")
            return
        tenant = self.scene.tenant
        status = ORDER.after(before.status, OrderEvent.CANCELLED).value
        await stored_orders.change_order(work, tenant, one, status=status, cancelled=True)
        products = await drop_claims(work, tenant, one, work.clock.now(), "vanished")
        self._tell(work, "order.cancelled", f"Order {before.number} is gone from the channel", one)
        await pass_on_stock(work, tenant, products, Cause("order cancelled"))

    async def apply(self, work: Work, fetched: ChannelOrder, *, swept: bool = False) -> None:
        """Store an order as fetched, unless something newer is stored already. Repeatable.

        An order from before the hub's business began is not taken in; ``swept`` says that no hint told of it.
        """
        await self._look_at_the_switch(work)
        one = stored_orders.order_id(*self.scene.key, fetched.external_id)
        before = await self._lock(work, one)
        if before is not None and fetched.changed_at < before.changed_at:
            return
        if before is None and fetched.placed_at < self.scene.stored.begins:
            await count_found(work, *self.scene.key, too_old=1)
            return
        fetched = _without_given_up(fetched, before)
        settings = self.scene.stored.settings
        step = next_step(_seen(before), fetched, settings)
        now = work.clock.now()
        units = settings.rule.units_per_offer
        frozen = before is not None and may_stand(before.status)
        claimed = set() if before is None else await claimed_products(work.connection, self.scene.tenant, one)
        await save_order(
            work,
            *self.scene.key,
            fetched,
            step.status,
            now,
            current_trace_id(),
            units_per_offer=units,
            booking=settings.kits.booking,
            keep_products=frozen,
            first=before is None,
        )
        await self._keep_buyer(work, one, fetched)
        await self._claim(work, one, step, before, fetched, claimed)
        await self._tell_what_happened(work, one, before, step, fetched)
        if step.status is OrderStatus.FORWARDED:
            await review(work, self.scene.tenant, one, settings.cancelling, self._tell)
        if before is not None or any(line.cancellation_requested for line in fetched.lines):
            await Requests(self.scene, self._tell).look(work, one, fetched)
        if before is None:
            await self._tell_how_late(work, one, fetched, swept=swept)
        self._forward(work, one, step)
        await self._take_refunds(work, one, fetched)

    async def _look_at_the_switch(self, work: Work) -> None:
        """Forwarding may have been switched on since the turn began, and who did so saw no order of this turn."""
        if not self.scene.stored.settings.forwarding:
            stored = await lock_channel(work, *self.scene.key)
            self.scene = replace(self.scene, stored=stored or self.scene.stored)

    async def _lock(self, work: Work, one: str) -> StoredOrder | None:
        if await lock_order(work, self.scene.tenant, one) is None:
            return None
        return await stored_orders.load_order(work.connection, self.scene.tenant, one)

    async def _keep_buyer(self, work: Work, one: str, fetched: ChannelOrder) -> None:
        if fetched.buyer is not None:
            since = kept_since(self.scene.stored.settings.buyer_days, work.clock.now())
            may_have_ended = since is not None and fetched.placed_at < since
            ended = since if may_have_ended else None
            kept = await keep_buyer(work, self.scene.desk.vault, self.scene.tenant, one, fetched.buyer, ended)
            if kept is not None:
                await save_check(work, self.scene.tenant, one, check_address(kept.ship_to, kept.confirmed))

    async def _claim(
        self,
        work: Work,
        one: str,
        step: Step,
        before: StoredOrder | None,
        fetched: ChannelOrder,
        claimed: set[str],
    ) -> None:
        """Claim or give back, and publish anew what the channel itself has lowered or raised by this news.

        ``claimed`` before are products too that no line stands for any more.
        """
        now, sold = work.clock.now(), None
        match step.claims:
            case ClaimAction.SET:
                stored = await stored_orders.load_order(work.connection, self.scene.tenant, one)
                products = claimed | await set_claims(work, stored, now, first=before is None)
                sold = _sold(stored, fetched) if before is None else None
            case ClaimAction.DROP:
                products = await drop_claims(work, self.scene.tenant, one, now, step.status.value)
                products |= await self._come_and_gone(work, one, before, fetched)
            case ClaimAction.KEEP:
                products = await self._moved_by_channel(work, one, before, fetched)
        await note_moved(work, *self.scene.key, products, sold)
        heard = (fetched.placed_at, now) if before is None else (None, None)
        await pass_on_stock(work, self.scene.tenant, products, Cause(f"order {fetched.number}", *heard))

    async def _moved_by_channel(
        self, work: Work, one: str, before: StoredOrder | None, fetched: ChannelOrder
    ) -> set[str]:
        """A late payment or cancellation moves the channel's own number, whatever Exact has of the order."""
        if before is None or _news(before) == (fetched.payment.value, cancelled_units(fetched)):
            return set()
        return {product for line in before.lines for product in line.products}

    async def _come_and_gone(self, work: Work, one: str, before: StoredOrder | None, fetched: ChannelOrder) -> set[str]:
        """An order that is off when first seen moved the channel's number twice, around a write of ours perhaps."""
        if before is not None or fetched.fulfilled_by is FulfilledBy.PLATFORM:
            return set()
        stored = await stored_orders.load_order(work.connection, self.scene.tenant, one)
        return {product for line in (stored.lines if stored is not None else ()) for product in line.products}

    async def _take_refunds(self, work: Work, one: str, fetched: ChannelOrder) -> None:
        stored = await stored_orders.load_order(work.connection, self.scene.tenant, one) if fetched.refunds else None
        if stored is not None:
            await take_refunds(work, self.scene.teller, stored, self.scene.stored.settings, fetched.refunds)

    def _forward(self, work: Work, one: str, step: Step) -> None:
        division = self.scene.stored.settings.division
        if step.forward and division is not None:
            post(work, erp_address(self.scene.tenant, division), ForwardOrder(one))

    async def _tell_what_happened(
        self, work: Work, one: str, before: StoredOrder | None, step: Step, fetched: ChannelOrder
    ) -> None:
        amount = {"total": str(fetched.total), "currency": fetched.currency, "status": step.status.value}
        if before is None:
            self._tell(work, "order.imported", f"Order {fetched.number} came in", one, **amount)
        elif step.needs_person and before.sold is None:
            await self._needs_person(work, one, f"Order {fetched.number} was cancelled after it went to Exact")
        elif step.status is not before.status:
            kind = "order.cancelled" if step.status is OrderStatus.CANCELLED else "order.changed"
            self._tell(work, kind, f"Order {fetched.number} is {step.status.value}", one, **amount)
        if before is None or before.payment != fetched.payment.value:
            self._tell_remarks(work, one, fetched)
        self._tell_payment(work, one, before, fetched)
        self._tell_shipped(work, one, before, fetched)

    def _tell_payment(self, work: Work, one: str, before: StoredOrder | None, fetched: ChannelOrder) -> None:
        if before is None or before.payment == fetched.payment.value:
            return
        was, now = PaymentState(before.payment), fetched.payment
        back = now in (PaymentState.REFUNDED, PaymentState.VOIDED) or is_odd(was, now)
        message = f"The payment of order {fetched.number} was {was.value}, and is {now.value}"
        self._tell(work, "order.payment", message, one, "warning" if back else "info", payment=now.value)

    def _tell_shipped(self, work: Work, one: str, before: StoredOrder | None, fetched: ChannelOrder) -> None:
        """Goods shown as sent before Exact knew the order were sent by hand: nobody is to send them twice."""
        if before is not None and may_stand(before.status):
            return
        was = {line.line_id: line.shipped for line in before.lines} if before is not None else {}
        fresh = [line for line in fetched.lines if line.shipped > was.get(line.line_id, 0)]
        if fresh and not fetched.cancelled:
            names = ", ".join(line.sku or line.title for line in fresh)
            message = f"Order {fetched.number} was sent by hand on the channel before Exact had it: {names}"
            self._tell(work, "order.shipped_by_hand", message, one, "warning")

    async def _tell_how_late(self, work: Work, one: str, fetched: ChannelOrder, *, swept: bool) -> None:
        """An order is late that no hint told of, or that comes in when it should have been sent."""
        now = work.clock.now()
        if swept and self.scene.is_told_of_orders and now - fetched.placed_at > self.scene.desk.pace.hint_grace:
            await count_found(work, *self.scene.key, swept_only=1)
            self._tell(work, "order.swept", f"Only the sweep found order {fetched.number}: no webhook told of it", one)
            await note_late_sale(work, self.scene, one, fetched.placed_at)
        if fetched.ship_by is not None and fetched.ship_by < now and not fetched.cancelled:
            message = f"Order {fetched.number} came in after the day it should have been sent"
            self._tell(work, "order.late", message, one, "warning", ship_by=fetched.ship_by.isoformat())

    def _tell_remarks(self, work: Work, one: str, fetched: ChannelOrder) -> None:
        """Tell what a person should know; of an order that is not paid yet, a platform may not tell it all."""
        for remark in fetched.remarks:
            self._tell(work, "order.remark", f"Order {fetched.number}: {remark}", one, "warning")

    async def _needs_person(self, work: Work, one: str, message: str) -> None:
        cause = HoldCause.CANCELLED_AFTER_FORWARDING.value
        await stored_orders.change_order(
            work, self.scene.tenant, one, hold_cause=cause, hold_detail={"message": message}
        )
        self._tell(work, "order.cancelled", message, one, "warning")

    def _tell(self, work: Work, kind: str, message: str, one: str, level: str = "info", **detail: str) -> None:
        self.scene.tell(work, kind, message, level=level, subject_type="order", subject_id=one, **detail)


def _sold(stored: StoredOrder | None, fetched: ChannelOrder) -> Sold:
    """Return what a new order took off what the channel shows."""
    sold: Counter[str] = Counter()
    for line in stored.lines if stored is not None else ():
        if line.product_id is not None:
            sold[line.product_id] += line.quantity - line.cancelled
    return Sold(sold, fetched.placed_at)


def _seen(before: StoredOrder | None) -> Before | None:
    if before is None:
        return None
    by_hand = before.hold_cause is HoldCause.CANCELLED_BY_HAND
    return Before(before.status, by_hand, _news(before)[1])


def _without_given_up(fetched: ChannelOrder, before: StoredOrder | None) -> ChannelOrder:
    """Count as off what the seller gave up in the hub, whether the channel has heard of it yet or not."""
    given_up = {line.line_id: line.given_up for line in before.lines} if before is not None else {}
    if not any(given_up.values()):
        return fetched
    lines = [replace(line, cancelled=max(line.cancelled, min(line.quantity, given_up.get(line.line_id, 0))))
             for line in fetched.lines]  # fmt: skip
    return replace(fetched, lines=tuple(lines))


def _news(before: StoredOrder) -> tuple[str, int]:
    """Return what of a stored order can move the channel's own stock: its payment, and the offers that are off."""
    off = [line.quantity if before.cancelled else line.cancelled for line in before.lines]
    return before.payment, sum(off)
