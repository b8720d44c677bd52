"""What the wholesaler's own people do in Exact: book, receive, count, deliver, change prices."""

from __future__ import annotations

from decimal import Decimal
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from hub.sandbox.exact import orders
from hub.sandbox.exact.catalogue import ITEMS
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.office import MAIN_DIVISION
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


def division_of(sandbox: Sandbox, asked: Json) -> Division:
    """Return the division asked for, by default the main one."""
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
    division = division_of(sandbox, asked)
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
    division = division_of(sandbox, asked)
    item = _item(division, asked["sku"])
    division.move(item, _warehouse(division, asked), CurrentStock=Decimal(str(asked["quantity"])))
    return {"free": float(division.free_of(item))}


async def count_burst(sandbox: Sandbox, asked: Json) -> Json:
    """Process a stock count that changes ``count`` positions at once; nothing falls below what is reserved."""
    division = division_of(sandbox, asked)
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
    division = division_of(sandbox, asked)
    item = division.table(ITEMS.table).rows[_item(division, asked["sku"])]
    item["EndDate"] = division.now()
    division.touch(ITEMS.table, item)
    tell_item(division, item)
    return {"ok": True}


async def move_division(sandbox: Sandbox, asked: Json) -> Json:
    """Move a division to another database: its row versions begin anew, DivisionMoveDate says so."""
    moved = division_of(sandbox, asked)
    moved.change_database()
    for division in exact_of(sandbox).office.divisions.values():
        for row in division.table("system/Divisions").find(Code=moved.code):
            row["DivisionMoveDate"] = moved.now()
    return {"ok": True}


ACTIONS = {
    "b2b-order": b2b_order,
    "receive": receive,
    "count-burst": count_burst,
    "price": price,
    "end-item": end_item,
    "move-division": move_division,
}
