"""What channels gave back beside what Exact credits, sale by sale."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import Any

from hub.sandbox.ledger import Booked, Ledger
from hub.sandbox.matching import Matches

Json = dict[str, Any]
AT_MOST = 50
_NUMBER = re.compile(r"\d{6,}")


def compare_refunds(ledger: Ledger, matches: Matches) -> Json:
    """Return how much was given back and credited, and the sales of invoiced orders where the two differ.

    A credit note belongs to the sales orders that its lines name, else to those of the invoice whose number stands in
    its reference. Sales without an invoice owe no credit note.
    """
    invoices = {one.number: one for one in ledger.booked if not one.credit}
    credited: dict[str, Decimal] = defaultdict(Decimal)
    for note in (one for one in ledger.booked if one.credit):
        for name in _sales(note, invoices, matches):
            credited[name] += note.total
    refunded: dict[str, Decimal] = defaultdict(Decimal)
    for given in ledger.refunds:
        refunded[f"{given.channel}/{given.external_id}"] += given.amount
    invoiced = {name for one in invoices.values() for name in _sales(one, invoices, matches)}
    wrong = [
        {"sale": name, "refunded": str(refunded[name]), "credited": str(credited[name])}
        for name in sorted({*refunded, *credited} & invoiced)
        if refunded[name] != credited[name]
    ]
    return {
        "given": len(ledger.refunds),
        "credit_notes": sum(one.credit for one in ledger.booked),
        "differ": len(wrong),
        "differ_ids": wrong[:AT_MOST],
    }


def _sales(one: Booked, invoices: dict[int, Booked], matches: Matches) -> list[str]:
    orders = one.sales_orders
    if not orders and (found := _NUMBER.search(one.your_ref)):
        invoice = invoices.get(int(found[0]))
        orders = invoice.sales_orders if invoice is not None else ()
    sales = [matches.sale_of[order] for order in orders if order in matches.sale_of]
    return list(dict.fromkeys(f"{sale.channel}/{sale.external_id}" for sale in sales))
