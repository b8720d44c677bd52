"""Confirming parcels on Amazon: one call per package, and the same reference again edits that package."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from hub.adapters.amazon.calls import AmazonCalls
from hub.adapters.amazon.mapping import OrderFacts
from hub.adapters.amazon.orders import Orders
from hub.adapters.amazon.refusals import MISSING_ROLE
from hub.adapters.amazon.usage_plans import CONFIRM_SHIPMENT
from hub.adapters.port import Accepted, Refused, WriteResult
from hub.clock import Clock
from hub.domain.delivery import Shipment
from hub.outcome import Rejected

CARRIERS = (
    "bpost",
    "Chronopost",
    "Colis Prive",
    "Colissimo",
    "Correos",
    "Deutsche Post",
    "DHL",
    "DHL eCommerce",
    "DPD",
    "Evri",
    "FedEx",
    "GEODIS",
    "GLS",
    "InPost",
    "La Poste",
    "Mondial Relay",
    "Parcelforce",
    "Poste Italiane",
    "PostNL",
    "PostNord",
    "Royal Mail",
    "SEUR",
    "TNT",
    "Trans-o-flex",
    "UPS",
)
"""Carrier codes that Amazon knows in Europe; any other goes as ``Other`` with its name."""
_SPELLINGS = {code.lower(): code for code in CARRIERS}
LARGEST_REFERENCE = 999_999_999
ASTRAY = timedelta(minutes=5)
"""More than our clock is ahead of Amazon's."""
NOT_SHIPPABLE = Refused("fulfilled_by_amazon", "Amazon ships this order from its own warehouse")
AMAZON_LABEL = Refused(
    "amazon_label_needed",
    "Prime and Ship+ orders are confirmed by the label bought from Amazon; buy it in Seller Central",
)
UNKNOWN = Refused("not_found", "Amazon does not know this order")


class Shipments:
    """Packages of orders that the seller ships himself."""

    def __init__(self, calls: AmazonCalls, orders: Orders, clock: Clock) -> None:
        self._calls = calls
        self._orders = orders
        self._clock = clock

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Confirm one parcel. Repeatable in effect: the package of the same reference is edited."""
        if refused := _incomplete(shipment):
            return refused
        order = await self._orders.facts(shipment.external_order_id)
        if refused := _unshippable(order):
            return refused
        assert order is not None
        body = {"marketplaceId": order.marketplace, "packageDetail": self._package(shipment, order)}
        try:
            await self._calls.send(CONFIRM_SHIPMENT.at(order=order.order_id), body=body)
        except Rejected as rejected:
            if rejected.code == MISSING_ROLE:
                raise
            return Refused(rejected.code, rejected.reason)
        return Accepted(package_reference(shipment.reference))

    async def find(self, shipment: Shipment) -> WriteResult | None:
        """Say whether Amazon knows the parcel by its reference."""
        wanted = package_reference(shipment.reference)
        for package in await self._orders.packages(shipment.external_order_id):
            status = package.maybe_child("packageStatus")
            if package.maybe_text("packageReferenceId") == wanted and not (
                status and status.maybe_text("status") == "CANCELLED"
            ):
                return Accepted(wanted)
        return None

    def _package(self, shipment: Shipment, order: OrderFacts) -> dict[str, object]:
        return {
            "packageReferenceId": package_reference(shipment.reference),
            **carrier(shipment.carrier or ""),
            "trackingNumber": shipment.tracking,
            "shipDate": _stamp(self._within_life(shipment.shipped_at, order)),
            "orderItems": [{"orderItemId": each.line_id, "quantity": each.quantity} for each in shipment.units],
        }

    def _within_life(self, shipped_at: datetime, order: OrderFacts) -> datetime:
        """Return a moment that Amazon takes: not before the purchase, and not in the future, by Amazon's own clock.

        The ERP knows the day of a delivery only.
        """
        return max(min(shipped_at, self._clock.now() - ASTRAY), order.placed_at)


def package_reference(reference: str) -> str:
    """Return Amazon's id of a parcel, the text of a positive number: always the same for the same reference.

    Two parcels of one order share it with a chance of one in a thousand million.
    """
    digest = hashlib.sha256(reference.encode()).digest()
    return str(1 + int.from_bytes(digest[:8]) % LARGEST_REFERENCE)


def carrier(name: str) -> dict[str, str]:
    """Return a carrier as Amazon takes it: by its code, or as ``Other`` with its name."""
    known = _SPELLINGS.get(name.strip().lower())
    return {"carrierCode": known} if known else {"carrierCode": "Other", "carrierName": name.strip()}


def _incomplete(shipment: Shipment) -> Refused | None:
    if not (shipment.carrier or "").strip():
        return Refused("carrier_missing", "Amazon wants a carrier: map the shipping method to one")
    if not shipment.tracking:
        return Refused("tracking_missing", "Amazon wants a tracking number for every parcel")
    if not shipment.units or any(each.quantity < 1 for each in shipment.units):
        return Refused("invalid_quantity", "every item of a parcel needs a quantity of at least 1")
    return None


def _unshippable(order: OrderFacts | None) -> Refused | None:
    if order is None:
        return UNKNOWN
    if order.by_amazon:
        return NOT_SHIPPABLE
    return AMAZON_LABEL if order.amazon_label else None


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
