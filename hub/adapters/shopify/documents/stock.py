"""Numbers at one location: read and set."""

from __future__ import annotations

from hub.adapters.shopify.documents.document import Document

LARGEST_INPUT = 250
"""The most rows that Shopify takes in one list of an input."""
SIDE_BY_SIDE = 4
"""Mutations sent as aliases of one request: each has its own key, and a time-out stays cheap."""
LEVELS_AT_ONCE = 100

LEVELS = Document(
    "stock.levels",
    """
query Levels($items: [ID!]!, $location: ID!) {
  nodes(ids: $items) {
    ... on InventoryItem {
      id inventoryLevel(locationId: $location) { quantities(names: ["available"]) { quantity } }
    }
  }
}
""",
    310,
)


def _set_quantities(count: int) -> Document:
    """Return the document with so many mutations side by side: ``$input0`` with ``$key0``, and so on."""
    taken = ", ".join(f"$input{place}: InventorySetQuantitiesInput!, $key{place}: String!" for place in range(count))
    written = "\n".join(
        f"  set{place}: inventorySetQuantities(input: $input{place}) @idempotent(key: $key{place}) "
        "{ userErrors { field message code } }"
        for place in range(count)
    )
    return Document("stock.set", f"mutation SetQuantities({taken}) {{\n{written}\n}}\n", 15.0 * count)


SET_QUANTITIES = tuple(_set_quantities(count) for count in range(1, SIDE_BY_SIDE + 1))

ACTIVATE = Document(
    "stock.activate",
    """
mutation Activate($item: ID!, $location: ID!, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $location) @idempotent(key: $key) {
    inventoryLevel { quantities(names: ["available"]) { quantity } }
    userErrors { field message }
  }
}
""",
    15,
)
