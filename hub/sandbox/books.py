"""What the books of Exact hold of each channel's sales orders, per VAT rate: the witness for a hub's report."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hub.sandbox.exact.amounts import Amounts, total
from hub.sandbox.exact.catalogue import CHARGE_LINES, ORDER_LINES, ORDERS
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.ledger import Ledger
from hub.sandbox.matching import Matches

Json = dict[str, Any]
Key = tuple[str, Decimal]


def make_books(exact: ExactPlatform, ledger: Ledger) -> list[Json]:
    """Return amounts as text per channel and rate (a fraction), of the sales orders that stand in any division.

    Only orders that belong to a sale on a channel count; the sales desk's own are nobody's.
    """
    sale_of, found = Matches(ledger).sale_of, dict[Key, list[Amounts]]()
    for division in exact.office.divisions.values():
        for order in division.table(ORDERS.table).rows.values():
            if sale := sale_of.get(order["OrderID"]):
                for rate, amounts in _amounts(division, order["OrderID"]):
                    found.setdefault((sale.channel, rate), []).append(amounts)
    sums = {key: total(listed) for key, listed in sorted(found.items())}
    return [
        {"channel": channel, "rate": f"{rate.normalize():f}", "net": str(one.excluding), "vat": str(one.vat)}
        for (channel, rate), one in sums.items()
    ]


def _amounts(division: Division, order_id: str) -> Iterator[tuple[Decimal, Amounts]]:
    for line in division.table(ORDER_LINES.table).of(order_id):
        yield line["VATPercentage"], Amounts(line["AmountFC"], line["VATAmount"])
    for charge in division.table(CHARGE_LINES.table).of(order_id):
        yield charge["VATPercentage"], Amounts(charge["AmountFCExclVAT"], charge["AmountVATFC"])
