"""Refunds on their way to being booked: by policy, or by a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hub.actors.desk import Teller, erp_address
from hub.actors.messages_after_sale import BookRefund
from hub.actors.runtime.mailbox import post
from hub.domain.channel import ChannelSettings
from hub.domain.invoicing import BookingPolicy
from hub.domain.life.refund import REFUND, RefundCause, RefundState
from hub.domain.order import OrderStatus, Refund
from hub.store.engine import Work
from hub.store.orders import StoredOrder
from hub.store.refunds import StoredRefund, change_refund, load_refund, refunds_of, save_refunds

TOLD_BY_SECOND = timedelta(seconds=1)
"""Platforms cut times to the second: a refund was made up to so much later than they say."""
NEVER_BOOKED = (OrderStatus.CANCELLED, OrderStatus.PLATFORM)


async def take_refunds(
    work: Work, teller: Teller, order: StoredOrder, settings: ChannelSettings, told: Sequence[Refund]
) -> None:
    """Store what a channel gave back, each refund once, and let it be booked where the policy says so. Repeatable."""
    key = (order.order_id, order.currency)
    for one in await save_refunds(work, order.tenant_id, order.channel_id, key, told):
        stored = await load_refund(work.connection, order.tenant_id, one)
        assert stored is not None
        _tell(work, teller, order, stored, "refund.made", f"{stored.told.total} of order {order.number} was given back")
    await release(work, teller, order, settings)


async def release(work: Work, teller: Teller, order: StoredOrder, settings: ChannelSettings) -> None:
    """Let waiting refunds of an order go on, as far as its state and the channel's policy allow it. Repeatable."""
    for one in await refunds_of(work.connection, order.tenant_id, order.order_id):
        if one.status is RefundState.READY:
            _book(work, order, one)
        elif one.status is RefundState.WAITING:
            await _release(work, teller, order, settings, one)


async def _release(
    work: Work, teller: Teller, order: StoredOrder, settings: ChannelSettings, one: StoredRefund
) -> None:
    if order.status in NEVER_BOOKED:
        words = "The order never reached Exact, so there is nothing to credit."
        covered = REFUND.after(one.status, "cover")
        await change_refund(work, order.tenant_id, one.refund_id, covered, problem=words)
    elif order.status is OrderStatus.FORWARDED and settings.invoicing.refunding is BookingPolicy.BOOK:
        ready = REFUND.after(one.status, "book by policy")
        if order.attempt_at is not None and one.told.made_at + TOLD_BY_SECOND <= order.attempt_at:
            held, words = REFUND.after(ready, "hold"), BEFORE_FORWARDING
            cause = RefundCause.BEFORE_FORWARDING.value
            await change_refund(work, order.tenant_id, one.refund_id, held, cause=cause, problem=words)
            _tell(work, teller, order, one, "refund.held", words, "warning")
            return
        await change_refund(work, order.tenant_id, one.refund_id, ready, cause=None, problem=None)
        _book(work, order, one)


BEFORE_FORWARDING = (
    "The money went back before the order was forwarded, which may have left it out already: "
    "book it if the sales order holds it, else dismiss it."
)


def _book(work: Work, order: StoredOrder, one: StoredRefund) -> None:
    if order.division is not None:
        post(work, erp_address(order.tenant_id, order.division), BookRefund(one.refund_id))


def _tell(
    work: Work, teller: Teller, order: StoredOrder, one: StoredRefund, kind: str, message: str, level: str = "info"
) -> None:
    teller.tell(
        work,
        kind,
        message,
        level=level,
        channel_id=order.channel_id,
        subject_type="order",
        subject_id=order.order_id,
        refund=one.refund_id,
        total=str(one.told.total),
        currency=one.currency,
    )
