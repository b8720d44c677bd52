"""The books of the simulated business as a whole: its divisions, its settings, its notes in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from hub.sandbox.exact.division import Change, Division
from hub.sandbox.exact.errors import Language
from hub.sandbox.exact.payload import References
from hub.sandbox.exact.table import Row, Versions
from hub.sandbox.ledger import Booked, Delivered, Free, SalesOrder, Units
from hub.sandbox.world import World

MAIN_DIVISION, SECOND_DIVISION = 123456, 654321


@dataclass
class Settings:
    """What differs between tenants and licences, or is not known of production."""

    language: Language = Language.NL
    your_ref_length: int = 30
    currencies: list[str] = field(default_factory=lambda: ["EUR"])
    minute_limit: int = 60
    day_limit: int = 5000
    error_rule: bool = True
    errors_allowed: int = 10
    count_validation_errors: bool = True
    negative_stock: bool = True
    credit_sign: int = -1
    hook_delay_min: float = 0.2
    hook_delay_max: float = 1.5
    validate_hooks: bool = True
    bad_hashes: int = 0


class Office:
    """Everything one customer of Exact keeps there."""

    def __init__(self, world: World, announce: Callable[[Change], None]) -> None:
        self.world = world
        self.settings = Settings()
        self.versions = Versions()
        self.divisions: dict[int, Division] = {}
        for code, name, country in (
            (MAIN_DIVISION, "Handelshuis NL", "NL"),
            (SECOND_DIVISION, "Handelshuis BE", "BE"),
        ):
            self.divisions[code] = Division(
                code, name, country, world.seed, self.versions, world.clock.now, announce, self._free_noter(code)
            )

    def _free_noter(self, code: int) -> Callable[[Row, Decimal], None]:
        def note(position: Row, free: Decimal) -> None:
            if code == MAIN_DIVISION and position["ItemCode"] in self.world.by_sku:
                self.world.ledger.free.append(Free(position["ItemCode"], free, self.world.clock.now()))

        return note

    def references(self, division: Division) -> References:
        """Return a checker for the references of one request."""
        return References(division, lambda table, key: self._is_elsewhere(division, table, key))

    def _is_elsewhere(self, division: Division, table: str, key: object) -> bool:
        if key is None or division.table(table).get(key):
            return False
        return any(other.table(table).get(key) for other in self.divisions.values())

    @staticmethod
    def main_warehouse(division: Division) -> Row:
        """Return the division's main warehouse; there is exactly one."""
        return next(iter(division.table("inventory/Warehouses").find(Main=1)))

    def note_order(self, order: Row, lines: list[Row]) -> None:
        """Write an order's present state into the ledger."""
        units = [Units(line["ItemCode"], int(line["Quantity"])) for line in lines if self._is_good(line)]
        known = self.world.ledger.sales_orders.get(order["OrderID"])
        if known is None:
            self.world.ledger.sales_orders[order["OrderID"]] = SalesOrder(
                order["OrderID"],
                order["OrderNumber"],
                order.get("YourRef") or "",
                units,
                order["AmountFC"],
                order["AmountFCExclVat"],
                self.world.clock.now(),
            )
            return
        known.units, known.your_ref = units, order.get("YourRef") or ""
        known.total, known.total_excluding_vat = order["AmountFC"], order["AmountFCExclVat"]

    def _is_good(self, line: Row) -> bool:
        return line["ItemCode"] in self.world.by_sku

    def note_order_gone(self, order: Row) -> None:
        self.world.ledger.sales_orders[order["OrderID"]].deleted_at = self.world.clock.now()

    def note_invoice(self, invoice: Row, lines: list[Row]) -> None:
        """Write an invoice or credit note into the ledger, with the sales orders that its lines name."""
        orders = tuple(dict.fromkeys(line["SalesOrder"] for line in lines if line.get("SalesOrder")))
        self.world.ledger.booked.append(
            Booked(
                number=invoice["InvoiceNumber"],
                credit=invoice["Type"] in (8021, 8024),
                your_ref=invoice.get("YourRef") or "",
                sales_orders=orders,
                total=abs(invoice["AmountFC"]),
                at=self.world.clock.now(),
            )
        )

    def note_delivery(self, entry: Row, lines: list[tuple[Row, Row]]) -> None:
        """Write a delivery's present state, as pairs of delivery line and order line, into the ledger."""
        grouped: dict[tuple[str, str | None], list[Units]] = {}
        for line, ordered in lines:
            tracking = line.get("TrackingNumber") or entry.get("TrackingNumber")
            units = grouped.setdefault((ordered["OrderID"], tracking), [])
            if self._is_good(line):
                units.append(Units(line["ItemCode"], int(line["QuantityDelivered"])))
        now = self.world.clock.now()
        notes = [
            Delivered(order_id, tuple(units), tracking, now, entry["EntryID"])
            for (order_id, tracking), units in grouped.items()
        ]
        ledger = self.world.ledger
        ledger.delivered[:] = [note for note in ledger.delivered if note.delivery_id != entry["EntryID"]] + notes
