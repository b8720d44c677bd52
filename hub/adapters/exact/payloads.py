"""Our words to Exact's wire: bodies of POSTs, numbers as Decimal, dates without a zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from hub.adapters.exact.odata import wire_date
from hub.adapters.http import write_json
from hub.domain.sales_order import DraftCharge, DraftLine, SalesOrderDraft
from hub.outcome import Rejected


def sales_order_payload(draft: SalesOrderDraft, zone: tzinfo) -> dict[str, Any]:
    """Write the body of a POST to salesorder/SalesOrders; the order's date is the calendar date in ``zone``."""
    payload: dict[str, Any] = {
        "OrderedBy": draft.customer_id,
        "OrderDate": wire_date(draft.order_date, zone),
        "YourRef": draft.your_ref,
        "Description": draft.description,
        "Currency": draft.currency,
        "SalesOrderLines": [line_payload(line) for line in draft.lines],
    }
    if draft.charges:
        payload["SalesOrderOrderChargeLines"] = [charge_payload(charge) for charge in draft.charges]
    if draft.delivery_address_id:
        payload["DeliveryAddress"] = draft.delivery_address_id
    if draft.warehouse_id:
        payload["WarehouseID"] = draft.warehouse_id
    if draft.shipping_method_id:
        payload["ShippingMethod"] = draft.shipping_method_id
    return payload


def line_payload(line: DraftLine) -> dict[str, Any]:
    """Write a line, within an order or on its own."""
    payload: dict[str, Any] = {
        "Item": line.item_id,
        "Quantity": line.quantity,
        "NetPrice": line.net_price,
        "VATCode": line.vat_code,
        "Description": line.description,
    }
    if line.vat is not None:
        payload["VATAmount"] = line.vat
    return payload


def charge_payload(charge: DraftCharge) -> dict[str, Any]:
    """Write a charge, within an order or on its own; raises Rejected for one without an order charge."""
    payload: dict[str, Any] = {"AmountFCInclVAT": charge.gross, "VATCode": charge.vat_code}
    if charge.shipping:
        return {"IsShippingCost": True, **payload}
    if charge.charge_id is None:
        raise Rejected("A charge other than shipping needs an order charge of Exact", code="charge_unmapped")
    return {"OrderCharge": charge.charge_id, **payload}


def delivery_payload(
    lines: Mapping[str, Decimal], delivered_at: datetime, tracking: str | None, description: str, zone: tzinfo
) -> dict[str, Any]:
    """Write the body of a POST to salesorder/GoodsDeliveries."""
    payload: dict[str, Any] = {
        "DeliveryDate": wire_date(delivered_at, zone),
        "Description": description,
        "GoodsDeliveryLines": [
            {"SalesOrderLineID": line, "QuantityDelivered": quantity} for line, quantity in lines.items()
        ],
    }
    if tracking:
        payload["TrackingNumber"] = tracking
    return payload


def sales_order_body(draft: SalesOrderDraft, zone: tzinfo) -> bytes:
    """Return what a POST of a sales order would send, to the byte; raises Rejected where a draft has no body."""
    return write_json(sales_order_payload(draft, zone))
