"""What a test or a demo may bend on the simulated shop."""

from __future__ import annotations

from dataclasses import dataclass, field

SCOPES = [
    "read_orders",
    "write_orders",
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "read_customers",
]


@dataclass
class Switches:
    """Counters say for how many more orders or requests something happens; seconds are nominal.

    ``starting_stock``, ``split_stock`` and ``duplicate_skus`` are read when the platform is made.
    """

    starting_stock: bool = False
    split_stock: bool = False  # the opening stock stands half at the second location
    duplicate_skus: int = 0  # so many draft products carry the SKU of another product
    taxes_included: bool = True  # for orders placed from now on
    presentment_currency: str = "USD"
    presentment_rate: float = 1.0837  # units of that currency for one EUR
    foreign_buyers: int = 0  # pay in the presentment currency
    gift_cards: int = 0  # pay half by gift card
    gift_cards_sold: int = 0  # a gift card of 25.00 is in the basket too
    line_discounts: int = 0  # the seller takes 10% off the first line
    channel_liable: int = 0  # sold by a channel that remits the tax itself
    null_skus: int = 0
    deleted_variants: int = 0  # the first line's variant is deleted right after the sale
    split_orders: int = 0  # lines go to alternating locations
    held_orders: int = 0  # the fulfilment orders start on hold
    moves: int = 0  # fulfilment orders move to the other location right before they are fulfilled
    protected_data: bool = True  # access to personal data is approved
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    plan: str = "standard"  # advanced, plus or enterprise
    refuse_hard: int = 0  # throttled requests answered by HTTP 429 instead of 200
    visible_days: float = 60.0
    pagination_limit: int = 25_000
    search_lag: float = 1.0  # how far the search index is behind
    split_times_at_colons: bool = True  # a time without quotes in a search ends at its first colon
    stock_on_set: bool = True  # setting a quantity stocks the item at the location by itself
    concurrent_keys: int = 0  # idempotency keys that are just being used by somebody else
    cancel_seconds: float = 3.0
    bulk_seconds: float = 4.0
    hook_delay: float = 0.5
    bad_signatures: int = 0  # webhooks whose signature does not fit the body
