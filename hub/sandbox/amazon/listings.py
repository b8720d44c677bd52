"""Listings as Amazon keeps them: one per SKU for all of Europe, with the attributes the seller sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.sandbox.amazon.marketplaces import OWN
from hub.sandbox.catalogue import Good
from hub.sandbox.world import World

Json = dict[str, Any]
Attributes = dict[str, list[Json]]
AVAILABILITY = "fulfillment_availability"
OWN_CHANNEL, FBA_CHANNEL = "DEFAULT", "AMAZON_EU"
FBA_SUFFIX = "-FBA"
"""Every tenth good also lies at Amazon, under a SKU of its own: a SKU is either the seller's or Amazon's to ship."""
FBA_EACH = 10


@dataclass(slots=True)
class Listing:
    """One SKU. ``due`` is when the newest submission takes effect; ``at_amazon`` are units in Amazon's warehouse."""

    sku: str
    good: Good
    listing_id: str
    created_at: datetime
    updated_at: datetime
    attributes: Attributes
    product_type: str = "PRODUCT"
    at_amazon: int = 0
    due: datetime | None = None

    @property
    def asin(self) -> str:
        """An identifier of the product, the same for every SKU of it."""
        return "B0" + hashlib.sha256(self.good.ean.encode()).hexdigest()[:8].upper()

    @property
    def entry(self) -> Json | None:
        """The part of the availability that is the seller's own."""
        found = self.attributes.get(AVAILABILITY, [])
        return next((each for each in found if each.get("fulfillment_channel_code") == OWN_CHANNEL), None)

    @property
    def by_amazon(self) -> bool:
        found = self.attributes.get(AVAILABILITY, [])
        return self.entry is None and any(each.get("fulfillment_channel_code") == FBA_CHANNEL for each in found)

    @property
    def quantity(self) -> int:
        """How many self-fulfilled units are for sale, over all marketplaces."""
        return int((self.entry or {}).get("quantity", 0))

    @property
    def shown(self) -> int:
        """What a buyer can order of the seller's own stock: nothing without an offer."""
        return self.quantity if self.attributes.get("purchasable_offer") else 0

    @property
    def buyable(self) -> bool:
        return self.shown > 0 or (self.by_amazon and self.at_amazon > 0)

    def take(self, quantity: int) -> None:
        """Lower the quantity by what was ordered, or raise it again with a negative number."""
        if self.entry is not None:
            self.entry["quantity"] = max(0, self.quantity - quantity)


@dataclass
class Listings:
    """All listings of the seller by SKU, in the order in which they were made."""

    by_sku: dict[str, Listing] = field(default_factory=dict)

    def of_good(self, sku: str, *, by_amazon: bool) -> Listing | None:
        """Return the SKU under which a good is sold."""
        found = self.by_sku.get(sku + FBA_SUFFIX if by_amazon and not sku.endswith(FBA_SUFFIX) else sku)
        return found if found is not None and found.by_amazon == by_amazon else None

    def own(self) -> list[Listing]:
        """Return what the seller ships himself."""
        return [each for each in self.by_sku.values() if not each.by_amazon]


def make_listings(world: World, starting_stock: bool) -> Listings:
    """List every good, and every tenth a second time for Amazon's warehouse."""
    listings, chance = Listings(), world.chance("amazon/listings")
    for number, good in enumerate(world.goods):
        opening = sum(good.stock.values()) if starting_stock else 0
        own = {"fulfillment_channel_code": OWN_CHANNEL, "quantity": opening, "lead_time_to_ship_max_days": 2}
        listings.by_sku[good.sku] = _listing(world, good, good.sku, own)
        if number % FBA_EACH == 0:
            sku = good.sku + FBA_SUFFIX
            listings.by_sku[sku] = _listing(world, good, sku, {"fulfillment_channel_code": FBA_CHANNEL})
            listings.by_sku[sku].at_amazon = chance.randint(5, 40)
    return listings


def _listing(world: World, good: Good, sku: str, availability: Json) -> Listing:
    now, number = world.clock.now(), hashlib.sha256(sku.encode()).hexdigest()
    return Listing(
        sku, good, f"0824{number[0].upper()}{number[1:7].upper()}", now, now, _attributes(good, availability)
    )


def _attributes(good: Good, availability: Json) -> Attributes:
    return {
        "item_name": [{"value": good.title, "marketplace_id": each.marketplace_id} for each in OWN],
        "condition_type": [{"value": "new_new"}],
        "externally_assigned_product_identifier": [{"type": "ean", "value": good.ean}],
        "purchasable_offer": [_offer(good, each.marketplace_id) for each in OWN],
        AVAILABILITY: [availability],
    }


def _offer(good: Good, marketplace_id: str) -> Json:
    price = [{"schedule": [{"value_with_tax": float(good.price)}]}]
    return {"currency": "EUR", "our_price": price, "audience": "ALL", "marketplace_id": marketplace_id}
