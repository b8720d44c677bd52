"""Writing: which endpoint's POST, PUT or DELETE leads to which rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hub.sandbox.exact import credit_notes, deliveries, invoices, order_charges, order_lines, orders, relations, returns
from hub.sandbox.exact.announcer import Announcer
from hub.sandbox.exact.division import CLERK, Division
from hub.sandbox.exact.edm import guid
from hub.sandbox.exact.entity import Entity
from hub.sandbox.exact.errors import Refusal
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.payload import missing, read_fields, read_object
from hub.sandbox.exact.table import Row
from hub.sandbox.exact.tokens import syntax

Create = Callable[[Office, Division, Row], Row]
Update = Callable[[Office, Division, Row, Row], None]
Delete = Callable[[Office, Division, Row], None]
Rule = TypeVar("Rule")
APP_NAME = "Handelhub sandbox"

CREATE: dict[str, Create] = {
    "salesorder/SalesOrders": orders.create_order,
    "salesorder/SalesOrderLines": order_lines.add_line,
    "salesorder/SalesOrderOrderChargeLines": order_charges.add_charge,
    "salesorder/GoodsDeliveries": deliveries.create_delivery,
    "salesinvoice/InvoiceSalesOrders": invoices.invoice_orders,
    "salesinvoice/SalesInvoices": credit_notes.create_invoice,
    "salesorder/PlannedSalesReturns": returns.create_return,
    "crm/Accounts": relations.create_account,
    "crm/Addresses": relations.create_address,
    "logistics/Items": relations.create_item,
}
UPDATE: dict[str, Update] = {
    "salesorder/SalesOrders": orders.update_order,
    "salesorder/SalesOrderLines": order_lines.update_line,
    "salesorder/GoodsDeliveries": deliveries.update_delivery,
    "salesorder/GoodsDeliveryLines": deliveries.update_delivery_line,
    "crm/Accounts": relations.update_account,
    "crm/Addresses": relations.update_address,
    "logistics/Items": relations.update_item,
}
DELETE: dict[str, Delete] = {
    "salesorder/SalesOrders": orders.delete_order,
    "salesorder/SalesOrderLines": order_lines.remove_line,
    "salesorder/SalesOrderOrderChargeLines": order_charges.remove_charge,
    "salesorder/PlannedSalesReturns": returns.delete_return,
    "crm/Accounts": relations.delete_account,
    "crm/Addresses": relations.delete_address,
    "logistics/Items": relations.delete_item,
}


def app_id(division: Division) -> str:
    """Return the registered app's GUID as webhooks and subscriptions carry it."""
    return division.guid("app", APP_NAME)


async def write(
    office: Office, announcer: Announcer, division: Division, entity: Entity, key: str | None, method: str, body: bytes
) -> Row | None:
    """Carry out a write; the created row for a POST, None for PUT and DELETE."""
    if method == "POST" and key is None:
        return await _create(office, announcer, division, entity, body)
    row = _row(division, entity, key)
    if method == "DELETE" and entity.path == "webhooks/WebhookSubscriptions":
        division.delete(entity.table, row["ID"])
    elif method == "DELETE":
        _allowed(DELETE, entity)(office, division, row)
    else:
        _allowed(UPDATE, entity)(office, division, row, read_fields(entity, read_object(body)))
    return None


async def _create(office: Office, announcer: Announcer, division: Division, entity: Entity, body: bytes) -> Row:
    values = read_fields(entity, read_object(body))
    if entity.path == "webhooks/WebhookSubscriptions":
        client: Row = {"ClientID": app_id(division), "Description": APP_NAME, "UserID": division.guid("user", CLERK)}
        return await announcer.subscribe(division, values, client)
    if entity.path == "salesorder/CompleteSalesOrder":
        if faults := missing(entity, values):
            raise Refusal(500, *faults)
        return orders.complete_order(office, division, values)
    return _allowed(CREATE, entity)(office, division, values)


def _allowed(rules: dict[str, Rule], entity: Entity) -> Rule:
    rule = rules.get(entity.path)
    if rule is None:
        raise Refusal(403, "Forbidden", reason="Forbidden")
    return rule


def _row(division: Division, entity: Entity, key: str | None) -> Row:
    try:
        found = division.table(entity.table).get(guid((key or "")[5:-1]))
    except ValueError:
        raise syntax() from None
    if found is None:
        raise Refusal(404, f"Resource not found for the segment '{entity.path.rpartition('/')[2]}'.")
    return found
