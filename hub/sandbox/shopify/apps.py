"""The app that the sandbox knows, and what its scopes allow."""

from __future__ import annotations

from collections.abc import Collection

from hub.sandbox.shopify.problems import top_error

CLIENT_ID, CLIENT_SECRET = "shopify-client", "shopify-secret"

FULFILMENT_READ = (
    "read_assigned_fulfillment_orders",
    "read_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
)
FULFILMENT_WRITE = tuple(scope.replace("read_", "write_") for scope in FULFILMENT_READ)
NEEDED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("order", "orders", "ordersCount"), ("read_orders",)),
    **dict.fromkeys(("product", "products", "productsCount"), ("read_products",)),
    **dict.fromkeys(("productVariant", "productVariants", "productVariantsCount"), ("read_products",)),
    **dict.fromkeys(("inventoryItem", "inventoryItems"), ("read_inventory", "read_products")),
    "inventoryLevel": ("read_inventory",),
    **dict.fromkeys(("location", "locations"), ("read_locations", "read_inventory")),
    "fulfillment": ("read_orders", *FULFILMENT_READ),
    **dict.fromkeys(("fulfillmentOrder", "fulfillmentOrders", "assignedFulfillmentOrders"), FULFILMENT_READ),
    **dict.fromkeys(("inventorySetQuantities", "inventoryAdjustQuantities", "inventoryActivate"), ("write_inventory",)),
    **dict.fromkeys(("fulfillmentCreate", "fulfillmentTrackingInfoUpdate", "fulfillmentCancel"), FULFILMENT_WRITE),
    **dict.fromkeys(("fulfillmentOrderMove", "fulfillmentOrderReleaseHold"), FULFILMENT_WRITE),
    "orderCancel": ("write_orders",),
}
"""Which scopes open a root field, any one of them; a field that is absent is open to every app."""


def covers(granted: Collection[str], scope: str) -> bool:
    """Say whether a scope was granted; the right to write includes the right to read."""
    return scope in granted or scope.replace("read_", "write_", 1) in granted


def demand(granted: Collection[str], field: str) -> None:
    """Raise ACCESS_DENIED where no granted scope opens a root field."""
    needed = NEEDED.get(field, ())
    if needed and not any(covers(granted, scope) for scope in needed):
        access = f"{' or '.join(f'`{scope}`' for scope in needed)} access scope."
        raise top_error(
            "ACCESS_DENIED",
            f"Access denied for {field} field. Required access: {access}",
            documentation="https://shopify.dev/api/usage/access-scopes",
            requiredAccess=access,
        )
