"""Goods deliveries: goods leave, stock and open quantities fall, tracking may come later."""

from __future__ import annotations

from decimal import Decimal

from hub.sandbox.exact.catalogue import DELIVERIES, DELIVERY_LINES, ORDER_LINES, ORDERS
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.errors import Refusal, bad_reference, forbidden_change, invalid
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.order_status import open_quantity, refresh
from hub.sandbox.exact.payload import References, missing, nested
from hub.sandbox.exact.table import Row


def create_delivery(office: Office, division: Division, values: Row) -> Row:
    """Deliver lines of one or more orders from one warehouse."""
    lines = nested(DELIVERY_LINES, values, "GoodsDeliveryLines")
    faults = missing(DELIVERIES, values | {"GoodsDeliveryLines": lines})
    faults += [fault for line in lines for fault in missing(DELIVERY_LINES, line)]
    if faults:
        raise Refusal(500, *dict.fromkeys(faults))
    check = office.references(division)
    method = check.optional("sales/ShippingMethods", "ShippingMethod", values)
    ordered = [_check_line(office, division, line, check) for line in lines]
    check.settle()
    pairs = [(line, found) for line, found in zip(lines, ordered, strict=True) if found is not None]
    order = division.table(ORDERS.table).rows[pairs[0][1]["OrderID"]]
    entry = _open_entry(division, values, order)
    _set_method(entry, method)
    division.insert(DELIVERIES.table, entry)
    for number, (line, found) in enumerate(pairs, 1):
        _deliver_line(division, entry, line, found, number)
    for order_id in dict.fromkeys(found["OrderID"] for _, found in pairs):
        refresh(office, division, division.table(ORDERS.table).rows[order_id])
    _tell(office, division, entry)
    return entry


def _check_line(office: Office, division: Division, line: Row, check: References) -> Row | None:
    ordered = check.wanted(ORDER_LINES.table, "SalesOrderLineID", line)
    if ordered is None:
        return None
    quantity: Decimal = line["QuantityDelivered"]
    if ordered["Quantity"] > 0 and not 0 < quantity <= open_quantity(ordered):
        check.note(invalid("QuantityDelivered"))
    order = division.table(ORDERS.table).rows[ordered["OrderID"]]
    stock = division.position(ordered["Item"], order["WarehouseID"])["CurrentStock"]
    if not office.settings.negative_stock and _is_stocked(division, ordered) and stock < quantity:
        check.note(invalid("QuantityDelivered", "Onvoldoende voorraad", "Insufficient stock"))
    return ordered


def _is_stocked(division: Division, ordered: Row) -> bool:
    return bool(division.table("logistics/Items").rows[ordered["Item"]]["IsStockItem"])


def _open_entry(division: Division, values: Row, order: Row) -> Row:
    account = division.table("crm/Accounts").rows[order["DeliverTo"]]
    number = next(division.delivery_numbers)
    return values | {
        "EntryID": division.new_guid("delivery"),
        "DeliveryNumber": number,
        "EntryNumber": number,
        "DeliveryAccount": account["ID"],
        "DeliveryAccountCode": account["Code"],
        "DeliveryAccountName": account["Name"],
        "DeliveryAddress": order.get("DeliveryAddress"),
        "Warehouse": order["WarehouseID"],
        "WarehouseCode": order["WarehouseCode"],
        "WarehouseDescription": order["WarehouseDescription"],
    }


def _set_method(entry: Row, method: Row | None) -> None:
    entry["ShippingMethodCode"] = method["Code"] if method else None
    entry["ShippingMethodDescription"] = method["Description"] if method else None


def _deliver_line(division: Division, entry: Row, line: Row, ordered: Row, number: int) -> None:
    quantity: Decimal = line["QuantityDelivered"]
    line |= {name: ordered[name] for name in ("Item", "ItemCode", "ItemDescription")}
    line |= {"ID": division.new_guid("delivery-line"), "EntryID": entry["EntryID"], "LineNumber": number}
    line |= {"SalesOrderNumber": ordered["OrderNumber"], "SalesOrderLineNumber": ordered["LineNumber"]}
    line |= {"QuantityOrdered": ordered["Quantity"], "DeliveryDate": entry["DeliveryDate"], "Unitcode": "pc"}
    division.insert(DELIVERY_LINES.table, line)
    order = division.table(ORDERS.table).rows[ordered["OrderID"]]
    ordered["QuantityDelivered"] += quantity
    if _is_stocked(division, ordered):
        planned = -quantity if ordered["Quantity"] > 0 else Decimal(0)
        division.move(
            ordered["Item"],
            order["WarehouseID"],
            CurrentStock=-quantity,
            PlanningOut=planned,
            ReservedStock=planned,
        )


def update_delivery(office: Office, division: Division, entry: Row, values: Row) -> None:
    """Change a header, mostly to fill in the tracking number."""
    values.pop("GoodsDeliveryLines", None)
    check = office.references(division)
    if "ShippingMethod" in values:
        _set_method(values, check.optional("sales/ShippingMethods", "ShippingMethod", values))
    check.settle()
    entry.update(values)
    division.touch(DELIVERIES.table, entry)
    _tell(office, division, entry)


def update_delivery_line(office: Office, division: Division, line: Row, values: Row) -> None:
    """Change a line: tracking, notes and description; quantities are settled."""
    if line["QuantityDelivered"] != values.get("QuantityDelivered", line["QuantityDelivered"]):
        raise Refusal(500, forbidden_change("QuantityDelivered"))
    entry = division.table(DELIVERIES.table).get(line["EntryID"])
    if entry is None:
        raise Refusal(500, bad_reference("EntryID"))
    line.update({name: value for name, value in values.items() if name not in ("EntryID", "SalesOrderLineID")})
    division.touch(DELIVERY_LINES.table, line)
    division.touch(DELIVERIES.table, entry)
    _tell(office, division, entry)


def _tell(office: Office, division: Division, entry: Row) -> None:
    key = entry["EntryID"]
    division.changed("GoodsDeliveries", key, f"salesorder/GoodsDeliveries(guid'{key}')")
    ordered = division.table(ORDER_LINES.table).rows
    lines = division.table(DELIVERY_LINES.table).of(key)
    office.note_delivery(entry, [(line, ordered[line["SalesOrderLineID"]]) for line in lines])
