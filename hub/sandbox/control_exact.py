"""What the wholesaler's own people do in Exact: book, receive, count, deliver, change prices."""

from __future__ import annotations

from decimal import Decimal
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from hub.sandbox.exact import deliveries, orders
from hub.sandbox.exact.catalogue import DELIVERIES, ITEMS, ORDER_LINES, ORDERS
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.office import MAIN_DIVISION
from hub.sandbox.exact.order_status import open_quantity
from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.exact.relations import padded, tell_item
from hub.sandbox.exact.table import Row

if TYPE_CHECKING:
    from hub.sandbox.app import Sandbox

Json = dict[str, Any]


def exact_of(sandbox: Sandbox) -> ExactPlatform:
    """Return the simulated Exact; KeyError where the sandbox has none."""
    found = sandbox.world.platforms["exact"]
    if not isinstance(found, ExactPlatform):
        raise KeyError("exact")
    return found


def _division(sandbox: Sandbox, asked: Json) -> Division:
    return exact_of(sandbox).office.divisions[int(asked.get("division", MAIN_DIVISION))]


def _warehouse(division: Division, asked: Json) -> str:
    code = asked.get("warehouse")
    found = division.table("inventory/Warehouses").first(**({"Code": code} if code else {"Main": 1}))
    if found is None:
        raise KeyError(code)
    return str(found["ID"])


def _item(division: Division, sku: object) -> str:
    found = division.table(ITEMS.table).get(division.guid("item", sku))
    if found is None:
        raise KeyError(sku)
    return str(found["ID"])


async def b2b_order(sandbox: Sandbox, asked: Json) -> Json:
    """Book a sales order in Exact by hand, as the inside sales desk does."""
    division = _division(sandbox, asked)
    lines = asked.get("lines") or [{"sku": sandbox.chance.choice(sandbox.world.goods).sku, "quantity": 1}]
    account = division.table("crm/Accounts").first(Code=padded(asked.get("account", 10010)))
    if account is None:
        raise KeyError(asked.get("account"))
    reference = asked.get("your_ref") or f"INKOOP-{sandbox.chance.randint(1000, 9999)}X"
    values: Row = {"OrderedBy": account["ID"], "YourRef": reference}
    values["SalesOrderLines"] = [
        {"Item": _item(division, line["sku"]), "Quantity": int(line.get("quantity", 1)), "VATCode": "2"}
        for line in lines
    ]
    order = orders.create_order(exact_of(sandbox).office, division, values)
    return {"order_id": order["OrderID"], "order_number": order["OrderNumber"], "your_ref": reference}


async def receive(sandbox: Sandbox, asked: Json) -> Json:
    """Receive goods (or write them off: a negative quantity)."""
    division = _division(sandbox, asked)
    item = _item(division, asked["sku"])
    division.move(item, _warehouse(division, asked), CurrentStock=Decimal(str(asked["quantity"])))
    return {"free": float(division.free_of(item))}


async def count_burst(sandbox: Sandbox, asked: Json) -> Json:
    """Process a stock count that changes ``count`` positions at once; nothing falls below what is reserved."""
    division = _division(sandbox, asked)
    positions = list(division.table("stock").rows.values())
    sandbox.chance.shuffle(positions)
    changed = 0
    for row in islice(cycle(positions), int(asked["count"])):
        by = sandbox.chance.choice((-3, -2, -1, 1, 2, 3, 4, 5))
        if row["CurrentStock"] + by < row["ReservedStock"]:
            by = abs(by)
        division.move(row["ItemId"], row["Warehouse"], CurrentStock=Decimal(by))
        changed += 1
    return {"changed": changed}


async def deliver(sandbox: Sandbox, asked: Json) -> Json:
    """Deliver orders named by ``your_ref`` (its end will do) or ``order_id``, or the ``count`` oldest open ones.

    ``tracking`` is a code, ``"auto"`` for an invented one, or absent to be filled in later. ``lines`` are
    ``{sku, quantity}``, ``together`` puts all orders into one delivery.
    """
    division = _division(sandbox, asked)
    found = _open_orders(division, asked)
    groups = [found] if asked.get("together") else [[order] for order in found]
    return {"deliveries": [_deliver(sandbox, division, group, asked) for group in groups if group]}


