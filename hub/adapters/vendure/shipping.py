"""Fulfilments: made, shipped, and named after the hub's parcel by a private note on the order.

Vendure keeps of a fulfilment its method and tracking code alone, so the parcel's reference goes into a note that the
shop's staff can read and its customers cannot. That note comes last: what an attempt that was cut short has left is
found by tracking code and units, and taken over by the next one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hub.adapters.fields import Fields
from hub.adapters.port import Accepted, Refused, WriteResult
from hub.adapters.vendure.calls import VendureCalls, refused
from hub.adapters.vendure.documents import ADD_FULFILLMENT, ADD_NOTE, CANCEL_ORDER, PARCELS, SHIP_FULFILLMENT
from hub.adapters.vendure.mapping import CANCELLED, fulfilled
from hub.domain.delivery import Cancellation, Shipment
from hub.outcome import Rejected

SHIPPED = "Shipped"
HANDLER = "manual-fulfillment"
"""The fulfilment handler that every Vendure server has unless its owner took it out."""
_NOTE = re.compile(r"Handelhub parcel (.+) is fulfilment (\S+)")
UNKNOWN_ORDER = Refused("order_unknown", "Vendure no longer has this order")


@dataclass(frozen=True, slots=True)
class _Parcels:
    """One order with its fulfilments and the notes that name them."""

    order: Fields

    @property
    def state(self) -> str:
        return self.order.text("state")

    @property
    def marks(self) -> dict[str, str]:
        """The fulfilment's id by the parcel's reference."""
        notes = (Fields.of(item.values.get("data"), "note") for item in self._history().children("items"))
        found = (_NOTE.fullmatch(note.maybe_text("note") or "") for note in notes)
        return {mark[1]: mark[2] for mark in found if mark}

    def _history(self) -> Fields:
        return Fields.of(self.order.values.get("history"), "history")

    def live(self) -> dict[str, Fields]:
        """Return the fulfilments that are not cancelled, by id."""
        rows = self.order.children("fulfillments")
        return {row.text("id"): row for row in rows if row.text("state") != CANCELLED}

    def told(self, shipment: Shipment) -> bool:
        return self.marks.get(shipment.reference) in self.live()

    def left_over(self, shipment: Shipment) -> Fields | None:
        """Return a fulfilment that an earlier try for this parcel has made without naming it."""
        named = set(self.marks.values()) - {self.marks.get(shipment.reference)}
        same = (row for key, row in self.live().items() if key not in named and _is_of(row, shipment))
        return next(same, None)

    def open_units(self) -> dict[str, int]:
        """Return the units of each line that have not left."""
        return {line.text("id"): line.count("quantity") - fulfilled(line) for line in self.order.children("lines")}


class Shipping:
    """Parcels and cancellations of one Vendure channel."""

    def __init__(self, calls: VendureCalls) -> None:
        self._calls = calls

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Make a fulfilment, ship it and name it. What an earlier try has done is not done twice."""
        parcels = await self._parcels(shipment.external_order_id)
        if parcels is None:
            return UNKNOWN_ORDER
        if parcels.told(shipment):
            return Accepted(shipment.reference)
        if parcels.state == CANCELLED:
            return Refused("order_cancelled", "the order is cancelled in Vendure")
        try:
            return await self._tell(shipment, parcels.left_over(shipment))
        except Rejected as rejected:
            return Refused(rejected.code, rejected.reason)

    async def find(self, shipment: Shipment) -> WriteResult | None:
        """Say whether this parcel was told completely, by its note."""
        parcels = await self._parcels(shipment.external_order_id)
        return Accepted(shipment.reference) if parcels is not None and parcels.told(shipment) else None

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Cancel units that have not left, or all of an order's, with its shipping costs where nothing has left."""
        parcels = await self._parcels(cancellation.external_order_id)
        if parcels is None:
            return UNKNOWN_ORDER
        if parcels.state == CANCELLED:
            return Accepted(cancellation.reference)
        units, left = _to_cancel(cancellation, parcels), parcels.open_units()
        if not units or any(count > left.get(line, 0) for line, count in units.items()):
            return Refused("already_shipped", "some of these units have left, or are off already")
        asked = {
            "orderId": cancellation.external_order_id,
            "lines": _lines(units),
            "cancelShipping": cancellation.whole and not parcels.live(),
            "reason": cancellation.reason.value,
        }
        try:
            data = await self._calls.ask(CANCEL_ORDER, {"input": asked})
        except Rejected as rejected:
            return Refused(rejected.code, rejected.reason)
        return refused(data.maybe_child("cancelOrder")) or Accepted(cancellation.reference)

    async def _parcels(self, order_id: str) -> _Parcels | None:
        order = (await self._calls.ask(PARCELS, {"id": order_id})).maybe_child("order")
        return None if order is None else _Parcels(order)

    async def _tell(self, shipment: Shipment, fulfillment: Fields | None) -> WriteResult:
        if fulfillment is None:
            data = await self._calls.ask(ADD_FULFILLMENT, {"input": _fulfillment(shipment)})
            fulfillment = Fields.of(data.values.get("addFulfillmentToOrder"), "fulfillment")
        if refusal := refused(fulfillment):
            return refusal
        own = fulfillment.text("id")
        if _can_ship(fulfillment):
            data = await self._calls.ask(SHIP_FULFILLMENT, {"id": own})
            if refusal := refused(data.maybe_child("transitionFulfillmentToState")):
                return refusal
        note = f"Handelhub parcel {shipment.reference} is fulfilment {own}"
        await self._calls.ask(ADD_NOTE, {"input": {"id": shipment.external_order_id, "note": note, "isPublic": False}})
        return Accepted(shipment.reference)


def _can_ship(fulfillment: Fields) -> bool:
    states = fulfillment.values.get("nextStates")
    return isinstance(states, list) and SHIPPED in states


def _units(shipment: Shipment | Cancellation) -> dict[str, int]:
    units: dict[str, int] = {}
    for each in shipment.units:
        units[each.line_id] = units.get(each.line_id, 0) + each.quantity
    return units


def _is_of(fulfillment: Fields, shipment: Shipment) -> bool:
    rows = {row.text("orderLineId"): row.count("quantity") for row in fulfillment.children("lines")}
    return (fulfillment.maybe_text("trackingCode") == shipment.tracking) and rows == _units(shipment)


def _to_cancel(cancellation: Cancellation, parcels: _Parcels) -> dict[str, int]:
    """Return units by line; a whole order is what of it has not left."""
    if not cancellation.whole:
        return _units(cancellation)
    return {line: count for line, count in parcels.open_units().items() if count > 0}


def _lines(units: Mapping[str, int]) -> list[dict[str, object]]:
    return [{"orderLineId": line, "quantity": count} for line, count in units.items()]


def _fulfillment(shipment: Shipment) -> dict[str, object]:
    told = {"method": shipment.carrier or "", "trackingCode": shipment.tracking or ""}
    arguments = [{"name": name, "value": value} for name, value in told.items()]
    return {"lines": _lines(_units(shipment)), "handler": {"code": HANDLER, "arguments": arguments}}
