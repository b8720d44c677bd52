"""Cancelling items on bol.com: one open item per call, whole, asynchronous."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.adapters.bol.calls import BolCalls, answered
from hub.adapters.bol.endpoints import CANCEL
from hub.adapters.bol.shipments import Shipments
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
        """Ask for every item. Repeatable: an item that is off already is refused and changes nothing."""
        processes: list[str] = []
        for item_id in dict.fromkeys(units.line_id for units in cancellation.units):
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


def _together(results: Sequence[WriteResult]) -> WriteResult:
    """Return what counts of several: what is not decided yet, then a refusal, then the acceptance of all."""
    for kind in (Deferred, Pending, Refused, Accepted):
        for result in results:
            if isinstance(result, kind):
                return result
    raise AssertionError("there is no result")
