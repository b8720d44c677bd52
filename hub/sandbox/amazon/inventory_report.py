"""The report GET_MERCHANT_LISTINGS_ALL_DATA: every listing of the seller, a tab-separated line each."""

from __future__ import annotations

import csv
import io
from collections import Counter

from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.listings import FBA_CHANNEL, OWN_CHANNEL, Listing

COLUMNS = (
    "item-name",
    "item-description",
    "listing-id",
    "seller-sku",
    "price",
    "quantity",
    "open-date",
    "image-url",
    "item-is-marketplace",
    "product-id-type",
    "zshop-shipping-fee",
    "item-note",
    "item-condition",
    "zshop-category1",
    "zshop-browse-path",
    "zshop-storefront-feature",
    "asin1",
    "asin2",
    "asin3",
    "will-ship-internationally",
    "expedited-shipping",
    "zshop-boldface",
    "product-id",
    "bid-for-featured-placement",
    "add-delete",
    "pending-quantity",
    "fulfillment-channel",
    "merchant-shipping-group",
    "status",
)


def all_listings(account: Account) -> bytes:
    """Return every listing as a tab-separated line."""
    text, pending = io.StringIO(), _pending(account)
    rows = csv.DictWriter(text, COLUMNS, restval="", delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
    rows.writeheader()
    for each in account.listings.by_sku.values():
        rows.writerow(_row(each, pending[each.sku], account))
    return text.getvalue().encode()


def _pending(account: Account) -> Counter[str]:
    waiting: Counter[str] = Counter()
    for order in account.orders.values():
        for item in order.items if order.status == "PENDING" else ():
            waiting[item.listing.sku] += item.open
    return waiting


def _row(each: Listing, pending: int, account: Account) -> dict[str, object]:
    return {
        "item-name": each.good.title,
        "listing-id": each.listing_id,
        "seller-sku": each.sku,
        "price": str(account.world.prices[each.good.sku]),
        "quantity": "" if each.by_amazon else each.quantity,
        "open-date": each.created_at.strftime("%d/%m/%Y %H:%M:%S UTC"),
        "item-is-marketplace": "y",
        "product-id-type": 1,
        "item-condition": 11,
        "asin1": each.asin,
        "product-id": each.asin,
        "pending-quantity": pending,
        "fulfillment-channel": FBA_CHANNEL if each.by_amazon else OWN_CHANNEL,
        "merchant-shipping-group": "Migrated Template",
        "status": "Active" if each.buyable else "Inactive",
    }
