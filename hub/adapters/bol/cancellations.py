"""Cancelling items on bol.com: one open item per call, whole, asynchronous.

bol.com knows no quantity here, so the order is read first: a part of an item is refused, what is off already is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.adapters.bol.calls import BolCalls, answered
from hub.adapters.bol.endpoints import CANCEL, ORDER
from hub.adapters.bol.shipments import Shipments
from hub.adapters.fields import Fields
from hub.adapters.port import Accepted, Deferred, Pending, Refused, WriteResult
from hub.domain.delivery import Cancellation, CancelReason
from hub.outcome import Rejected

REASONS: Mapping[CancelReason, str] = {
    CancelReason.NO_STOCK: "OUT_OF_STOCK",
    CancelReason.BUYER_ASKED: "REQUESTED_BY_CUSTOMER",
    CancelReason.ADDRESS: "OTHER",
    CancelReason.PRICE_ERROR: "INCORRECT_PRICE",
    CancelReason.OTHER: "OTHER",
}
LOOK_AGAIN = 5.0
JOIN = "+"
"""Joins the process ids of one cancellation; bol.com's own hold none."""


class Cancellations:
    """Cancels what is open of the items named; bol.com knows no quantity here."""

    def __init__(self, calls: BolCalls, shipments: Shipments) -> None:
        self._calls = calls
        self._shipments = shipments

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Ask for every item that is still open. Repeatable: what is off already is not asked for again."""
        response = await self._calls.send(ORDER, expect=(404,), entity=cancellation.external_order_id)
        if response.status_code == 404:
            return Refused("order_unknown", "bol.com no longer knows this order")
        items = {item.text("orderItemId"): item for item in answered(response, ORDER).children("orderItems")}
        if refused := _unfit(cancellation, items):
            return refused
        wanted = [units.line_id for units in cancellation.units if _open(items[units.line_id])]
        if cancellation.units and not wanted:
            return Accepted(cancellation.reference)
        return await self._ask(cancellation, wanted)

    async def _ask(self, cancellation: Cancellation, item_ids: Sequence[str]) -> WriteResult:
        processes: list[str] = []
        for item_id in dict.fromkeys(item_ids):
            body = {"orderItems": [{"orderItemId": item_id, "reasonCode": REASONS[cancellation.reason]}]}
            try:
                response = await self._calls.send(CANCEL, body=body)
            except Rejected as rejected:
                return Refused(rejected.code, rejected.reason)
            process = answered(response, CANCEL).maybe_text("processStatusId")
            if process is None:
                return Deferred(LOOK_AGAIN, "bol.com named no process for this cancellation")
            processes.append(process)
        return Pending(JOIN.join(processes)) if processes else Refused("nothing", "the cancellation names no item")

    async def follow(self, process_ids: Sequence[str]) -> dict[str, WriteResult]:
        """Tell how commands stand, also those that are several processes at bol.com."""
        parts = {each: each.split(JOIN) for each in process_ids}
        found = await self._shipments.follow([part for each in parts.values() for part in each])
        joined = {each: [found[part] for part in own if part in found] for each, own in parts.items()}
        return {each: _together(own) for each, own in joined.items() if own}


def _open(item: Fields) -> int:
    return item.count("quantity") - item.count("quantityShipped", 0) - item.count("quantityCancelled", 0)


def _unfit(cancellation: Cancellation, items: Mapping[str, Fields]) -> Refused | None:
    """Return why a cancellation cannot be asked for; an item without open units is off, or it was shipped."""
    for units in cancellation.units:
        item = items.get(units.line_id)
        if item is None:
            return Refused("item_unknown", f"the order has no item {units.line_id}")
        still = _open(item)
        if still and still != units.quantity:
            return Refused("part_of_item", f"bol.com cancels all {still} open units of an item, not {units.quantity}")
        if not still and not item.count("quantityCancelled", 0):
            return Refused("already_shipped", "the item is shipped already")
    return None


def _together(results: Sequence[WriteResult]) -> WriteResult:
    """Return what counts of several: what is not decided yet, then a refusal, then the acceptance of all."""
    for kind in (Deferred, Pending, Refused, Accepted):
        for result in results:
            if isinstance(result, kind):
                return result
    raise AssertionError("there is no result")
