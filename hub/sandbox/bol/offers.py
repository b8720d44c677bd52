"""Offers as bol.com keeps them: the amount we sent, and the stock it really sells from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.sandbox.bol.orders import Item

Json = dict[str, Any]


@dataclass(slots=True)
class Offer:
    """One offer. ``told`` is the place, in the order of all happenings, of the last stock update."""

    offer_id: str
    ean: str
    sku: str
    condition: Json
    pricing: Json
    fulfilment: Json
    modified_at: datetime
    reference: str = ""
    on_hold: bool = False
    amount: int = 0
    managed_by_retailer: bool = True
    told: int = 0
    countries: list[str] = field(default_factory=lambda: ["NL", "BE"])
    economic_operator: str | None = None
    unknown_title: str | None = None
    items: list[Item] = field(default_factory=list)

    @property
    def corrected_stock(self) -> int:
        """The amount less what bol subtracts itself.

        With ``managedByRetailer`` only orders newer than the last update count; without it all open orders
        do, and whatever was shipped since that update.
        """
        return max(0, self.amount - sum(self._subtracted(item) for item in self.items))

    def _subtracted(self, item: Item) -> int:
        if self.managed_by_retailer:
            return item.quantity - item.cancelled if item.placed > self.told else 0
        return item.open + sum(quantity for at, quantity in item.shipped if at > self.told)

    @property
    def for_sale(self) -> bool:
        return not self.on_hold and self.fulfilment.get("method") == "FBR" and self.corrected_stock > 0

    @property
    def key(self) -> tuple[str, str]:
        """EAN and condition: bol allows one offer for each pair."""
        return (self.ean, str(self.condition.get("category", "NEW")))

    def tell(self, amount: int, managed: bool, happening: int) -> None:
        """Take over a stock figure sent by the retailer, and forget items that can no longer count."""
        self.amount, self.managed_by_retailer, self.told = amount, managed, happening
        self.items = [item for item in self.items if item.open]


@dataclass
class Offers:
    """All offers of the retailer, in the order in which they were made."""

    by_id: dict[str, Offer] = field(default_factory=dict)
    by_sku: dict[str, Offer] = field(default_factory=dict)
    by_key: dict[tuple[str, str], Offer] = field(default_factory=dict)

    def add(self, offer: Offer) -> None:
        self.by_id[offer.offer_id] = offer
        self.by_sku.setdefault(offer.sku, offer)
        self.by_key[offer.key] = offer

    def remove(self, offer_id: str) -> Offer | None:
        """Forget an offer; deleting one that is gone is no error."""
        offer = self.by_id.pop(offer_id, None)
        if offer is not None:
            self.by_key.pop(offer.key, None)
            if self.by_sku.get(offer.sku) is offer:
                del self.by_sku[offer.sku]
        return offer
