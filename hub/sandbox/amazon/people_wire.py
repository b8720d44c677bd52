"""Buyers and recipients as Orders 2026-01-01 writes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.sandbox.amazon.orders import Order

Json = dict[str, Any]


def buyer(order: Order) -> Json:
    """Return who bought; the e-mail address is an alias, and only there when the seller ships."""
    person = order.buyer
    told: Json = {"buyerName": f"{person.first_name} {person.last_name}"}
    if not order.by_amazon:
        domain = order.marketplace.name.removeprefix("Amazon.")
        told["buyerEmail"] = f"{order.order_id.replace('-', '')[-13:]}@marketplace.amazon.{domain}"
    if person.company:
        told |= {"buyerCompanyName": person.company, "buyerPurchaseOrderNumber": f"PO-{order.order_id[-7:]}"}
    return told


def recipient(order: Order, now: datetime) -> Json:
    """Return where the goods go."""
    return {"deliveryAddress": _address(order, phone=not order.by_amazon and now <= order.deliver_by[1])}


def _address(order: Order, *, phone: bool) -> Json:
    person = order.buyer
    number = f"{person.house_number} {person.extension}".strip()
    lines = [person.street, number] if order.split_address else [f"{person.street} {number}"]
    if order.pickup_point:
        lines = [order.pickup_point, *lines]
    told: Json = {"name": f"{person.first_name} {person.last_name}"}
    told |= {"companyName": person.company} if person.company else {}
    told |= {f"addressLine{place}": line for place, line in enumerate(lines, start=1)}
    told |= {"city": person.city, "postalCode": person.postcode, "countryCode": person.country}
    told |= {"phone": person.phone} if phone else {}
    return told | {"addressType": _kind(order)}


def _kind(order: Order) -> str:
    if order.pickup_point:
        return "PICKUP_POINT"
    return "COMMERCIAL" if order.buyer.company else "RESIDENTIAL"


def tax_registration(order: Order) -> Json:
    """Return the VAT registration of a business buyer."""
    return {
        "entityType": "BUYER",
        "legalName": order.buyer.company,
        "taxRegistrationType": "VAT",
        "taxRegistrationNumber": order.buyer.vat_number,
        "taxRegistrationAddress": _address(order, phone=False),
    }
