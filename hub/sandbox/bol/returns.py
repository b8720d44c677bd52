"""Returns as bol.com keeps them: announced by buyers, handled per item by the retailer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hub.sandbox.bol.orders import Item, Order


@dataclass(frozen=True, slots=True)
class Handling:
    """What the retailer made of some units."""

    result: str
    quantity: int
    at: datetime


@dataclass(slots=True)
class ReturnItem:
    """Units of one order item that come back under one RMA number."""

    rma_id: str
    order: Order
    item: Item
    quantity: int
    handled: list[Handling] = field(default_factory=list)


@dataclass(slots=True)
class Return:
    """One return."""

    return_id: str
    registered_at: datetime
    items: list[ReturnItem]
    method: str = "FBR"

    @property
    def handled(self) -> bool:
        return all(each.handled for each in self.items)
