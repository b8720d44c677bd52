"""The body of ORDERS_* webhooks: an order as the REST API shows it.

Source: the keys of a real orders/create body, see ``orders-webhook-shape.json`` of the contract.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hub.sandbox.buyers import Buyer
from hub.sandbox.shopify.ids import gid
from hub.sandbox.shopify.money import NOTHING, SHOP_CURRENCY, tax_of
from hub.sandbox.shopify.orders import Line, Order, Shipping
from hub.sandbox.shopify.rest import both, fulfilment_body, plain, price_set, refund_body, stamp
from hub.sandbox.shopify.totals import Totals, current, financial_status, fulfilment_status, outstanding, placed

Json = dict[str, Any]
COUNTRIES = {"NL": "Netherlands", "BE": "Belgium", "DE": "Germany", "FR": "France"}


def order_body(order: Order, *, protected: bool) -> Json:
    """An order as ORDERS_* topics carry it; personal members are null without approved access."""
    buyer = order.buyer if protected else None
    return {
        **_identity(order),
        **_dates(order),
        **_amounts(order, placed(order), current(order)),
        "email": buyer.email if buyer else None,
        "phone": buyer.phone if buyer else None,
        "billing_address": address(order.buyer, protected=protected),
        "shipping_address": address(order.buyer, protected=protected),
        "customer": _customer(order) if protected else None,
        "line_items": [_line(order, line) for line in order.lines],
        "shipping_lines": [_shipping(order, each) for each in order.shipping],
        "fulfillments": [fulfilment_body(each) for each in order.fulfilments],
        "refunds": [refund_body(order, each) for each in order.refunds],
    }


def _identity(order: Order) -> Json:
    status = fulfilment_status(order)
    shown = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}.get(status)
    return {
        "id": order.number,
        "admin_graphql_api_id": gid("Order", order.number),
        "app_id": 580111,
        "checkout_id": order.number + 1,
        "cart_token": None,
        "checkout_token": None,
        "client_details": None,
        "company": None,
        "confirmation_number": f"C{order.sequence}",
        "confirmed": True,
        "currency": SHOP_CURRENCY,
        "presentment_currency": order.purse.currency,
        "customer_locale": "nl",
        "buyer_accepts_marketing": False,
        "duties_included": False,
        "estimated_taxes": False,
        "financial_status": financial_status(order).lower(),
        "fulfillment_status": shown,
        "location_id": None,
        "name": order.name,
        "note": order.note,
        "note_attributes": [],
        "number": order.sequence - 1000,
        "order_number": order.sequence,
        "order_status_url": f"https://sandbox.myshopify.com/orders/{order.number}",
        "payment_gateway_names": list(dict.fromkeys(each.gateway for each in order.transactions)),
        "payment_terms": None,
        "po_number": None,
        "returns": [],
        "source_name": "web",
        "tags": ", ".join(order.tags),
        "tax_exempt": False,
        "taxes_included": order.taxes_included,
        "test": False,
        "token": f"{order.number:x}",
        "total_weight": 0,
        "user_id": None,
    }


def _dates(order: Order) -> Json:
    return {
        "created_at": stamp(order.created_at),
        "processed_at": stamp(order.created_at),
        "updated_at": stamp(order.updated_at),
        "cancelled_at": stamp(order.cancelled_at),
        "cancel_reason": order.cancel_reason.lower() if order.cancel_reason else None,
        "closed_at": stamp(order.closed_at),
    }


def _amounts(order: Order, first: Totals, now: Totals) -> Json:
    purse = order.purse
    return {
        **both("subtotal_price", first.subtotal, purse),
        **both("total_discounts", first.discounts, purse),
        **both("total_line_items_price", first.gross, purse),
        **both("total_price", first.total, purse),
        **both("total_tax", first.tax, purse),
        **both("current_subtotal_price", now.subtotal, purse),
        **both("current_total_discounts", now.discounts, purse),
        **both("current_total_price", now.total, purse),
        **both("current_total_tax", now.tax, purse),
        "total_shipping_price_set": price_set(first.shipping, purse),
        "current_shipping_price_set": price_set(now.shipping, purse),
        "total_outstanding": plain(outstanding(order)),
        "total_tip_received": "0.00",
        "tax_lines": [tax_line(rate, amount, order) for rate, amount in first.taxes.items()],
        "discount_codes": [
            {"code": each.code, "amount": plain(each.amount or NOTHING), "type": "fixed_amount"}
            for each in order.discounts
            if each.code
        ],
        "discount_applications": [
            {
                "target_type": "line_item",
                "type": "discount_code" if each.code else "manual",
                "value": plain(each.amount) if each.amount is not None else f"{each.percentage}",
                "value_type": "fixed_amount" if each.amount is not None else "percentage",
                "allocation_method": "across" if each.code else "each",
                "target_selection": "all" if each.code else "explicit",
                "title": each.title,
            }
            for each in order.discounts
        ],
    }


def tax_line(rate: Decimal, amount: Decimal, order: Order) -> Json:
    """One tax line."""
    return {
        "title": f"NL BTW {rate * 100:g}%",
        "price": plain(amount),
        "rate": float(rate),
        "price_set": price_set(amount, order.purse),
        "channel_liable": order.channel_liable,
    }


def address(buyer: Buyer, *, protected: bool) -> Json:
    """An address: the house number stands behind the street."""
    country = {"country_code": buyer.country, "country": COUNTRIES.get(buyer.country, buyer.country)}
    if not protected:
        return dict.fromkeys(("first_name", "last_name", "name", "address1", "city", "zip")) | country
    return {
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "name": f"{buyer.first_name} {buyer.last_name}",
        "company": buyer.company or None,
        "address1": f"{buyer.street} {buyer.house_number}",
        "address2": buyer.extension or None,
        "zip": buyer.postcode,
        "city": buyer.city,
        "province": None,
        "province_code": None,
        "phone": buyer.phone,
        "latitude": None,
        "longitude": None,
    } | country


def _customer(order: Order) -> Json:
    return {
        "id": order.customer_number,
        "admin_graphql_api_id": gid("Customer", order.customer_number),
        "email": order.buyer.email,
        "first_name": order.buyer.first_name,
        "last_name": order.buyer.last_name,
        "phone": order.buyer.phone,
        "currency": SHOP_CURRENCY,
    }


def _line(order: Order, line: Line) -> Json:
    purse, amount = order.purse, line.amount(line.quantity)
    tax = tax_of(amount, line.rate, included=order.taxes_included)
    waiting = sum(task.remaining for each in order.fulfilment_orders for task in each.tasks if task.line is line)
    return {
        "id": line.number,
        "admin_graphql_api_id": gid("LineItem", line.number),
        "attributed_staffs": [],
        "current_quantity": line.current,
        "fulfillable_quantity": waiting,
        "fulfillment_service": "manual",
        "fulfillment_status": None if not line.fulfilled else "partial" if waiting else "fulfilled",
        "gift_card": False,
        "grams": 0,
        "name": line.title,
        **both("price", line.unit, purse),
        "product_exists": line.variant is not None,
        "product_id": line.product_number if line.variant else None,
        "properties": [],
        "quantity": line.quantity,
        "requires_shipping": True,
        "sku": line.sku,
        "taxable": True,
        "title": line.title,
        **both("total_discount", NOTHING, purse),
        "variant_id": line.variant.number if line.variant else None,
        "variant_inventory_management": "shopify",
        "variant_title": line.variant_title,
        "vendor": "Sandbox",
        "tax_lines": [tax_line(line.rate, tax, order)],
        "duties": [],
        "discount_allocations": [
            {"amount": plain(share), "amount_set": price_set(share, purse), "discount_application_index": each.index}
            for each, share in line.discounts
        ],
    }


def _shipping(order: Order, each: Shipping) -> Json:
    purse = order.purse
    tax = tax_of(each.price, each.rate, included=order.taxes_included)
    return {
        "id": each.number,
        "carrier_identifier": None,
        "code": each.title,
        "current_discounted_price_set": price_set(NOTHING if each.refunded else each.price, purse),
        **both("discounted_price", each.price, purse),
        "is_removed": False,
        "phone": None,
        **both("price", each.price, purse),
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "title": each.title,
        "tax_lines": [tax_line(each.rate, tax, order)],
        "discount_allocations": [],
    }
