"""Which fulfilment orders a parcel's units come out of: one location at a time, split or moved as they may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OPEN = frozenset({"OPEN", "IN_PROGRESS", "SCHEDULED"})
"""Statuses to try with: whether a scheduled one may be sent early is for Shopify to say."""


@dataclass(frozen=True, slots=True)
class Task:
    """Units of one order line that a fulfilment order still has to send."""

    number: str
    line_id: str
    remaining: int


@dataclass(frozen=True, slots=True)
class FulfilmentOrder:
    """What one location has to send of an order; ``holds`` say why it must wait."""

    number: str
    status: str
    location: str
    holds: tuple[str, ...]
    tasks: tuple[Task, ...]

    @property
    def open(self) -> bool:
        return self.status in OPEN

    def has(self, wanted: Mapping[str, int]) -> int:
        """Return how many of the wanted units it can give."""
        return sum(min(task.remaining, wanted.get(task.line_id, 0)) for task in self.tasks)


@dataclass(frozen=True, slots=True)
class Consignment:
    """Units that leave one location together: by fulfilment order, its tasks with quantities."""

    groups: Mapping[str, Mapping[str, int]]

    def input(self) -> list[dict[str, object]]:
        """Return it as Shopify's ``lineItemsByFulfillmentOrder``."""
        return [
            {
                "fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{order}",
                "fulfillmentOrderLineItems": [
                    {"id": f"gid://shopify/FulfillmentOrderLineItem/{task}", "quantity": quantity}
                    for task, quantity in tasks.items()
                ],
            }
            for order, tasks in self.groups.items()
        ]


def allocate(orders: Sequence[FulfilmentOrder], wanted: Mapping[str, int]) -> tuple[list[Consignment], dict[str, int]]:
    """Return what to send from each location, and the units that no open fulfilment order has.

    The location that has most of the parcel comes first: Shopify takes one location per fulfilment.
    """
    left = {line: units for line, units in wanted.items() if units > 0}
    places: dict[str, list[FulfilmentOrder]] = {}
    for each in orders:
        if each.open:
            places.setdefault(each.location, []).append(each)
    consignments: list[Consignment] = []
    for place in sorted(places, key=lambda name: -sum(each.has(left) for each in places[name])):
        groups = {each.number: taken for each in places[place] if (taken := _take(each, left))}
        if groups:
            consignments.append(Consignment(groups))
    return consignments, {line: units for line, units in left.items() if units}


def _take(order: FulfilmentOrder, left: dict[str, int]) -> dict[str, int]:
    taken: dict[str, int] = {}
    for task in order.tasks:
        units = min(task.remaining, left.get(task.line_id, 0))
        if units > 0:
            taken[task.number] = units
            left[task.line_id] -= units
    return taken
