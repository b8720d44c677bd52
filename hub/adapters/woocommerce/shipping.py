"""Telling a shop that a parcel left: tracking, our own mark on the order, and its completion.

WooCommerce has no shipments of its own before 10.1. The tracking code goes to the shipment tracking plugin where
one is installed, else to a note for the customer. Last comes one absolute write: a hidden mark named after the
parcel and, when nothing remains to be shipped, the status ``completed``. Only that mark counts as done, so that
an attempt cut short anywhere is simply made again.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.adapters.fields import Fields
from hub.adapters.port import Accepted, Refused, WriteResult
from hub.adapters.woocommerce.calls import API, WooCalls, content, rows
from hub.adapters.woocommerce.mapping import OFF
from hub.domain.delivery import Cancellation, Shipment
from hub.outcome import Rejected

TRACKING_API = "wc-shipment-tracking/v3"
MARK = "_handelhub_shipment_"
"""Start of the order meta key; a leading underscore hides it in the shop's own screens."""


class Shipping:
    """Shipments of one shop; what the shop offers is looked up once."""

    def __init__(self, calls: WooCalls) -> None:
        self._calls = calls
        self._has_plugin: bool | None = None

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Tell the shop of one parcel. Repeatable: what is there already is not written twice."""
        order = await self._order(shipment)
        if order is None:
            return Refused("order_unknown", "the shop no longer has this order")
        if order.text("status") in OFF:
            return Refused("order_cancelled", f"the order is {order.text('status')} in the shop")
        try:
            if shipment.tracking:
                await self._tell(shipment, shipment.tracking)
            await self._mark(shipment, order)
        except Rejected as rejected:
            return Refused(rejected.code, rejected.reason)
        return Accepted(shipment.reference)

    async def find(self, shipment: Shipment) -> WriteResult | None:
        """Say whether this parcel was told completely, by its mark."""
        order = await self._order(shipment)
        return Accepted(shipment.reference) if order is not None and _marked(order, shipment) else None

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Set a whole order to cancelled, which puts its goods back on sale. Repeatable.

        A part of an order cannot be cancelled in WooCommerce: that takes a refund, which a person makes.
        """
        order = await self._order(cancellation)
        if order is None:
            return Refused("order_unknown", "the shop no longer has this order")
        if order.text("status") in OFF:
            return Accepted(cancellation.reference)
        if order.text("status") == "completed":
            return Refused("order_completed", "the order is completed in the shop")
        if not cancellation.whole:
            return Refused("part_of_order", "WooCommerce cancels whole orders only; refund the part in the shop")
        try:
            await self._calls.send("orders.update", "PUT", _path(cancellation), body={"status": "cancelled"})
        except Rejected as rejected:
            return Refused(rejected.code, rejected.reason)
        return Accepted(cancellation.reference)

    async def _order(self, told: Shipment | Cancellation) -> Fields | None:
        path = _path(told)
        response = await self._calls.send(
            "orders.get", "GET", path, params={"_fields": "id,status,meta_data"}, expect=(404,)
        )
        return None if response.status_code == 404 else Fields.of(content(response), "order")

    async def _tell(self, shipment: Shipment, tracking: str) -> None:
        if await self._plugin():
            try:
                return await self._add_tracking(shipment, tracking)
            except Rejected as rejected:
                if rejected.code != "rest_no_route":
                    raise
                self._has_plugin = False
        await self._add_note(shipment, tracking)
        return None

    async def _plugin(self) -> bool:
        if self._has_plugin is None:
            found = await self._calls.read("index", "", {"_fields": "namespaces"})
            namespaces = Fields.of(found, "index").values.get("namespaces")
            self._has_plugin = isinstance(namespaces, list) and TRACKING_API in namespaces
        return self._has_plugin

    async def _add_tracking(self, shipment: Shipment, tracking: str) -> None:
        """Post the tracking code unless it is listed: the plugin would take it twice."""
        path = f"{TRACKING_API}/orders/{shipment.external_order_id}/shipment-trackings"
        listed = rows(await self._calls.read("trackings.list", path), "trackings")
        if any(each.maybe_text("tracking_number") == tracking for each in listed):
            return
        body = {"tracking_number": tracking, "date_shipped": shipment.shipped_at.strftime("%Y-%m-%d")}
        if shipment.carrier:
            body["tracking_provider"] = shipment.carrier
        await self._post("trackings.create", path, body)

    async def _add_note(self, shipment: Shipment, tracking: str) -> None:
        """Post a note, which mails the customer, unless one with this tracking code is there."""
        path = f"{_path(shipment)}/notes"
        listed = rows(await self._calls.read("notes.list", path, {"type": "customer"}), "notes")
        if any(tracking in (each.maybe_text("note") or "") for each in listed):
            return
        carrier = f"{shipment.carrier} " if shipment.carrier else ""
        await self._post("notes.create", path, {"note": f"Track & trace: {carrier}{tracking}", "customer_note": True})

    async def _post(self, operation: str, path: str, body: Mapping[str, object]) -> None:
        await self._calls.send(operation, "POST", path, body=body, repeatable=False)

    async def _mark(self, shipment: Shipment, order: Fields) -> None:
        completes = shipment.completes and order.text("status") != "completed"
        if _marked(order, shipment) and not completes:
            return
        body: dict[str, object] = {"meta_data": [{"key": _mark(shipment), "value": shipment.tracking or "shipped"}]}
        if completes:
            body["status"] = "completed"
        await self._calls.send("orders.update", "PUT", _path(shipment), body=body)


def _path(told: Shipment | Cancellation) -> str:
    return f"{API}/orders/{told.external_order_id}"


def _mark(shipment: Shipment) -> str:
    return f"{MARK}{shipment.reference}"


def _marked(order: Fields, shipment: Shipment) -> bool:
    return any(meta.maybe_text("key") == _mark(shipment) for meta in order.children("meta_data"))
