"""What the shop is told of an order: parcels that left, and units that will not be delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from hub.adapters.generic.calls import ShopCalls, code_of, content
from hub.adapters.generic.sweep import instant
from hub.adapters.port import Accepted, Refused, WriteResult
from hub.domain.delivery import Cancellation, Shipment, ShippedUnits
from hub.outcome import Rejected


class Parcels:
    """Tells each effect under its reference, which the shop takes once."""

    def __init__(self, calls: ShopCalls) -> None:
        self._calls = calls

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Tell one parcel. Repeatable as far as the shop keeps the contract; so an unknown outcome is looked up."""
        body = {
            "reference": shipment.reference,
            "lines": _units(shipment.units),
            "carrier": shipment.carrier,
            "tracking": shipment.tracking,
            "shipped_at": instant(shipment.shipped_at),
            "completes": shipment.completes,
        }
        return await self._tell("shipments.add", f"{order_path(shipment.external_order_id)}/shipments", body)

    async def find(self, shipment: Shipment) -> WriteResult | None:
        """Say whether the shop has a parcel with this reference."""
        path = f"{order_path(shipment.external_order_id)}/shipments"
        response = await self._calls.send("shipments.list", "GET", path, expect=("unknown_order",))
        if code_of(response):
            return None
        known = {each.maybe_text("reference") for each in content(response, "shipments").children("shipments")}
        return Accepted(shipment.reference) if shipment.reference in known else None

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Tell which units will not be delivered. Repeatable: the shop takes a reference once."""
        body = {
            "reference": cancellation.reference,
            "lines": _units(cancellation.units),
            "reason": cancellation.reason.value,
            "whole": cancellation.whole,
        }
        path = f"{order_path(cancellation.external_order_id)}/cancellation"
        return await self._tell("orders.cancel", path, body, repeatable=True)

    async def _tell(
        self, operation: str, path: str, body: Mapping[str, object], *, repeatable: bool = False
    ) -> WriteResult:
        reference = str(body["reference"])
        try:
            await self._calls.send(operation, "POST", path, body=body, reference=reference, repeatable=repeatable)
        except Rejected as refusal:
            return Refused(refusal.code, refusal.reason)
        return Accepted(reference)


def order_path(external_id: str) -> str:
    """Return the path of an order."""
    return f"orders/{quote(external_id, safe='')}"


def _units(units: Sequence[ShippedUnits]) -> list[dict[str, object]]:
    return [{"line_id": each.line_id, "quantity": each.quantity} for each in units]
