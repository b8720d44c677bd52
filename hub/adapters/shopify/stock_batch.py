"""What became of the stock updates of one call, and which rows are still to be written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hub.adapters.port import Deferred, Refused, StockResult, StockUpdate
from hub.adapters.shopify.gids import gid

LARGEST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity to set: ``believed`` is what must stand there now, None to set it whatever stands there."""

    place: int
    item: str
    quantity: int
    believed: int | None

    def input(self, location: str) -> dict[str, object]:
        return {
            "inventoryItemId": self.item,
            "locationId": location,
            "quantity": self.quantity,
            "changeFromQuantity": self.believed,
        }


@dataclass(slots=True)
class Batch:
    """Results by the place of their update; ``answered`` says that Shopify decided on a write of this call."""

    updates: Sequence[StockUpdate]
    results: dict[int, StockResult] = field(default_factory=dict)
    answered: bool = False

    def rows(self) -> list[Row]:
        """Return the rows that can be written at all; the others are refused here."""
        found: list[Row] = []
        for place, update in enumerate(self.updates):
            refusal = _refusal(update)
            if refusal is not None:
                self.results[place] = refusal
            else:
                item = gid("InventoryItem", item_number(update))
                found.append(Row(place, item, update.quantity, update.listing.quantity))
        return found

    def tell(self, row: Row, result: StockResult) -> None:
        self.results[row.place] = result

    def defer(self, rows: Iterable[Row], retry_after: float, reason: str) -> None:
        for row in rows:
            self.tell(row, Deferred(retry_after, reason))

    def defer_rest(self, retry_after: float, reason: str) -> None:
        """Give back everything that is not decided."""
        undecided = (place for place in range(len(self.updates)) if place not in self.results)
        self.results |= {place: Deferred(retry_after, reason) for place in list(undecided)}

    def in_order(self) -> list[StockResult]:
        return [self.results[place] for place in range(len(self.updates))]


def item_number(update: StockUpdate) -> str:
    return update.listing.references.get("inventory_item_id") or update.listing.external_id


def _refusal(update: StockUpdate) -> Refused | None:
    quantity: object = update.quantity
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 <= quantity <= LARGEST:
        return Refused("invalid_quantity", f"{quantity!r} is no quantity")
    if not item_number(update).isdigit():
        return Refused("invalid_listing", "the listing has no numeric inventory item id")
    if update.listing.stocked_by_platform:
        return Refused("stocked_by_platform", "Shopify derives the stock of this bundle from its components")
    if update.listing.references.get("tracked") == "false":
        return Refused("stock_not_tracked", "Shopify does not track the quantity of this product: switch tracking on")
    return None
