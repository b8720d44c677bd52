"""Cancelling orders: asynchronous, whole orders only, and the buyer's money goes back the way it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.adapters.fields import Fields
from hub.adapters.port import Accepted, Pending, Refused, WriteResult
from hub.adapters.shopify.calls import ShopCalls, user_errors
from hub.adapters.shopify.documents.cancellations import CANCEL, CANCEL_STATE, JOB
from hub.adapters.shopify.gids import gid, tail
from hub.adapters.shopify.reading import required
from hub.domain.delivery import Cancellation, CancelReason

REASONS: Mapping[CancelReason, str] = {
    CancelReason.NO_STOCK: "INVENTORY",
    CancelReason.BUYER_ASKED: "CUSTOMER",
    CancelReason.ADDRESS: "OTHER",
    CancelReason.PRICE_ERROR: "STAFF",
    CancelReason.OTHER: "OTHER",
}
MARK = "cancel"
LOOK_AGAIN = 5.0
"""Seconds; a job takes seconds to minutes."""
SENT = frozenset({"FULFILLED", "PARTIALLY_FULFILLED"})
NO_ORDER = Refused("order_unknown", "Shopify does not show this order")
PART = Refused("part_of_order", "Shopify cancels whole orders only: edit the order or refund the part in Shopify")


class Cancellations:
    """Cancellations of one shop."""

    def __init__(self, calls: ShopCalls) -> None:
        self._calls = calls

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Ask for the cancellation of a whole order, with a refund. One that is cancelled already counts as done.

        NOT repeatable: after a lost answer read the order first. Goods go back on sale unless there are none.
        """
        order_id = cancellation.external_order_id
        order = await self._order(order_id) if order_id.isdigit() else None
        if order is None:
            return NO_ORDER
        if order.maybe_text("cancelledAt"):
            return Accepted()
        if not cancellation.whole:
            return PART
        if order.maybe_text("displayFulfillmentStatus") in SENT:
            return Refused("already_sent", "parts of the order were sent: take them back or refund them in Shopify")
        return await self._ask(cancellation)

    async def _ask(self, cancellation: Cancellation) -> WriteResult:
        asked = {
            "orderId": gid("Order", cancellation.external_order_id),
            "reason": REASONS[cancellation.reason],
            "restock": cancellation.reason is not CancelReason.NO_STOCK,
            "refundMethod": {"originalPaymentMethodsRefund": True},
            "staffNote": f"Handelhub {cancellation.reference}"[:255],
        }
        payload = required(await self._calls.ask(CANCEL, asked), "orderCancel")
        for error in user_errors(payload, "orderCancelUserErrors"):
            return Refused(error.code.lower() or "refused", f"Shopify refuses the cancellation: {error.message}")
        job = payload.maybe_child("job")
        name = tail(job.text("id")) if job is not None else ""
        return Pending(f"{MARK}:{cancellation.external_order_id}:{name}", LOOK_AGAIN)

    async def follow(self, process_ids: Sequence[str]) -> dict[str, WriteResult]:
        """Tell how cancellations stand."""
        found: dict[str, WriteResult] = {}
        for process_id in process_ids:
            mark, _, rest = process_id.partition(":")
            order_id, _, job = rest.partition(":")
            if mark == MARK and order_id.isdigit():
                found |= await self._standing(process_id, order_id, job)
        return found

    async def _standing(self, process_id: str, order_id: str, job: str) -> dict[str, WriteResult]:
        """What counts is the order; a job that is done without having cancelled it has failed."""
        if job:
            data = await self._calls.ask(JOB, {"job": gid("Job", job), "order": gid("Order", order_id)})
            order, state = data.maybe_child("order"), data.maybe_child("job")
        else:
            order, state = await self._order(order_id), None
        if order is not None and order.maybe_text("cancelledAt"):
            return {process_id: Accepted()}
        if state is not None and not state.flag("done"):
            return {process_id: Pending(process_id, LOOK_AGAIN)}
        if state is not None:
            return {process_id: Refused("not_cancelled", "Shopify ended the cancellation without cancelling the order")}
        return {}

    async def _order(self, order_id: str) -> Fields | None:
        return (await self._calls.ask(CANCEL_STATE, {"id": gid("Order", order_id)})).maybe_child("order")
