"""Charges of sales orders: shipping and the like, with the order or added to it later."""

from __future__ import annotations

from hub.sandbox.exact import amounts
from hub.sandbox.exact.catalogue import CHARGE_LINES
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.errors import Refusal
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.order_checks import check_charge
from hub.sandbox.exact.order_lines import open_order
from hub.sandbox.exact.order_status import refresh
from hub.sandbox.exact.payload import missing
from hub.sandbox.exact.table import Row


def place_charge(division: Division, order: Row, charge: Row, number: int) -> None:
    """Store a charge of an order with its amounts."""
    code = division.table("vat/VATCodes").first(Code=charge["VATCode"])
    sums = amounts.from_charge(code, charge.get("AmountFCExclVAT"), charge.get("AmountFCInclVAT"))
    charge |= {"ID": division.new_guid("charge"), "OrderID": order["OrderID"], "LineNumber": number}
    charge |= {"AmountFCExclVAT": sums.excluding, "AmountFCInclVAT": sums.including, "AmountVATFC": sums.vat}
    charge |= {"AmountDC": sums.excluding, "VATPercentage": amounts.rate_of(code)}
    charge["VATDescription"] = code["Description"] if code else None
    division.insert(CHARGE_LINES.table, charge)


def add_charge(office: Office, division: Division, values: Row) -> Row:
    """Add a charge to an open order."""
    if faults := missing(CHARGE_LINES, values):
        raise Refusal(500, *faults)
    order = open_order(division, values["OrderID"])
    check = office.references(division)
    check_charge(division, values, check)
    check.settle()
    place_charge(division, order, values, 1 + len(division.table(CHARGE_LINES.table).of(order["OrderID"])))
    refresh(office, division, order)
    return values


def remove_charge(office: Office, division: Division, charge: Row) -> None:
    """Take a charge off an open order."""
    order = open_order(division, charge["OrderID"])
    division.delete(CHARGE_LINES.table, charge["ID"])
    refresh(office, division, order)
