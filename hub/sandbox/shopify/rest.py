"""Bodies of webhooks: the resources of the REST API, snake_case with numeric ids."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.sandbox.shopify.goods import Level, Product, Variant
from hub.sandbox.shopify.ids import gid
from hub.sandbox.shopify.money import SHOP_CURRENCY, Purse, cents
from hub.sandbox.shopify.orders import Fulfilment, FulfilmentOrder, Order, Refund

Json = dict[str, Any]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def stamp(at: datetime | None) -> str | None:
    """An instant with the shop's own offset, as REST writes it."""
    return at.astimezone(AMSTERDAM).isoformat(timespec="seconds") if at else None


def plain(amount: Decimal) -> str:
    """An amount with two decimals, as REST writes it."""
    return f"{cents(amount):.2f}"


def price_set(amount: Decimal, purse: Purse) -> Json:
    """An amount in both currencies."""
    return {
        "shop_money": {"amount": plain(amount), "currency_code": SHOP_CURRENCY},
        "presentment_money": {"amount": plain(amount * purse.rate), "currency_code": purse.currency},
    }


def both(name: str, amount: Decimal, purse: Purse) -> Json:
    """A plain member in the shop's currency, and its set beside it."""
    return {name: plain(amount), f"{name}_set": price_set(amount, purse)}


def fulfilment_body(made: Fulfilment) -> Json:
    """A fulfilment as FULFILLMENTS_* topics carry it."""
    numbers = [each.number for each in made.tracking if each.number]
    urls = [each.url for each in made.tracking if each.url]
    return {
        "id": made.number,
        "admin_graphql_api_id": gid("Fulfillment", made.number),
        "order_id": made.order.number,
        "name": made.name,
        "status": made.status.lower(),
        "shipment_status": None,
        "location_id": made.location.number,
        "created_at": stamp(made.created_at),
        "updated_at": stamp(made.updated_at),
        "tracking_company": made.tracking[0].company if made.tracking else None,
        "tracking_number": numbers[0] if numbers else None,
        "tracking_numbers": numbers,
        "tracking_url": urls[0] if urls else None,
        "tracking_urls": urls,
        "line_items": [{"id": task.line.number, "quantity": quantity} for _, task, quantity in made.sent],
    }


def fulfilment_order_body(each: FulfilmentOrder) -> Json:
    """A fulfilment order as FULFILLMENT_ORDERS_* topics carry it."""
    return {"fulfillment_order": {"id": gid("FulfillmentOrder", each.number), "status": each.status.lower()}}


def refund_body(order: Order, refund: Refund) -> Json:
    """A refund as REFUNDS_CREATE carries it."""
    return {
        "id": refund.number,
        "admin_graphql_api_id": gid("Refund", refund.number),
        "order_id": order.number,
        "created_at": stamp(refund.at),
        "processed_at": stamp(refund.at),
        "note": refund.note or None,
        "refund_line_items": [
            {"id": number, "line_item_id": line.number, "quantity": quantity}
            for number, line, quantity, _ in refund.lines
        ],
        "transactions": [
            {"id": each.number, "kind": each.kind.lower(), "gateway": each.gateway, "amount": plain(each.amount)}
            for each in refund.transactions
        ],
    }


def level_body(variant: Variant, level: Level) -> Json:
    """An inventory level as INVENTORY_LEVELS_UPDATE carries it."""
    place, item = level.location.number, variant.item_number
    return {
        "inventory_item_id": item,
        "location_id": place,
        "available": level.available,
        "updated_at": stamp(level.updated_at),
        "admin_graphql_api_id": f"gid://shopify/InventoryLevel/{place}?inventory_item_id={item}",
    }


def product_body(product: Product) -> Json:
    """A product as PRODUCTS_UPDATE carries it."""
    return {
        "id": product.number,
        "admin_graphql_api_id": gid("Product", product.number),
        "title": product.title,
        "status": product.status.lower(),
        "updated_at": stamp(product.updated_at),
        "variants": [
            {"id": each.number, "inventory_item_id": each.item_number, "sku": each.sku, "barcode": each.barcode}
            for each in product.variants
        ],
    }
