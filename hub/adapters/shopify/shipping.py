"""Telling Shopify that a parcel left, through the fulfilment orders that its units belong to.

Shopify takes a fulfilment as often as it is sent, so the parcel is looked up by its tracking numbers first: only
what it does not hold yet is sent. Without a number, a parcel is known by its units alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from hub.adapters.fields import Fields
from hub.adapters.limits import Lane
from hub.adapters.port import Accepted, Deferred, Refused, WriteResult
from hub.adapters.shopify.allocation import Consignment, FulfilmentOrder, Task, allocate
from hub.adapters.shopify.calls import ShopCalls, UserError, user_errors
from hub.adapters.shopify.carriers import company
from hub.adapters.shopify.documents.fulfilment import FULFILMENT_ORDER_LINES, FULFILMENT_ORDERS, SHIP
from hub.adapters.shopify.gids import gid, number_of
from hub.adapters.shopify.reading import Fulfilment, fulfilments_of, next_page, required, rest_of
from hub.domain.delivery import Shipment

TRIES = 2
"""A fulfilment order may be split or moved between reading and writing it; then it is read once more."""
HOLD_SECONDS = 300.0
PASSING_HOLDS = frozenset({"ONLINE_STORE_POST_PURCHASE_CROSS_SELL"})
"""Holds that end by themselves within the hour."""
_SEPARATORS = re.compile(r"[,;\s]+")
NO_ORDER = Refused("order_unknown", "Shopify does not show this order")
CANCELLED = Refused("order_cancelled", "the order is cancelled in Shopify")


class Shipping:
    """Shipments of one shop."""

    def __init__(self, calls: ShopCalls) -> None:
        self._calls = calls

    async def find(self, shipment: Shipment) -> WriteResult | None:
        """Say whether Shopify has all units of this parcel."""
        known = await fulfilments_of(self._calls, shipment.external_order_id, Lane.TRACKING)
        return Accepted() if known and not _missing(shipment, known) else None

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Send what Shopify does not know of a parcel yet. NOT repeatable without looking it up first."""
        if not shipment.external_order_id.isdigit():
            return NO_ORDER
        known = await fulfilments_of(self._calls, shipment.external_order_id, Lane.TRACKING)
        if known is None:
            return NO_ORDER
        missing = _missing(shipment, known) if _numbers(shipment) else _units(shipment)
        return await self._send(shipment, missing) if missing else Accepted()

    async def _send(self, shipment: Shipment, missing: Mapping[str, int]) -> WriteResult:
        problem: UserError | None = None
        for _ in range(TRIES):
            orders = await self._fulfilment_orders(shipment.external_order_id)
            if isinstance(orders, Refused):
                return orders
            consignments, lacking = allocate(orders, missing)
            if lacking:
                return _why_not(orders, lacking)
            left = dict(missing)
            for consignment in consignments:
                problem = await self._create(shipment, consignment)
                if problem is not None:
                    break
                left = _less(left, consignment, orders)
            if problem is None:
                return Accepted()
            missing = left
        return Refused("refused", f"Shopify refuses the parcel: {problem.message if problem else 'no reason given'}")

    async def _create(self, shipment: Shipment, consignment: Consignment) -> UserError | None:
        fulfillment = {
            "lineItemsByFulfillmentOrder": consignment.input(),
            "trackingInfo": _tracking(shipment),
            "notifyCustomer": True,
        }
        data = await self._calls.ask(SHIP, {"fulfillment": fulfillment}, lane=Lane.TRACKING)
        return next(iter(user_errors(required(data, "fulfillmentCreate"))), None)

    async def _fulfilment_orders(self, order_id: str) -> list[FulfilmentOrder] | Refused:
        found: list[FulfilmentOrder] = []
        after: str | None = None
        while True:
            asked = {"id": gid("Order", order_id), "after": after}
            order = (await self._calls.ask(FULFILMENT_ORDERS, asked, lane=Lane.TRACKING)).maybe_child("order")
            if order is None:
                return NO_ORDER
            if order.maybe_text("cancelledAt"):
                return CANCELLED
            page = required(order, "fulfillmentOrders")
            found += [await self._fulfilment_order(each) for each in page.children("nodes")]
            after = next_page(page)
            if after is None:
                return found

    async def _fulfilment_order(self, listed: Fields) -> FulfilmentOrder:
        path, page = ("fulfillmentOrder", "lineItems"), required(listed, "lineItems")
        rows = rest_of(self._calls, FULFILMENT_ORDER_LINES, path, page, listed.text("id"), Lane.TRACKING)
        place = required(listed, "assignedLocation")
        location = place.maybe_child("location")
        holds = [each.maybe_text("reason") or "OTHER" for each in listed.children("fulfillmentHolds")]
        return FulfilmentOrder(
            number=number_of(listed),
            status=listed.text("status"),
            location=number_of(location) if location is not None else place.maybe_text("name") or "",
            holds=tuple(holds),
            tasks=tuple([_task(row) async for row in rows]),
        )


def _task(row: Fields) -> Task:
    return Task(number_of(row), number_of(required(row, "lineItem")), row.count("remainingQuantity"))


def _numbers(shipment: Shipment) -> list[str]:
    """Return the tracking numbers: a delivery may hold several in one text."""
    return list(dict.fromkeys(filter(None, _SEPARATORS.split(shipment.tracking or ""))))


def _units(shipment: Shipment) -> dict[str, int]:
    units: Counter[str] = Counter()
    for each in shipment.units:
        units[each.line_id] += each.quantity
    return dict(units)


def _missing(shipment: Shipment, known: Sequence[Fulfilment]) -> dict[str, int]:
    """Return the parcel's units that Shopify does not have under one of its tracking numbers."""
    numbers, units = frozenset(_numbers(shipment)), _units(shipment)
    if not numbers:
        untracked = any(not each.tracking and dict(each.units) == units for each in known)
        return {} if untracked else units
    told: Counter[str] = Counter()
    for each in known:
        if each.tracking & numbers:
            told.update(each.units)
    return {line: left for line, wanted in units.items() if (left := wanted - told[line]) > 0}


def _less(left: Mapping[str, int], sent: Consignment, orders: Sequence[FulfilmentOrder]) -> dict[str, int]:
    lines = {task.number: task.line_id for order in orders for task in order.tasks}
    remaining = Counter(left)
    for tasks in sent.groups.values():
        for task, quantity in tasks.items():
            remaining[lines[task]] -= quantity
    return {line: units for line, units in remaining.items() if units > 0}


def _tracking(shipment: Shipment) -> dict[str, object]:
    numbers = _numbers(shipment)
    told: dict[str, object] = {"company": company(shipment.carrier)} if shipment.carrier else {}
    if len(numbers) == 1:
        told["number"] = numbers[0]
    elif numbers:
        told["numbers"] = numbers
    return told


def _why_not(orders: Sequence[FulfilmentOrder], lacking: Mapping[str, int]) -> WriteResult:
    """Say why units cannot be sent: on hold, or not waiting to be sent any more."""
    blocking = [each for each in orders if not each.open and each.has(lacking)]
    holds = sorted({hold for each in blocking for hold in each.holds})
    if holds and PASSING_HOLDS.issuperset(holds):
        return Deferred(HOLD_SECONDS, "Shopify holds the order for a moment after the purchase")
    if any(each.status == "ON_HOLD" for each in blocking):
        return Refused("on_hold", f"Shopify holds the order ({', '.join(holds) or 'no reason'}): release it and retry")
    count = sum(lacking.values())
    return Refused("nothing_to_fulfil", f"{count} of the units are not waiting to be sent in Shopify any more")
