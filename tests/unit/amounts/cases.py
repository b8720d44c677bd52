"""The golden cases of amounts, read from their tables: an order in short, and what Exact must hold of it.

A line is ``item quantity gross`` with marks: ``@21`` the channel's rate, ``v4.20`` its VAT, ``x1`` cancelled, ``u6``
units per offer, ``d5`` discount, ``p5`` what the marketplace pays of it, ``gift`` a gift card sold, ``deemed`` sold by
the marketplace. A charge is ``kind:name gross`` with ``@`` and ``v``. What is posted reads ``item quantity x price code
gross/VAT``, or ``ship code gross/VAT`` and ``on X code gross/VAT`` for shipping and for what stands on order charge X.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hub.adapters.exact.payloads import sales_order_payload
from hub.domain.amounts.policy import AmountPolicy, ChargeRule, Rounding
from hub.domain.channel import ChannelSettings
from hub.domain.forwarding import Books, Case, LineToForward, OrderToForward
from hub.domain.money import total
from hub.domain.order import Charge, ChargeKind
from hub.domain.product import ErpItem, VatCode
from hub.domain.sales_order import SalesOrderDraft
from hub.domain.tax import DeemedScheme, Oss, Regime, Seller, TaxBuyer, VatAnswer, VatStatus
from hub.domain.taxing import TaxFacts
from hub.domain.vat_mapping import VatRule
from hub.sandbox.exact import amounts

TABLES = Path(__file__).parents[1] / "golden" / "amounts"
NOON = datetime(2026, 6, 15, 10, tzinfo=UTC)
CODES = {
    "VH": ("0.21", "I"), "VL": ("0.09", "I"), "Z0": ("0", "I"), "B6": ("0.06", "I"), "B12": ("0.12", "I"),
    "EH": ("0.21", "E"), "EL": ("0.09", "E"), "ZE": ("0", "E"), "N0": ("0", "N"), "GV": ("0", "N"),
    "DH": ("0.19", "I"), "DL": ("0.07", "E"), "RC": ("0", "E"), "EX": ("0", "B"), "MP": ("0", "N"),
}  # fmt: skip
ITEMS = {"A": "VH", "B": "VL", "Z": "Z0", "S": "B6", "M": "B12", "G": "N0"}
INCLUDING = {"0.21": "VH", "0.09": "VL", "0": "Z0", "0.06": "B6", "0.12": "B12"}
EXCLUDING = {"0.21": "EH", "0.09": "EL", "0": "ZE"}
ABROAD = (
    VatRule("DE", Decimal("0.19"), "DH"),
    VatRule("DE", Decimal("0.07"), "DL"),
    VatRule("NL", Decimal(0), "RC", Regime.REVERSE_CHARGE),
    VatRule("NL", Decimal(0), "EX", Regime.EXPORT),
    VatRule("NL", Decimal(0), "MP", Regime.DEEMED_SUPPLIER),
)
KINDS = {"ship": ChargeKind.SHIPPING, "fee": ChargeKind.FEE, "off": ChargeKind.DISCOUNT}
NUMBER = "DE136695976"


@dataclass(frozen=True, slots=True)
class Golden:
    """One case: an order with settings, and what Exact must hold (``posted``), or why it waits (``held``)."""

    because: str
    case: Case
    posted: tuple[str, ...]
    vat: dict[str, Decimal]
    booked: Decimal | None
    held: str
    table: str


def golden() -> list[Golden]:
    """Return every case of every table."""
    return [_golden(row, table.stem) for table in sorted(TABLES.glob("*.csv")) for row in _rows(table)]


def _rows(table: Path) -> Iterator[dict[str, str]]:
    with table.open(newline="") as file:
        yield from csv.DictReader((line for line in file if not line.startswith("#")), delimiter=";")


def _golden(row: dict[str, str], table: str) -> Golden:
    held, vat = row["held"].strip(), dict(part.split(":") for part in row["vat"].split())
    return Golden(
        row["because"],
        _case(row),
        tuple(_parts(row["posted"])),
        {rate: Decimal(amount) for rate, amount in vat.items()},
        Decimal(row["booked"]) if row["booked"] else None,
        held,
        table,
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def _case(row: dict[str, str]) -> Case:
    marks = row["settings"].split()
    lines = tuple(_line(text, str(place)) for place, text in enumerate(_parts(row["lines"])))
    charges = tuple(_charge(text) for text in _parts(row["charges"]))
    told = total(line.gross for line in lines) + total(charge.gross for charge in charges)
    currency = next((mark[9:] for mark in marks if mark.startswith("currency=")), "EUR")
    order = OrderToForward("A1", "A1", NOON, currency, Decimal(row["total"]) if row["total"] else told, lines, charges)
    return Case(order, _settings(marks), books(), _facts(marks))


def books() -> Books:
    """Return the books of the cases: an item per code for sales in the Netherlands and Belgium."""
    codes = {name: VatCode(1, name, name, Decimal(rate), kind, "S") for name, (rate, kind) in CODES.items()}
    items = {name: ErpItem(1, name, name, None, name, code) for name, code in ITEMS.items()}
    return Books(items, codes)


def _line(text: str, line_id: str) -> LineToForward:
    item, quantity, gross, *marks = text.split()
    product = item if item in ITEMS else None
    line = LineToForward(line_id, item, item, product, Decimal(1), int(quantity), 0, Decimal(gross), None, None)
    for mark in marks:
        line = replace(line, **_mark(mark))
    return line


def _mark(mark: str) -> dict[str, Any]:
    if mark == "gift":
        return {"voucher": True}
    if mark == "deemed":
        return {"deemed": DeemedScheme.UNION}
    value = Decimal(mark[1:])
    match mark[0]:
        case "@":
            return {"vat_rate": value / 100}
        case "x":
            return {"cancelled": int(value)}
        case "u":
            return {"units_per_offer": Decimal(value)}
        case letter:
            return {{"v": "vat", "d": "discount", "p": "paid_by_platform"}[letter]: value}


def _charge(text: str) -> Charge:
    named, gross, *marks = text.split()
    kind, _, name = named.partition(":")
    known = {key: value for mark in marks for key, value in _mark(mark).items()}
    return Charge(KINDS[kind], name.replace("_", " ") or kind, Decimal(gross), **known)


def _settings(marks: list[str]) -> ChannelSettings:
    mapped = EXCLUDING if "excl" in marks else INCLUDING
    return ChannelSettings(
        division=1,
        customer_id="debtor",
        vat_codes={Decimal(rate): code for rate, code in mapped.items()},
        charge_id=None if "nocharge" in marks else "C1",
        split_charges="split" in marks,
        vat_rules=(*ABROAD, *([VatRule("NL", Decimal(0), "GV", Regime.VOUCHER)] if "vouchers" in marks else [])),
        amounts=_policy(marks),
    )


def _policy(marks: list[str]) -> AmountPolicy:
    said = dict(mark.split("=", 1) for mark in marks if "=" in mark)
    rounds = "round" in marks
    return AmountPolicy(
        rounding=Rounding.CHARGE if rounds else Rounding.HOLD,
        rounding_charge_id="R1" if rounds or ("step" in said and "norounding" not in marks) else None,
        rounding_vat_code=said.get("roundcode"),
        price_places=int(said.get("places", 6)),
        total_step=Decimal(said["step"]) if "step" in said else None,
        charge_rules=tuple(_rule(rule) for rule in said.get("rules", "").split(",") if rule),
        shipping_item=said.get("shipitem"),
        voucher_item=said.get("voucheritem"),
        gift_cards=tuple(said.get("gift", "").split(",")) if "gift" in said else (),
        currencies=tuple(said.get("allow", "").split(",")),
    )


def _rule(text: str) -> ChargeRule:
    """Read ``fee:Statiegeld>charge:D1/N0``: kind, a part of the name, where it goes, and a VAT code of its own."""
    what, _, where = text.partition(">")
    kind, _, name = what.partition(":")
    place, _, code = where.partition("/")
    target, _, found = place.partition(":")
    ids = {"charge_id" if target == "charge" else "item_id": found} if found else {}
    return ChargeRule(KINDS.get(kind), name.replace("_", " "), vat_code=code or None, **ids)


def _facts(marks: list[str]) -> TaxFacts | None:
    said = next((mark[3:] for mark in marks if mark.startswith("to=")), None)
    if said is None:
        return None
    seller = Seller("NL") if "small" in marks else Seller("NL", oss=Oss(registered=True))
    answer = VatAnswer(NUMBER, VatStatus.VALID, NOON, "W1", None)
    return TaxFacts(seller, "NL", said, buyer=TaxBuyer(True, NUMBER, answer) if "b2b" in marks else TaxBuyer())


def held_by_exact(draft: SalesOrderDraft) -> tuple[list[str], dict[str, Decimal], Decimal]:
    """Return what the simulated Exact makes of a draft as it goes over the wire: rows, VAT per percentage, total."""
    payload = sales_order_payload(draft, UTC)
    rows: list[str] = []
    vat: dict[str, Decimal] = {}
    whole = Decimal(0)
    for line in payload["SalesOrderLines"]:
        code = _code(line)
        sums = amounts.from_price(code, line["Quantity"] * line["NetPrice"], line.get("VATAmount"))
        name = f"{line['Item']} {line['Quantity']:f}x{line['NetPrice'].normalize():f}"
        rows.append(f"{name} {line['VATCode']} {sums.including:.2f}/{sums.vat + 0:.2f}")
        whole += _count(vat, code, sums)
    for charge in payload.get("SalesOrderOrderChargeLines", ()):
        code = _code(charge)
        sums = amounts.from_charge(code, charge.get("AmountFCExclVAT"), charge.get("AmountFCInclVAT"))
        name = "ship" if charge.get("IsShippingCost") else f"on {charge['OrderCharge']}"
        rows.append(f"{name} {charge['VATCode']} {sums.including:.2f}/{sums.vat + 0:.2f}")
        whole += _count(vat, code, sums)
    return rows, {rate: amount for rate, amount in vat.items() if amount}, whole


def _code(posted: dict[str, Any]) -> dict[str, Any]:
    rate, kind = CODES[posted["VATCode"]]
    return {"Type": kind, "Percentage": Decimal(rate)}


def _count(vat: dict[str, Decimal], code: dict[str, Any], sums: amounts.Amounts) -> Decimal:
    rate = f"{(code['Percentage'] * 100).normalize():f}"
    vat[rate] = vat.get(rate, Decimal(0)) + sums.vat
    return sums.including
