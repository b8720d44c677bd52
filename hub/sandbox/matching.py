"""Which sales order in Exact belongs to which sale on a channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from hub.sandbox.ledger import Ledger, Sale, SalesOrder


def belongs(your_ref: str, external_id: str) -> bool:
    """Say whether a reference ends in a channel's order id; a longer number is another order's."""
    if not external_id or not your_ref.endswith(external_id):
        return False
    before = your_ref[: -len(external_id)][-1:]
    return not (before.isdigit() and external_id[0].isdigit())


class Matches:
    """Sales and sales orders of a ledger, matched once for a whole report."""

    def __init__(self, ledger: Ledger) -> None:
        self.by_sale: dict[tuple[str, str], list[SalesOrder]] = {key: [] for key in ledger.sales}
        self.sale_of: dict[str, Sale] = {}
        by_last_letters: dict[str, list[Sale]] = defaultdict(list)
        for sale in ledger.sales.values():
            by_last_letters[sale.external_id[-2:]].append(sale)
        for order in ledger.sales_orders.values():
            endings = (order.your_ref[-2:], order.your_ref[-1:])
            self._match(order, (sale for ending in dict.fromkeys(endings) for sale in by_last_letters[ending]))

    def _match(self, order: SalesOrder, candidates: Iterable[Sale]) -> None:
        fitting = [sale for sale in candidates if belongs(order.your_ref, sale.external_id)]
        if not fitting:
            return
        sale = max(fitting, key=lambda each: len(each.external_id))
        self.by_sale[(sale.channel, sale.external_id)].append(order)
        self.sale_of[order.order_id] = sale

    def orders(self, sale: Sale) -> list[SalesOrder]:
        """Return every sales order ever made for a sale."""
        return self.by_sale[(sale.channel, sale.external_id)]

    def live(self, sale: Sale) -> list[SalesOrder]:
        """Return the sales orders of a sale that still stand in Exact."""
        return [order for order in self.orders(sale) if order.deleted_at is None]

    def is_waiting(self, sale: Sale) -> bool:
        """Say whether a sale still takes stock that Exact does not know to be taken."""
        return sale.cancelled_at is None and not sale.by_platform and not self.live(sale)
