"""What the seller receives, as Orders 2026-01-01 breaks it down.

Prices include VAT. The breakdown TAX tells how much of it is VAT, and only to sellers who use Amazon's VAT
Calculation Service; to all others it says 0.00. It is not added to the total. Whether a discount is written
as a negative number is not documented: the switch ``discount_negative`` has it both ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hub.sandbox.amazon.orders import Item, Order
from hub.sandbox.amazon.switches import Switches

Json = dict[str, Any]
CENT = Decimal("0.01")
Parts = dict[str, Decimal]


def money(amount: Decimal, order: Order) -> Json:
    """Return an amount with its currency; the amount is a decimal string."""
    return {"amount": str(amount.quantize(CENT)), "currencyCode": order.marketplace.currency}


def vat_within(gross: Decimal, rate: Decimal) -> Decimal:
    """Return the VAT that is part of a gross amount."""
    return (gross - gross / (1 + rate)).quantize(CENT)


def _parts(item: Item, switches: Switches) -> Parts:
    parts = {"ITEM": item.goods_total, "SHIPPING": item.shipping}
    parts["DISCOUNT"] = -item.discount if switches.discount_negative else item.discount
    parts = {name: amount for name, amount in parts.items() if amount or name == "ITEM"}
    return parts | {"TAX": sum(_taxes(item, switches).values(), Decimal(0))}


def _taxes(item: Item, switches: Switches) -> Parts:
    if not switches.vcs:
        return {"ITEM": Decimal(0)} | ({"SHIPPING": Decimal(0)} if item.shipping else {})
    taxes = {"ITEM": vat_within(item.goods_total - item.discount, item.vat_rate)}
    return taxes | ({"SHIPPING": vat_within(item.shipping, item.vat_rate)} if item.shipping else {})


def item_proceeds(order: Order, item: Item, switches: Switches) -> Json:
    """Return the proceeds of one item."""
    breakdowns = []
    for name, amount in _parts(item, switches).items():
        shown: Json = {"type": name, "subtotal": money(amount, order)}
        if name == "TAX":
            taxes = _taxes(item, switches).items()
            shown["detailedBreakdowns"] = [{"subtype": kind, "value": money(vat, order)} for kind, vat in taxes]
        if name == "DISCOUNT":
            shown["detailedBreakdowns"] = [{"subtype": "ITEM", "value": money(amount, order)}]
        breakdowns.append(shown)
    return {"proceedsTotal": money(item.total, order), "breakdowns": breakdowns}


def order_proceeds(order: Order, switches: Switches) -> Json:
    """Return the proceeds of the whole order, summed over its items."""
    sums = _summed(_parts(item, switches) for item in order.items)
    breakdowns = [{"type": name, "subtotal": money(amount, order)} for name, amount in sums.items()]
    return {"grandTotal": money(order.total, order), "breakdowns": breakdowns}


def _summed(parts: Iterable[Parts]) -> Parts:
    sums: Parts = {}
    for each in parts:
        for name, amount in each.items():
            sums[name] = sums.get(name, Decimal(0)) + amount
    return sums


def deemed_supplier() -> Json:
    """Return the tax member of an item whose VAT Amazon collects."""
    return {
        "taxCalculationBreakdowns": [{"reportingScheme": "UOSS"}],
        "taxCollections": [{"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon Services EU SARL"}],
    }
