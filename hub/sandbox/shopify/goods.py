"""Products, variants and what of them stands at which location."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count

from hub.sandbox.catalogue import Good
from hub.sandbox.shopify.switches import Switches
from hub.sandbox.world import World

FAMILY = 4
"""Every so many products one has two variants."""


@dataclass(slots=True)
class Location:
    """A place that holds stock."""

    number: int
    name: str
    city: str
    postcode: str
    created_at: datetime
    active: bool = True


@dataclass(slots=True)
class Level:
    """What stands of one item at one location. ``available`` may be negative; ``committed`` is sold and not sent."""

    number: int
    location: Location
    created_at: datetime
    updated_at: datetime
    available: int = 0
    committed: int = 0

    @property
    def on_hand(self) -> int:
        return self.available + self.committed

    def quantity(self, name: str) -> int:
        """Return a quantity by its name; the states that this shop does not use are empty."""
        known = {"available": self.available, "committed": self.committed, "on_hand": self.on_hand}
        return known.get(name, 0)


@dataclass(slots=True)
class Variant:
    """Something that can be bought, with its inventory item. Prices are EUR as the shop shows them."""

    number: int
    item_number: int
    product: Product
    title: str
    sku: str
    barcode: str
    price: Decimal
    rate: Decimal
    position: int
    created_at: datetime
    updated_at: datetime
    levels: dict[int, Level] = field(default_factory=dict)

    @property
    def available(self) -> int:
        return sum(level.available for level in self.levels.values())


@dataclass(slots=True)
class Product:
    """A product; ``stamps`` are the moments it changed, as the search index learns them late."""

    number: int
    title: str
    status: str
    created_at: datetime
    stamps: list[datetime]
    variants: list[Variant] = field(default_factory=list)

    @property
    def updated_at(self) -> datetime:
        return self.stamps[-1]


@dataclass
class Catalogue:
    """All goods of the shop; deleted variants are gone."""

    locations: dict[int, Location]
    products: dict[int, Product] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    items: dict[int, Variant] = field(default_factory=dict)
    by_sku: dict[str, Variant] = field(default_factory=dict)
    skus: Counter[str] = field(default_factory=Counter)
    numbers: count[int] = field(default_factory=lambda: count(7_400_000_000_001))

    @property
    def main(self) -> Location:
        return next(iter(self.locations.values()))

    def add(self, variant: Variant) -> None:
        self.variants[variant.number] = self.items[variant.item_number] = variant
        variant.product.variants.append(variant)
        self.skus[variant.sku] += 1
        if variant.product.status == "ACTIVE":
            self.by_sku.setdefault(variant.sku, variant)

    def delete(self, variant: Variant) -> None:
        """Delete a variant with its inventory item; orders keep their snapshot of it."""
        del self.variants[variant.number], self.items[variant.item_number]
        variant.product.variants.remove(variant)
        self.skus[variant.sku] -= 1
        if self.by_sku.get(variant.sku) is variant:
            del self.by_sku[variant.sku]

    def stock(self, variant: Variant, location: Location, now: datetime) -> Level:
        """Stock an item at a location; what stands there already stays."""
        known = variant.levels.get(location.number)
        if known is None:
            known = variant.levels[location.number] = Level(next(self.numbers), location, now, now)
        return known


def make_catalogue(world: World, switches: Switches) -> Catalogue:
    """List three quarters of the goods; some products have two variants."""
    now = world.clock.now()
    main = Location(106_318_430_514, "Magazijn Amsterdam", "Amsterdam", "1043AB", now)
    second = Location(106_318_430_515, "Magazijn Rotterdam", "Rotterdam", "3044BC", now)
    made = Catalogue({place.number: place for place in (main, second)})
    product: Product | None = None
    for place, good in enumerate(good for number, good in enumerate(world.goods) if number % 4 != 3):
        if product is None or place % FAMILY != 1:
            product = _product(made, good.title, "ACTIVE", now)
        variant = _variant(made, product, good, now)
        _open(made, variant, good, place, switches, now)
    for good in world.goods[: switches.duplicate_skus]:
        _variant(made, _product(made, f"Copy of {good.title}", "DRAFT", now), good, now)
    return made


def _product(made: Catalogue, title: str, status: str, now: datetime) -> Product:
    product = Product(next(made.numbers), title, status, now, [now])
    made.products[product.number] = product
    return product


def _variant(made: Catalogue, product: Product, good: Good, now: datetime) -> Variant:
    position = len(product.variants) + 1
    variant = Variant(
        number=next(made.numbers),
        item_number=next(made.numbers),
        product=product,
        title="Default Title" if position == 1 else good.title,
        sku=good.sku,
        barcode=good.ean,
        price=good.price,
        rate=good.vat_rate,
        position=position,
        created_at=now,
        updated_at=now,
    )
    made.add(variant)
    made.stock(variant, made.main, now)
    return variant


def _open(made: Catalogue, variant: Variant, good: Good, place: int, switches: Switches, now: datetime) -> None:
    """Put the opening stock on the shelves; every second article is stocked at both locations."""
    opening = sum(good.stock.values()) if switches.starting_stock else 0
    elsewhere = opening // 2 if switches.split_stock else 0
    variant.levels[made.main.number].available = opening - elsewhere
    if place % 2 == 0 or elsewhere:
        second = list(made.locations.values())[1]
        made.stock(variant, second, now).available = elsewhere
