"""Products as WooCommerce keeps them: simple ones, and variations under a variable parent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.sandbox.woocommerce.tax import REDUCED, STANDARD
from hub.sandbox.world import World

FIRST_ID = 10
KINDS = ("simple", "grouped", "external", "variable")
TENTH = 10
VARIATIONS_PER_PARENT = 3


@dataclass(slots=True)
class Product:
    """One product. ``quantity`` is kept while stock is not managed, but not shown then."""

    product_id: int
    sku: str
    name: str
    kind: str
    price: Decimal
    tax_class: str
    created_at: datetime
    modified_at: datetime
    parent_id: int = 0
    quantity: int = 0
    manage_stock: bool = True
    variations: list[int] = field(default_factory=list)
    meta: list[dict[str, Any]] = field(default_factory=list)
    sold: int = 0
    status: str = "publish"

    @property
    def stock_quantity(self) -> int | None:
        return self.quantity if self.manage_stock else None

    @property
    def in_stock(self) -> bool:
        return not self.manage_stock or self.quantity > 0


@dataclass
class Shelves:
    """All products of the shop by id and by SKU."""

    by_id: dict[int, Product] = field(default_factory=dict)
    by_sku: dict[str, Product] = field(default_factory=dict)

    def add(self, product: Product) -> None:
        self.by_id[product.product_id] = product
        if product.sku:
            self.by_sku[product.sku] = product

    def remove(self, product: Product) -> None:
        del self.by_id[product.product_id]
        self.by_sku.pop(product.sku, None)


def stock_shelves(world: World, starting_stock: bool) -> Shelves:
    """List the first half of the goods; every tenth of them becomes a variation."""
    shelves, now = Shelves(), world.clock.now()
    parent: Product | None = None
    for number, good in enumerate(world.goods[: (len(world.goods) + 1) // 2], start=1):
        product = Product(
            product_id=FIRST_ID + len(shelves.by_id),
            sku=good.sku,
            name=good.title,
            kind="simple",
            price=world.prices[good.sku],
            tax_class=REDUCED if good.vat_rate < Decimal("0.15") else STANDARD,
            created_at=now,
            modified_at=now,
            quantity=sum(good.stock.values()) if starting_stock else 0,
        )
        if number % TENTH == 0:
            if parent is None or len(parent.variations) == VARIATIONS_PER_PARENT:
                parent = _make_parent(product)
                shelves.add(parent)
                product.product_id += 1
            product.kind, product.parent_id = "variation", parent.product_id
            parent.variations.append(product.product_id)
        shelves.add(product)
    return shelves


def _make_parent(child: Product) -> Product:
    return Product(
        product_id=child.product_id,
        sku=f"PARENT-{child.sku}",
        name=f"Family of {child.name}",
        kind="variable",
        price=child.price,
        tax_class=child.tax_class,
        created_at=child.created_at,
        modified_at=child.modified_at,
        manage_stock=False,
    )
