"""How notifications are written: Pascal case for orders, camel case for what has finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.sandbox.amazon.answers import stamp
from hub.sandbox.amazon.lwa import APPLICATION_ID, SELLER_ID
from hub.sandbox.amazon.orders import Item, Order

Json = dict[str, Any]
STATUSES = {
    "PENDING": "Pending",
    "UNSHIPPED": "Unshipped",
    "PARTIALLY_SHIPPED": "PartiallyShipped",
    "SHIPPED": "Shipped",
    "CANCELLED": "Canceled",
}
PROGRAMS = {"AMAZON_BUSINESS": "Business", "PRIME": "Prime"}


@dataclass(frozen=True, slots=True)
class Ids:
    """What the envelope says about itself; the same notification delivered twice keeps its id."""

    subscription_id: str
    notification_id: str
    published_at: datetime


def pascal_envelope(kind: str, payload: Json, at: datetime, ids: Ids) -> Json:
    """Return a notification of the 1.0 family."""
    return {
        "NotificationVersion": "1.0",
        "NotificationType": kind,
        "PayloadVersion": "1.0",
        "EventTime": stamp(at),
        "Payload": {"OrderChangeNotification": payload},
        "NotificationMetadata": {
            "ApplicationId": APPLICATION_ID,
            "SubscriptionId": ids.subscription_id,
            "PublishTime": stamp(ids.published_at),
            "NotificationId": ids.notification_id,
        },
    }


def camel_envelope(kind: str, payload: Json, at: datetime, ids: Ids) -> Json:
    """Return a notification of the 2020-09-04 family."""
    name = "feedProcessingFinishedNotification" if kind.startswith("FEED") else "reportProcessingFinishedNotification"
    return {
        "notificationVersion": "2020-09-04",
        "notificationType": kind,
        "payloadVersion": "2020-09-04",
        "eventTime": stamp(at),
        "payload": {name: {"sellerId": SELLER_ID, "accountId": f"amzn1.merchant.o.{SELLER_ID}"} | payload},
        "notificationMetadata": {
            "applicationId": APPLICATION_ID,
            "subscriptionId": ids.subscription_id,
            "publishTime": stamp(ids.published_at),
            "notificationId": ids.notification_id,
        },
    }


def order_change(order: Order, change: str, reason: str, at: datetime) -> Json:
    """Return the payload of ORDER_CHANGE: ids, dates and quantities, nothing of the buyer but a postal code."""
    postcode = order.buyer.postcode if order.address_known and not order.pending else None
    return {
        "NotificationLevel": "OrderLevel",
        "SellerId": SELLER_ID,
        "AmazonOrderId": order.order_id,
        "OrderChangeType": change,
        "OrderChangeTrigger": {"TimeOfOrderChange": stamp(at), "ChangeReason": reason},
        "Summary": {
            "MarketplaceId": order.marketplace.marketplace_id,
            "OrderStatus": STATUSES[order.status],
            "PurchaseDate": stamp(order.placed_at),
            "DestinationPostalCode": postcode,
            "FulfillmentType": "AFN" if order.by_amazon else "MFN",
            "OrderType": "StandardOrder",
            "NumberOfItemsShipped": sum(item.shipped for item in order.items),
            "NumberOfItemsUnshipped": sum(item.open for item in order.items),
            "EarliestShipDate": stamp(order.ship_by[0]),
            "LatestShipDate": stamp(order.ship_by[1]),
            "OrderPrograms": [PROGRAMS[each] for each in order.programs if each in PROGRAMS],
            "OrderItems": [_item(item) for item in order.items],
        },
    }


def _item(item: Item) -> Json:
    return {
        "OrderItemId": item.item_id,
        "SellerSKU": item.listing.sku,
        "SupplySourceId": None,
        "Quantity": item.quantity,
        "QuantityShipped": item.shipped,
        "IsBuyerRequestedCancel": item.wish is not None,
    }
