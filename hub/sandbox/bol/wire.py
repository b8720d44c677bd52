"""How bol.com writes its objects as JSON: v11 for offers, v10 for all the rest."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.sandbox.bol.offers import Offer
from hub.sandbox.bol.orders import Item, Order
from hub.sandbox.bol.processes import Process
from hub.sandbox.bol.shipments import Shipment

Json = dict[str, Any]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SCRAMBLED_DOMAIN = "verkopen.bol.com"


def moment(at: datetime) -> str:
    """A v10 instant: whole seconds with the Dutch offset of that day."""
    return at.astimezone(AMSTERDAM).isoformat(timespec="seconds")


def day(at: datetime) -> str:
    """The Dutch calendar day of an instant."""
    return at.astimezone(AMSTERDAM).date().isoformat()


def price(amount: Decimal) -> float:
    """EUR as a JSON number."""
    return float(amount)


def reduced_order(order: Order, items: list[Item]) -> Json:
    """An order in the list: no prices, no address, no offer."""
    return {
        "orderId": order.order_id,
        "orderPlacedDateTime": moment(order.placed_at),
        "orderItems": [_reduced_item(item) for item in items],
    }


def _reduced_item(item: Item) -> Json:
    return {
        "orderItemId": item.item_id,
        "ean": item.ean,
        "fulfilmentMethod": item.method,
        "fulfilmentStatus": "OPEN" if item.open else "HANDLED",
        **_quantities(item),
        "cancellationRequest": item.cancellation_request,
        "latestChangedDateTime": moment(item.changed_at),
    }


def _quantities(item: Item) -> Json:
    return {
        "quantity": item.quantity,
        "quantityShipped": item.quantity_shipped,
        "quantityCancelled": item.cancelled,
    }


def full_order(order: Order) -> Json:
    """An order in detail, with the buyer's address and what was paid per item."""
    return {
        "orderId": order.order_id,
        "pickupPoint": order.pickup_point is not None,
        "orderPlacedDateTime": moment(order.placed_at),
        "shipmentDetails": shipping_address(order),
        **billing_address(order),
        "orderItems": [_full_item(order, item) for item in order.items],
    }


def _full_item(order: Order, item: Item) -> Json:
    return {
        "orderItemId": item.item_id,
        "cancellationRequest": item.cancellation_request,
        "fulfilment": _fulfilment(order, item),
        "offer": {"offerId": item.offer_id, "reference": item.sku} if item.offer_known else None,
        "product": _product(item),
        **_quantities(item),
        "unitPrice": price(item.unit_price),
        "totalPrice": price(item.total_price),
        "discounts": [{"title": each.title, "amount": price(each.amount)} for each in item.discounts],
        "commission": price(item.commission),
        "additionalServices": [],
        "latestChangedDateTime": moment(item.changed_at),
    }


def _product(item: Item) -> Json | None:
    return {"ean": item.ean, "title": item.title} if item.product_known else None


def _fulfilment(order: Order, item: Item) -> Json:
    return {
        "method": item.method,
        "distributionParty": "BOL" if item.method == "FBB" else item.distribution,
        "latestDeliveryDate": day(order.expiry_shown),
        "expiryDate": day(order.expiry_shown),
        "timeFrameType": "REGULAR",
    }


def shipping_address(order: Order) -> Json:
    """Where the goods go; absent parts are left out, the e-mail is scrambled, the phone mostly missing."""
    buyer = order.buyer
    point = {"pickupPointName": order.pickup_point} if order.pickup_point else {}
    phone = {"deliveryPhoneNumber": buyer.phone} if order.phone_shown else {}
    company = {"company": buyer.company} if buyer.company else {}
    language = {"language": "nl" if buyer.country == "NL" else "nl-BE"}
    return point | _address(order) | company | phone | language


def billing_address(order: Order) -> Json:
    """The ``billingDetails`` member: for companies with VAT and chamber of commerce numbers."""
    buyer = order.buyer
    business = {
        "company": buyer.company,
        "vatNumber": buyer.vat_number,
        "kvkNumber": buyer.chamber_number or None,
        "orderReference": f"PO-{order.order_id}",
    }
    return {"billingDetails": _address(order) | (business if buyer.company else {})}


def _address(order: Order) -> Json:
    buyer = order.buyer
    return {
        "salutation": buyer.salutation,
        "firstName": buyer.first_name,
        "surname": buyer.last_name,
        "streetName": buyer.street,
        "houseNumber": buyer.house_number,
        **({"houseNumberExtension": buyer.extension} if buyer.extension else {}),
        "zipCode": buyer.postcode,
        "city": buyer.city,
        "countryCode": buyer.country,
        "email": f"{order.order_id.lower()}@{SCRAMBLED_DOMAIN}",
    }


