"""Confirming parcels on bol.com: asynchronous, not repeatable, so looked up before any second attempt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from hub.adapters.bol.calls import BolCalls, answered
from hub.adapters.bol.endpoints import SHIP, SHIPMENTS, STATUS_OF, STATUSES
from hub.adapters.bol.sweep import PAGE
from hub.adapters.fields import Fields
from hub.adapters.port import Accepted, Deferred, Pending, Refused, WriteResult
from hub.domain.delivery import Shipment
from hub.outcome import Rejected

MOST_ITEMS = 100
MOST_QUERIES = 1000
LOOK_AGAIN = 5.0
"""Seconds until a shipment whose outcome is open is looked up again."""


class Shipments:
    """Shipments with the retailer's own carrier."""

    def __init__(self, calls: BolCalls) -> None:
        self._calls = calls

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Confirm one parcel with explicit quantities. NOT repeatable: a second one may ship more."""
        refused = _refusal(shipment)
        if refused is not None:
            return refused
        try:
            response = await self._calls.send(SHIP, body=_body(shipment))
        except Rejected as rejected:
            return Refused(rejected.code, rejected.reason)
        process = answered(response, SHIP).maybe_text("processStatusId")
        return Pending(process) if process else Deferred(LOOK_AGAIN, "bol.com named no process for this shipment")

    async def find(self, shipment: Shipment) -> WriteResult | None:
        """Say whether bol.com knows this parcel by its reference, or may still be working on it.

        Statuses are read before shipments: an effect shows no later than its status does, so a parcel that is
        neither being worked on nor listed was not taken.
        """
        working = await self._working(shipment)
        async for listed in self._listed(shipment.external_order_id):
            if listed.maybe_text("shipmentReference") == shipment.reference:
                return Accepted(listed.text("shipmentId"))
        return Deferred(LOOK_AGAIN, "bol.com is still processing a shipment of these items") if working else None

    async def _working(self, shipment: Shipment) -> bool:
        for units in shipment.units:
            asked = {"entity-id": units.line_id, "event-type": "CREATE_SHIPMENT"}
            statuses = (await self._calls.read(STATUS_OF, asked)).children("processStatuses")
            if any(status.maybe_text("status") == "PENDING" for status in statuses):
                return True
        return False

    async def _listed(self, order_id: str) -> AsyncIterator[Fields]:
        page, rows = 1, PAGE
        while rows >= PAGE:
            asked = {"order-id": order_id, "page": str(page)}
            shipments = (await self._calls.read(SHIPMENTS, asked)).children("shipments")
            for each in shipments:
                yield each
            page, rows = page + 1, len(shipments)

    async def follow(self, process_ids: Sequence[str]) -> dict[str, WriteResult]:
        """Tell how commands stand, a thousand per call; bol.com forgets them after about a day."""
        found: dict[str, WriteResult] = {}
        for start in range(0, len(process_ids), MOST_QUERIES):
            asked = [{"processStatusId": each} for each in process_ids[start : start + MOST_QUERIES]]
            response = await self._calls.send(STATUSES, body={"processStatusQueries": asked})
            for status in answered(response, STATUSES).children("processStatuses"):
                found |= _standing(status)
        return {process: found[process] for process in process_ids if process in found}


def _standing(status: Fields) -> dict[str, WriteResult]:
    process = status.maybe_text("processStatusId")
    if process is None:
        return {}
    match status.text("status"):
        case "SUCCESS":
            return {process: Accepted(status.maybe_text("entityId"))}
        case "FAILURE":
            reason = status.maybe_text("errorMessage") or status.maybe_text("description") or "no reason given"
            return {process: Refused("process_failed", reason)}
        case "TIMEOUT":
            return {process: Deferred(LOOK_AGAIN, "bol.com does not know the outcome; look it up before repeating")}
        case _:
            return {process: Pending(process)}


def _refusal(shipment: Shipment) -> Refused | None:
    if not shipment.carrier:
        return Refused("carrier_missing", "bol.com wants a transporter code: map the shipping method to one")
    if not 1 <= len(shipment.units) <= MOST_ITEMS:
        return Refused("too_many_items", f"bol.com takes 1 to {MOST_ITEMS} items in one shipment")
    if any(units.quantity < 1 for units in shipment.units):
        return Refused("invalid_quantity", "every item of a shipment needs a quantity of at least 1")
    return None


def _body(shipment: Shipment) -> dict[str, object]:
    transport = {"transporterCode": shipment.carrier}
    if shipment.tracking:
        transport["trackAndTrace"] = shipment.tracking
    return {
        "orderItems": [{"orderItemId": each.line_id, "quantity": each.quantity} for each in shipment.units],
        "shipmentReference": shipment.reference,
        "transport": transport,
    }
