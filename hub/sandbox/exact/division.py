"""One administration: its tables, its stock, and what it tells the world about changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from hub.sandbox.exact.table import Row, Table, Versions

CLERK = "Sanne Clerk"
DELETED_TYPES = {
    "crm/Accounts": 2,
    "crm/Addresses": 3,
    "logistics/Items": 9,
    "stock": 15,
    "salesorder/SalesOrders": 32,
    "salesorder/SalesOrderLines": 33,
}
_PARENTS = {
    "salesorder/SalesOrderLines": "OrderID",
    "salesorder/SalesOrderOrderChargeLines": "OrderID",
    "salesorder/GoodsDeliveryLines": "EntryID",
    "salesinvoice/SalesInvoiceLines": "InvoiceID",
    "salesinvoice/SalesInvoiceOrderChargeLines": "InvoiceID",
    "salesorder/PlannedSalesReturnLines": "PlannedSalesReturnID",
    "crm/Addresses": "Account",
    "stock": "ItemId",
}
_KEYS = {
    "salesorder/SalesOrders": "OrderID",
    "salesorder/GoodsDeliveries": "EntryID",
    "salesinvoice/SalesInvoices": "InvoiceID",
    "salesorder/PlannedSalesReturns": "PlannedSalesReturnID",
}
FreeFormula = Callable[[Row], Decimal]
FORMULAS: dict[str, FreeFormula] = {
    "current-reserved": lambda row: row["CurrentStock"] - row["ReservedStock"],
    "current-planned-out": lambda row: row["CurrentStock"] - row["PlanningOut"],
    "projected": lambda row: row["CurrentStock"] + row["PlanningIn"] - row["PlanningOut"],
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something a webhook may tell of: topic, key of the resource, and its address within the division."""

    division: int
    topic: str
    key: str
    resource: str
    action: str
    at: datetime


@dataclass
class Division:
    """The rows of one administration. ``announce`` is called for every change a webhook may report."""

    code: int
    name: str
    country: str
    seed: int
    versions: Versions
    now: Callable[[], datetime]
    announce: Callable[[Change], None]
    note_free: Callable[[Row, Decimal], None]
    formula: str = "current-reserved"
    tables: dict[str, Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.order_numbers = count(2026_0001)
        self.delivery_numbers = count(26_000_101)
        self.invoice_numbers = count(26_700_001)
        self.return_numbers = count(26_900_001)
        self.taken_numbers: set[int] = set()
        self._made = count(1)
        self._databases = count(1)

    def table(self, name: str) -> Table:
        """Return a table, made at first use."""
        if name not in self.tables:
            self.tables[name] = Table(self.versions, _KEYS.get(name, "ID"), _PARENTS.get(name))
        return self.tables[name]

    def change_database(self) -> None:
        """Move to a younger database, where row versions begin anew; other divisions stay where they are."""
        self.versions = Versions.of_young_database(next(self._databases))
        for table in self.tables.values():
            table.move(self.versions)

    def guid(self, kind: str, code: object) -> str:
        """Return the GUID of a seeded record: the same for the same seed."""
        return str(uuid5(NAMESPACE_URL, f"{self.seed}/{self.code}/{kind}/{code}"))

    def new_guid(self, kind: str) -> str:
        return self.guid(f"{kind}/new", next(self._made))

    def insert(self, table: str, row: Row) -> Row:
        """Store a new row with its trail (who, when, division)."""
        now = self.now()
        clerk = self.guid("user", CLERK)
        row.setdefault("Division", self.code)
        row |= {"Created": now, "Creator": clerk, "CreatorFullName": CLERK}
        row |= {"Modified": now, "Modifier": clerk, "ModifierFullName": CLERK}
        return self.table(table).put(row)

    def touch(self, table: str, row: Row) -> Row:
        """Store a changed row: newer version, newer Modified."""
        row["Modified"] = self.now()
        return self.table(table).put(row)

    def delete(self, table: str, key: str) -> Row:
        """Remove a row and log its deletion for the sync reader."""
        row = self.table(table).drop(key)
        if kind := DELETED_TYPES.get(table):
            note = {"ID": self.new_guid("deleted"), "EntityKey": key, "EntityType": kind, "DeletedDate": self.now()}
            self.table("deleted").put(note | {"DeletedBy": self.guid("user", CLERK), "Division": self.code})
        return row

    def changed(self, topic: str, key: str, resource: str, action: str = "Update") -> None:
        """Tell the webhooks of a change."""
        self.announce(Change(self.code, topic, key, resource, action, self.now()))

    def position(self, item: str, warehouse: str) -> Row:
        """Return the stock row of an item in a warehouse, made at first use."""
        key = self.guid("stock", f"{item}/{warehouse}")
        return self.table("stock").get(key) or self._open_position(key, item, warehouse)

    def _open_position(self, key: str, item: str, warehouse: str) -> Row:
        goods = self.table("logistics/Items").rows[item]
        store = self.table("inventory/Warehouses").rows[warehouse]
        row: Row = dict.fromkeys(("CurrentStock", "PlanningIn", "PlanningOut", "ReservedStock"), Decimal(0))
        row |= {"ID": key, "ItemId": item, "ItemCode": goods["Code"], "ItemDescription": goods["Description"]}
        row |= {"ItemBarcode": goods["Barcode"], "ItemUnit": "pc", "UnitCode": "pc", "UnitDescription": "Piece"}
        row |= {"ItemIsStockItem": True, "ItemUnitDescription": "Piece", "ReorderPoint": Decimal(0)}
        row |= {"Warehouse": warehouse, "WarehouseCode": store["Code"], "WarehouseDescription": store["Description"]}
        row |= {"ItemStartDate": goods["StartDate"], "ItemIsFractionAllowedItem": False}
        return self.insert("stock", row)

    def move(self, item: str, warehouse: str, **by: Decimal) -> None:
        """Change stock figures by the given amounts, recompute what follows from them, and tell of it."""
        row = self.position(item, warehouse)
        for name, amount in by.items():
            row[name] += amount
        self._recompute(row)
        self.touch("stock", row)
        self.note_free(row, self.free_of(item))
        self.changed("StockPositions", item, f"read/logistics/StockPosition?itemId=guid'{item}'")

    def _recompute(self, row: Row) -> None:
        row["ProjectedStock"] = row["CurrentStock"] + row["PlanningIn"] - row["PlanningOut"]
        row["FreeStock"] = FORMULAS[self.formula](row)
        item = self.table("logistics/Items").rows[row["ItemId"]]
        item["Stock"] = sum((each["CurrentStock"] for each in self.table("stock").of(row["ItemId"])), Decimal(0))

    def use_formula(self, name: str) -> None:
        """Switch the meaning of FreeStock; every row is recomputed and gets a new version."""
        self.formula = name
        for row in list(self.table("stock").rows.values()):
            self.move(row["ItemId"], row["Warehouse"])

    def free_of(self, item: str) -> Decimal:
        """Return FreeStock of an item over all warehouses."""
        return sum((row.get("FreeStock", Decimal(0)) for row in self.table("stock").of(item)), Decimal(0))
