"""Known defects of Amazon's published models and schemas.

All were found in amzn/selling-partner-api-models at commit 34dc93fe (2026-08-05).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.contract.defects.defect import CONTRACTS, NOTHING, Defect, Place, mended

FOLDER = CONTRACTS / "amazon"
_UPSTREAM = "amzn/selling-partner-api-models at commit 34dc93fe: the example against its own schema"

UNDESCRIBED = frozenset({401})
"""A status that the gateway before every operation may give, described by some operations only."""

_BUYER: Place = ("paths", "/orders/v0/orders/{orderId}/orderItems/buyerInfo", "get", "responses", "200", "examples")
_TAKING_PART: Place = ("paths", "/sellers/v1/marketplaceParticipations", "get", "responses", "200", "examples")
_ACCOUNT: Place = ("paths", "/sellers/v1/account", "get", "responses", "200")
_MARKETPLACE: Place = ("payload", "marketplaceParticipationList", 0, "marketplace")
_BUYER_ITEM = {
    "OrderItemId": "903-1671087-0812628",
    "BuyerCustomizedInfo": {
        "CustomizedURL": "https://zme-caps.amazon.com/t/bR6qHkzSOxuB/J8nbWhze0Bd3DkajkOdY-XQbWkFralegp2sr_QZiKEE/1"
    },
    "GiftMessageText": "For you!",
    "GiftWrapPrice": {"CurrencyCode": "JPY", "Amount": "1.99"},
    "GiftWrapLevel": "Classic",
}
_PARTICIPATION = {
    "marketplace": {
        "id": "ATVPDKIKX0DER",
        "name": "Amazon.com",
        "countryCode": "US",
        "defaultCurrencyCode": "USD",
        "defaultLanguageCode": "en_US",
        "domainName": "www.amazon.com",
    },
    "storeName": "BestSellerStore",
    "participation": {"isParticipating": True, "hasSuspendedListings": False},
}

EXAMPLES = (
    Defect(
        "models/ordersV0.json",
        (*_BUYER, "application/json", "payload"),
        _BUYER_ITEM,
        {"AmazonOrderId": "903-1671087-0812628", "OrderItems": [_BUYER_ITEM]},
        "the example shows one item where the schema wants the order's id and a list",
        _UPSTREAM,
    ),
    Defect(
        "models/sellers.json",
        (*_TAKING_PART, "payload"),
        [_PARTICIPATION],
        {"payload": [_PARTICIPATION]},
        "the example is a list without its envelope",
        _UPSTREAM,
    ),
    *(
        Defect(
            "models/sellers.json",
            (*_ACCOUNT, *holder, *_MARKETPLACE, name),
            NOTHING,
            value,
            "the example lacks a mandatory member",
            _UPSTREAM,
        )
        for holder in (("x-amzn-api-sandbox", "static", 0, "response"), ("examples", "application/json"))
        for name, value in (("defaultCurrencyCode", "USD"), ("defaultLanguageCode", "en_US"))
    ),
)

STATUS_CHANGE = "schemas/notifications/ListingsItemStatusChangeNotification.json"
MILESTONE = "schemas/notifications/ShipmentTrackingMilestoneChangedNotification.json"
NOTIFICATIONS = (
    Defect(
        STATUS_CHANGE,
        ("properties", "NotificationType", "enum"),
        ["LISTINGS_ITEM_STATUS_CHANGED"],
        ["LISTINGS_ITEM_STATUS_CHANGE"],
        "the schema admits a type that is neither its own example's nor the documented one",
        "the schema's own example, and Amazon's page of notification types",
    ),
    Defect(
        MILESTONE,
        ("definitions", "Notification"),
        NOTHING,
        {"type": "object"},
        "the schema refers to a definition that is not there, so nothing is known of its members",
        "the schema itself: its definitions are empty",
    ),
)

_DRAFT = "http://json-schema.org/draft-07/schema"
_NAMED_BADLY = (
    "FBAInventoryAvailabilityChangeNotification",
    "FBAOutboundShipmentStatusNotification",
    "FeedProcessingFinishedNotification",
    "FulfillmentOrderStatusNotification",
    "ItemInventoryEventChangeNotification",
    "ListingsItemIssuesChangeNotification_2023-12-13",
    "ListingsItemMfnQuantityChange",
    "ListingsItemStatusChangeNotification",
    "OrderChangeNotification",
    "ProductTypeDefinitionsChangeNotification",
    "ReportProcessingFinishedNotification",
)
DRAFTS = tuple(
    Defect(
        f"schemas/notifications/{name}.json",
        ("$schema",),
        _DRAFT,
        f"{_DRAFT}#",
        "the draft is named without the # at its end, by which validators look it up",
        "the $id of the meta-schema itself ends in #",
    )
    for name in _NAMED_BADLY
)

DEFECTS = (*EXAMPLES, *NOTIFICATIONS, *DRAFTS)


@cache
def read(file: str) -> Any:
    """Return one of Amazon's files with its known defects mended."""
    return mended(FOLDER, file, DEFECTS)
