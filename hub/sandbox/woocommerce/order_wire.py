"""How WooCommerce writes an order, its lines, notes, refunds and trackings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hub.sandbox.woocommerce.goods import Shelves
from hub.sandbox.woocommerce.orders import CLOSED, Extra, Json, Line, Note, Order, Refund, Tracking
from hub.sandbox.woocommerce.tax import CENT, MICRO, Rate
from hub.sandbox.woocommerce.wire import AMSTERDAM, both, links, money

PERSON = (
    *("first_name", "last_name", "company", "address_1", "address_2"),
    *("city", "state", "postcode", "country", "email", "phone"),
)
NO_PERSON = dict.fromkeys(PERSON, "")


def order(each: Order, shelves: Shelves, root: str, places: int = 2) -> Json:
    """One order in full; amounts with ``places`` decimals."""
    shop = root.removesuffix("wp-json/")
    return {
        "id": each.order_id,
        "parent_id": 0,
        "status": each.status,
        "currency": "EUR",
        "version": "10.0.2",
        "prices_include_tax": each.prices_include_tax,
        **_dates(each),
        **_totals(each, places),
        "customer_id": 0,
        "order_key": each.order_key,
        "billing": each.billing or NO_PERSON,
        "shipping": {key: value for key, value in (each.delivery or NO_PERSON).items() if key != "email"},
        "payment_method": each.payment[0],
        "payment_method_title": each.payment[1],
        "transaction_id": each.transaction_id,
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": each.created_via,
        "customer_note": each.customer_note,
        "cart_hash": "",
        "number": str(each.order_id),
        "meta_data": [*each.meta, *_tracking_meta(each)],
        "line_items": [_line(each, line, shelves, places) for line in each.lines],
        "tax_lines": [_tax_line(each, rate, goods, freight, places) for rate, (goods, freight) in each.taxes().items()],
        "shipping_lines": [_shipping_line(each, extra, places) for extra in each.shipping],
        "fee_lines": [_fee_line(each, extra, places) for extra in each.fees],
        "coupon_lines": _coupon_lines(each, places),
        "refunds": [{"id": r.refund_id, "reason": r.reason, "total": money(-r.amount)} for r in each.refunds],
        "payment_url": f"{shop}checkout/order-pay/{each.order_id}/?pay_for_order=true&key={each.order_key}",
        "is_editable": each.status in ("pending", "on-hold"),
        "needs_payment": each.status in ("pending", "failed"),
        "needs_processing": each.status not in CLOSED,
        "currency_symbol": "€",
        "_links": links(root, f"wc/v3/orders/{each.order_id}"),
    }


def _dates(each: Order) -> Json:
    return {
        **both("date_created", each.created_at),
        **both("date_modified", each.modified_at),
        **both("date_completed", each.completed_at),
        **both("date_paid", each.paid_at),
    }


def _totals(each: Order, places: int) -> Json:
    discount = sum((coupon.net for coupon in each.coupons), Decimal())
    discount_tax = sum((coupon.tax for coupon in each.coupons), Decimal())
    amounts = {
        "discount_total": discount,
        "discount_tax": discount_tax,
        "shipping_total": each.shipping_net,
        "shipping_tax": each.shipping_tax,
        "cart_tax": each.cart_tax,
        "total": each.total,
        "total_tax": each.cart_tax + each.shipping_tax,
    }
    return {name: money(amount, places) for name, amount in amounts.items()}


def _line(each: Order, line: Line, shelves: Shelves, places: int) -> Json:
    known = shelves.by_id.get(line.variation_id or line.product_id)
    fine = places > 2
    return {
        "id": line.line_id,
        "name": line.name,
        "product_id": line.product_id,
        "variation_id": line.variation_id,
        "quantity": line.quantity,
        "tax_class": line.tax_class,
        "subtotal": money(line.subtotal.exact if fine else line.subtotal.net, places),
        "subtotal_tax": money(line.subtotal.tax, places),
        "total": money(line.total.exact if fine else line.total.net, places),
        "total_tax": money(line.total.tax, places),
        "taxes": _taxes(line.rate, each.tax(line.total, line.rate), each.tax(line.subtotal, line.rate)),
        "meta_data": [*line.meta, *_taken(line)],
        "sku": known.sku if known else None,
        "price": _unit_price(line),
        "image": {"id": "", "src": ""},
        "parent_name": line.parent_name,
    }


def _unit_price(line: Line) -> float:
    return float((line.total.exact / line.quantity).quantize(MICRO)) if line.quantity else 0


def _taken(line: Line) -> list[Json]:
    if not line.taken:
        return []
    taken = {"key": "_reduced_stock", "value": str(line.taken)}
    return [{"id": line.line_id * 1000, **taken, "display_key": "_reduced_stock", "display_value": str(line.taken)}]


def _taxes(rate: Rate | None, total: Decimal, subtotal: Decimal | None) -> list[Json]:
    if rate is None:
        return []
    shown = "" if subtotal is None else _fine(subtotal)
    return [{"id": rate.rate_id, "total": _fine(total), "subtotal": shown}]


def _fine(tax: Decimal) -> str:
    """A tax with all the decimals that it has."""
    return money(tax, 2 if tax == tax.quantize(CENT) else 6)


def _tax_line(each: Order, rate: Rate, goods: Decimal, freight: Decimal, places: int) -> Json:
    whole = rate.percent == rate.percent.to_integral_value()
    return {
        "id": each.rate_lines.get(rate.rate_id, 0),
        "rate_code": rate.code,
        "rate_id": rate.rate_id,
        "label": rate.label,
        "compound": False,
        "tax_total": money(goods, places),
        "shipping_tax_total": money(freight, places),
        "rate_percent": int(rate.percent) if whole else float(rate.percent),
        "meta_data": [],
    }


def _shipping_line(each: Order, extra: Extra, places: int) -> Json:
    return {
        "id": extra.line_id,
        "method_title": extra.title,
        "method_id": "flat_rate",
        "instance_id": "1",
        "total": money(extra.amount.net, places),
        "total_tax": money(extra.amount.tax, places),
        "taxes": _taxes(extra.rate, each.tax(extra.amount, extra.rate), None),
        "tax_status": "taxable",
        "meta_data": [],
    }


def _fee_line(each: Order, extra: Extra, places: int) -> Json:
    return {
        "id": extra.line_id,
        "name": extra.title,
        "tax_class": extra.rate.tax_class if extra.rate else "",
        "tax_status": "taxable",
        "amount": money(extra.amount.net, places),
        "total": money(extra.amount.net, places),
        "total_tax": money(extra.amount.tax, places),
        "taxes": _taxes(extra.rate, each.tax(extra.amount, extra.rate), None),
        "meta_data": [],
    }


def _coupon_lines(each: Order, places: int) -> list[Json]:
    return [
        {
            "id": coupon.line_id,
            "code": coupon.code,
            "discount": money(coupon.net, places),
            "discount_tax": money(coupon.tax, places),
            "meta_data": [],
            "discount_type": "fixed_cart",
            "nominal_amount": float(coupon.nominal),
            "free_shipping": False,
        }
        for coupon in each.coupons
    ]


def _tracking_meta(each: Order) -> list[Json]:
    if not each.trackings:
        return []
    items = [
        {
            "tracking_provider": entry.provider,
            "custom_tracking_provider": entry.custom_provider,
            "custom_tracking_link": entry.link,
            "tracking_number": entry.number,
            "tracking_product_code": "",
            "source": "REST_API",
            "date_shipped": str(int(entry.shipped.timestamp())),
            "status_shipped": "",
            "tracking_id": entry.tracking_id,
            "user_id": 1,
        }
        for entry in each.trackings
    ]
    return [{"id": each.order_id * 1000, "key": "_wc_shipment_tracking_items", "value": items}]


def tracking(each: Order, entry: Tracking, root: str, namespace: str) -> Json:
    """One entry of the tracking plugin; a provider it does not know is stored, but shown empty."""
    path = f"{namespace}/orders/{each.order_id}/shipment-trackings/{entry.tracking_id}"
    shipped: date = entry.shipped.astimezone(AMSTERDAM).date()
    return {
        "tracking_id": entry.tracking_id,
        "tracking_provider": "",
        "tracking_link": entry.link,
        "tracking_number": entry.number,
        "date_shipped": shipped.isoformat(),
        "_links": links(root, path, ["GET", "DELETE"], up=f"{namespace}/orders/{each.order_id}"),
    }


def note(each: Order, entry: Note, root: str) -> Json:
    path = f"wc/v3/orders/{each.order_id}/notes/{entry.note_id}"
    return {
        "id": entry.note_id,
        "author": entry.author,
        **both("date_created", entry.at),
        "note": entry.text,
        "customer_note": entry.customer_note,
        "_links": links(root, path, ["GET", "DELETE"], up=f"wc/v3/orders/{each.order_id}"),
    }


def refund(each: Order, entry: Refund, root: str) -> Json:
    """One refund; the amount is positive here, its lines are negative."""
    path = f"wc/v3/orders/{each.order_id}/refunds/{entry.refund_id}"
    return {
        "id": entry.refund_id,
        **both("date_created", entry.at),
        "amount": money(entry.amount),
        "reason": entry.reason,
        "refunded_by": 1,
        "refunded_payment": entry.paid_back,
        "meta_data": [],
        "line_items": [_refund_line(*part) for part in entry.lines],
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
        "_links": links(root, path, ["GET", "DELETE"], up=f"wc/v3/orders/{each.order_id}"),
    }


def _refund_line(line: Line, quantity: int, net: Decimal, tax: Decimal) -> Json:
    back = {"id": line.line_id, "key": "_refunded_item_id", "value": str(line.line_id)}
    return {
        "id": line.line_id,
        "name": line.name,
        "product_id": line.product_id,
        "variation_id": line.variation_id,
        "quantity": -quantity,
        "tax_class": line.tax_class,
        "subtotal": money(-net),
        "subtotal_tax": money(-tax),
        "total": money(-net),
        "total_tax": money(-tax),
        "taxes": _taxes(line.rate, -tax, -tax),
        "meta_data": [back | {"display_key": "_refunded_item_id", "display_value": str(line.line_id)}],
        "sku": None,
        "price": float(net / quantity) if quantity else 0,
        "image": {"id": "", "src": ""},
        "parent_name": line.parent_name,
    }
