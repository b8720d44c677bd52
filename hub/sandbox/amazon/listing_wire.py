"""How Listings 2021-08-01 writes a listing: the data sets that were asked for."""

from __future__ import annotations

from typing import Any

from hub.sandbox.amazon.answers import stamp
from hub.sandbox.amazon.listings import AVAILABILITY, Listing

Json = dict[str, Any]
DATA_SETS = frozenset(
    {
        "summaries",
        "attributes",
        "issues",
        "offers",
        "fulfillmentAvailability",
        "procurement",
        "relationships",
        "productTypes",
    }
)


def item(listing: Listing, marketplace_ids: list[str], included: set[str]) -> Json:
    """Return a listing as the given marketplaces show it."""
    told: Json = {"sku": listing.sku}
    if "summaries" in included:
        told["summaries"] = [_summary(listing, each) for each in marketplace_ids]
    if "attributes" in included:
        told["attributes"] = listing.attributes
    if "issues" in included:
        told["issues"] = []
    if "offers" in included:
        told["offers"] = [offer for each in marketplace_ids for offer in _offers(listing, each)]
    if "fulfillmentAvailability" in included:
        told["fulfillmentAvailability"] = [_available(each) for each in listing.attributes.get(AVAILABILITY, [])]
    if "relationships" in included:
        told["relationships"] = [{"marketplaceId": each, "relationships": []} for each in marketplace_ids]
    if "productTypes" in included:
        types = [{"marketplaceId": each, "productType": listing.product_type} for each in marketplace_ids]
        told["productTypes"] = types
    return told


def _summary(listing: Listing, marketplace_id: str) -> Json:
    offered = any(
        each.get("marketplace_id") == marketplace_id for each in listing.attributes.get("purchasable_offer", [])
    )
    return {
        "marketplaceId": marketplace_id,
        "asin": listing.asin,
        "productType": listing.product_type,
        "conditionType": "new_new",
        "status": ["BUYABLE", "DISCOVERABLE"] if listing.buyable and offered else ["DISCOVERABLE"],
        "itemName": _name(listing, marketplace_id),
        "createdDate": stamp(listing.created_at),
        "lastUpdatedDate": stamp(listing.updated_at),
    }


def _name(listing: Listing, marketplace_id: str) -> str:
    names = listing.attributes.get("item_name", [])
    here = (each for each in names if each.get("marketplace_id") in (None, marketplace_id))
    return str(next(here, {}).get("value", listing.good.title))


def _offers(listing: Listing, marketplace_id: str) -> list[Json]:
    return [
        {
            "marketplaceId": marketplace_id,
            "offerType": "B2C",
            "price": {"currencyCode": each.get("currency", "EUR"), "amount": price},
            "audience": {"value": "ALL", "displayName": "Sell on Amazon"},
        }
        for each in listing.attributes.get("purchasable_offer", [])
        if each.get("marketplace_id") == marketplace_id and (price := _price(each)) is not None
    ]


def _price(offer: Json) -> str | None:
    try:
        return f"{offer['our_price'][0]['schedule'][0]['value_with_tax']:.2f}"
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def _available(entry: Json) -> Json:
    told: Json = {"fulfillmentChannelCode": entry.get("fulfillment_channel_code", "DEFAULT")}
    return told | ({"quantity": entry["quantity"]} if "quantity" in entry else {})