def _open_orders(division: Division, asked: Json) -> list[Row]:
    waiting = [row for row in division.table(ORDERS.table).rows.values() if row["DeliveryStatus"] != 21]
    waiting.sort(key=lambda row: int(row["OrderNumber"]))
    if wanted := asked.get("order_id"):
        return [row for row in waiting if row["OrderID"] == wanted]
    if wanted := asked.get("your_ref"):
        return [row for row in waiting if (row.get("YourRef") or "").endswith(str(wanted))]
    return waiting[: int(asked.get("count", 1))]


def _deliver(sandbox: Sandbox, division: Division, group: list[Row], asked: Json) -> Json:
    tracking = asked.get("tracking")
    if tracking == "auto":
        tracking = f"3SHUB{sandbox.chance.randint(10**8, 10**9 - 1)}"
    method = division.guid("shipping", asked.get("shipping_method", "POSTNL"))
    values: Row = {"DeliveryDate": division.now(), "TrackingNumber": tracking, "ShippingMethod": method}
    values["GoodsDeliveryLines"] = [line for order in group for line in _delivery_lines(division, order, asked)]
    entry = deliveries.create_delivery(exact_of(sandbox).office, division, values)
    refs = [order.get("YourRef") for order in group]
    return {"delivery": entry["EntryID"], "number": entry["DeliveryNumber"], "tracking": tracking, "your_refs": refs}


def _delivery_lines(division: Division, order: Row, asked: Json) -> list[Json]:
    wanted = {str(line["sku"]): Decimal(str(line.get("quantity", 1))) for line in asked.get("lines") or ()}
    made = []
    for line in division.table(ORDER_LINES.table).of(order["OrderID"]):
        left = open_quantity(line)
        quantity = min(left, wanted.get(line["ItemCode"], Decimal(0))) if wanted else left
        if quantity > 0:
            tracking = (asked.get("line_tracking") or {}).get(line["ItemCode"])
            made.append({"SalesOrderLineID": line["ID"], "QuantityDelivered": quantity, "TrackingNumber": tracking})
    return made


async def track(sandbox: Sandbox, asked: Json) -> Json:
    """Fill in the tracking number of a delivery that left without one."""
    division = _division(sandbox, asked)
    entry = division.table(DELIVERIES.table).rows[asked["delivery"]]
    deliveries.update_delivery(exact_of(sandbox).office, division, entry, {"TrackingNumber": str(asked["tracking"])})
    return {"ok": True}


async def price(sandbox: Sandbox, asked: Json) -> Json:
    """Change a price, in EUR including VAT, everywhere."""
    sku, amount = str(asked["sku"]), Decimal(str(asked["price"]))
    sandbox.world.prices[sandbox.world.by_sku[sku].sku] = amount
    for division in exact_of(sandbox).office.divisions.values():
        if item := division.table(ITEMS.table).get(division.guid("item", sku)):
            item["StandardSalesPrice"] = amount
            division.touch(ITEMS.table, item)
            tell_item(division, item)
    return {"ok": True}


async def end_item(sandbox: Sandbox, asked: Json) -> Json:
    """End the sale of an item today, in one division."""
    division = _division(sandbox, asked)
    item = division.table(ITEMS.table).rows[_item(division, asked["sku"])]
    item["EndDate"] = division.now()
    division.touch(ITEMS.table, item)
    tell_item(division, item)
    return {"ok": True}


async def move_division(sandbox: Sandbox, asked: Json) -> Json:
    """Move a division to another database: row versions begin anew, DivisionMoveDate says so."""
    office, moved = exact_of(sandbox).office, _division(sandbox, asked)
    office.versions.restart()
    for division in office.divisions.values():
        for name, table in division.tables.items():
            for row in list(table.rows.values()):
                table.put(row)
                if name == "system/Divisions" and row["Code"] == moved.code:
                    row["DivisionMoveDate"] = division.now()
    return {"ok": True}


ACTIONS = {
    "b2b-order": b2b_order,
    "receive": receive,
    "count-burst": count_burst,
    "deliver": deliver,
    "track": track,
    "price": price,
    "end-item": end_item,
    "move-division": move_division,
}