def reduced_shipment(shipment: Shipment) -> Json:
    """A shipment in the list: which items, and the id of its transport."""
    order = shipment.order
    return {
        "shipmentId": shipment.shipment_id,
        "shipmentDateTime": moment(shipment.at),
        "shipmentReference": shipment.reference or "",
        "order": {"orderId": order.order_id, "orderPlacedDateTime": moment(order.placed_at)},
        "shipmentItems": [{"orderItemId": item.item_id, "ean": item.ean} for item, _ in shipment.items],
        "transport": {"transportId": shipment.transport_id},
    }


def full_shipment(shipment: Shipment) -> Json:
    """A shipment in detail, with its transport events."""
    order = shipment.order
    return reduced_shipment(shipment) | {
        "pickupPoint": order.pickup_point is not None,
        "shipmentDetails": shipping_address(order),
        **billing_address(order),
        "shipmentItems": [_shipment_item(order, item, quantity) for item, quantity in shipment.items],
        "transport": _transport(shipment),
    }


def _shipment_item(order: Order, item: Item, quantity: int) -> Json:
    fulfilment = _fulfilment(order, item)
    return {
        "orderItemId": item.item_id,
        "fulfilment": {key: fulfilment[key] for key in ("method", "distributionParty", "latestDeliveryDate")},
        "offer": {"offerId": item.offer_id, "reference": item.sku} if item.offer_known else None,
        "product": _product(item),
        "quantity": item.quantity,
        "quantityShipped": quantity,
        "unitPrice": price(item.unit_price),
        "commission": price(item.commission),
    }


def _transport(shipment: Shipment) -> Json:
    known = {"transporterCode": shipment.transporter, "trackAndTrace": shipment.tracking}
    return {
        "transportId": shipment.transport_id,
        **{key: value for key, value in known.items() if value},
        "transportEvents": [{"eventCode": "PRE_ANNOUNCED", "eventDateTime": moment(shipment.at)}],
    }


def process_status(process: Process, base: str) -> Json:
    """A process status; the new object's id replaces the entity once a creation succeeded."""
    shown = {
        "processStatusId": process.process_id,
        "entityId": process.result or (process.entities[0] if process.entities else None),
        "eventType": process.event_type,
        "description": process.description,
        "status": process.status,
        "errorMessage": process.error,
        "createTimestamp": moment(process.created_at),
        "links": [{"rel": "self", "href": f"{base}/shared/process-status/{process.process_id}", "method": "GET"}],
    }
    return {key: value for key, value in shown.items() if value is not None}


def offer(each: Offer) -> Json:
    """A v11 offer; the last change carries microseconds and the Dutch offset."""
    shown = {
        "offerId": each.offer_id,
        "ean": each.ean,
        "lastModifiedDateTime": each.modified_at.astimezone(AMSTERDAM).isoformat(timespec="microseconds"),
        "reference": each.reference or None,
        "onHoldByRetailer": each.on_hold,
        "economicOperatorId": each.economic_operator,
        "unknownProductTitle": each.unknown_title,
        "stock": _stock(each),
        "countryAvailabilities": [{"countryCode": code, "forSale": each.for_sale} for code in each.countries],
        "condition": each.condition,
        "product": {"bolProductId": f"9{each.ean[:12]}000"},
        "pricing": each.pricing,
        "fulfilment": each.fulfilment,
    }
    return {key: value for key, value in shown.items() if value is not None}


def old_offer(each: Offer) -> Json:
    """A v10 offer, which names the condition and the delivery promise differently."""
    new = each.condition.get("category", "NEW") == "NEW"
    shown = offer(each)
    kept = ("offerId", "ean", "reference", "onHoldByRetailer", "economicOperatorId", "unknownProductTitle", "pricing")
    reasons = not_for_sale(each)
    named = [] if reasons is None else reasons["countries"][0]["reasons"]
    promise = {"deliveryCode": "MijnLeverbelofte"} if each.fulfilment["method"] == "FBR" else {}
    return {name: shown[name] for name in kept if name in shown} | {
        "stock": _stock(each),
        "fulfilment": {"method": each.fulfilment["method"]} | promise,
        "store": {"productTitle": each.sku, "visible": [{"countryCode": code} for code in each.countries]},
        "condition": {"name": "NEW" if new else each.condition.get("state", "GOOD")},
        "notPublishableReasons": [{"code": one["code"], "description": one["description"]} for one in named],
    }


def _stock(each: Offer) -> Json:
    return {
        "amount": each.amount,
        "correctedStock": each.corrected_stock,
        "managedByRetailer": each.managed_by_retailer,
    }


def not_for_sale(each: Offer) -> Json | None:
    """Why an offer is not for sale, per country; ``None`` when it is."""
    reasons = []
    if each.on_hold:
        reasons.append(("ON_HOLD", "4003-1", "The seller has not marked the offer for-sale"))
    if not each.corrected_stock:
        told = "Out of stock or remaining stock is reserved for pending orders."
        reasons.append(("STOCK", "4003-3", told))
    if not reasons:
        return None
    shown = [{"category": kind, "code": code, "description": text} for kind, code, text in reasons]
    countries = [{"countryCode": code, "reasons": shown} for code in each.countries]
    return {"offerId": each.offer_id, "countries": countries}
