"""How Orders 2026-01-01 writes an order: a core that is always there, and the data sets that were asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.sandbox.amazon import money_wire, people_wire
from hub.sandbox.amazon.answers import stamp
from hub.sandbox.amazon.orders import Item, Order, Package
from hub.sandbox.amazon.switches import Switches

Json = dict[str, Any]
DATA_SETS = frozenset(
    {
        "BUYER",
        "RECIPIENT",
        "PROCEEDS",
        "EXPENSE",
        "PROMOTION",
        "CANCELLATION",
        "FULFILLMENT",
        "PACKAGES",
        "TAX",
        "PAYMENT",
        "FULFILLMENT_ORDERS",
    }
)


def order(each: Order, included: set[str], switches: Switches, now: datetime) -> Json:
    """Return an order with the given data sets; a pending one has no address, and mostly no prices."""
    told: Json = {
        "orderId": each.order_id,
        "createdTime": stamp(each.placed_at),
        "lastUpdatedTime": stamp(each.updated_at),
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": each.marketplace.marketplace_id,
            "marketplaceName": each.marketplace.name,
        },
        "orderItems": [_item(each, item, included, switches) for item in each.items],
    }
    if each.programs:
        told["programs"] = each.programs
    if switches.extra_members:
        told["sandboxMember"] = {"known": False}
    return told | _data_sets(each, included, switches, now)


def _data_sets(each: Order, included: set[str], switches: Switches, now: datetime) -> Json:
    told: Json = {}
    if "FULFILLMENT" in included:
        told["fulfillment"] = _fulfillment(each)
    if "BUYER" in included and not each.pending:
        told["buyer"] = people_wire.buyer(each)
    if "RECIPIENT" in included and not each.pending and each.address_known:
        told["recipient"] = people_wire.recipient(each, now)
    if "PROCEEDS" in included and _priced(each, switches):
        told["proceeds"] = money_wire.order_proceeds(each, switches)
    if "PACKAGES" in included and each.packages:
        told["packages"] = [_package(package) for package in each.packages.values()]
    if "TAX" in included and each.buyer.vat_number and not each.pending:
        told["tax"] = {"taxRegistrations": [people_wire.tax_registration(each)]}
    if "PAYMENT" in included and not each.pending:
        paid = {"paymentMethod": "CreditCard", "paymentAmount": money_wire.money(each.total, each)}
        told["payment"] = {"paymentExecutions": [paid]}
    return told


def _priced(each: Order, switches: Switches) -> bool:
    return not each.pending or switches.pending_prices


def _fulfillment(each: Order) -> Json:
    shown: Json = {
        "fulfillmentStatus": "AWAITING_ROBOT" if each.strange_status else each.status,
        "fulfilledBy": "AMAZON" if each.by_amazon else "MERCHANT",
        "fulfillmentServiceLevel": "NEXT_DAY" if "PRIME" in each.programs else "STANDARD",
        "shipByWindow": _window(each.ship_by),
    }
    return shown | ({} if each.by_amazon else {"deliverByWindow": _window(each.deliver_by)})


def _window(moments: tuple[datetime, datetime]) -> Json:
    return {"earliestDateTime": stamp(moments[0]), "latestDateTime": stamp(moments[1])}


def _item(each: Order, item: Item, included: set[str], switches: Switches) -> Json:
    listing = item.listing
    product: Json = {"asin": listing.asin, "title": listing.good.title, "sellerSku": listing.sku}
    product["condition"] = {"conditionType": "NEW", "conditionSubtype": "NEW"}
    if _priced(each, switches):
        product["price"] = {"unitPrice": money_wire.money(item.unit_price, each)}
    told: Json = {"orderItemId": item.item_id, "quantityOrdered": item.quantity, "product": product}
    if "FULFILLMENT" in included:
        told["fulfillment"] = {"quantityFulfilled": item.shipped, "quantityUnfulfilled": item.open}
    if "PROCEEDS" in included and _priced(each, switches):
        told["proceeds"] = money_wire.item_proceeds(each, item, switches)
    if "PROMOTION" in included and item.discount:
        told["promotion"] = {"breakdowns": [{"promotionId": f"PAWS-V2-{item.item_id}"}]}
    if "CANCELLATION" in included and (item.wish or item.executed):
        told["cancellation"] = _cancellation(item)
    if "TAX" in included and switches.facilitator:
        told["tax"] = money_wire.deemed_supplier()
    return told


def _cancellation(item: Item) -> Json:
    told: Json = {}
    if item.wish:
        told["cancellationRequest"] = {"requester": "BUYER", "cancelReason": item.wish}
    if item.executed:
        told["cancellationExecution"] = {"cancelledBy": item.executed[0], "cancelReason": item.executed[1]}
    return told


def _package(package: Package) -> Json:
    told: Json = {
        "packageReferenceId": package.reference,
        "createdTime": stamp(package.created_at),
        "packageStatus": {"status": "SHIPPED" if package.in_effect else "PENDING"},
        "carrier": package.carrier,
        "shipTime": stamp(package.ship_time),
        "trackingNumber": package.tracking,
        "packageItems": [{"orderItemId": item.item_id, "quantity": quantity} for item, quantity in package.parts],
    }
    return told | ({"shippingService": package.method} if package.method else {})
