"""Finding the orders that changed, and reading one whole, however many lines and parcels it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from hub.adapters.fields import Fields, unreadable
from hub.adapters.limits import Lane
from hub.adapters.port import OrderRef, Page
from hub.adapters.shopify.amounts import Side
from hub.adapters.shopify.calls import ShopCalls
from hub.adapters.shopify.documents.orders import CHANGED_ORDERS, ORDER, ORDER_LINES
from hub.adapters.shopify.gids import gid
from hub.adapters.shopify.mapping import channel_order, order_ref, removed_units
from hub.adapters.shopify.reading import MOST_PAGES, fulfilments_of, next_page, required
from hub.adapters.shopify.refunds import refunds_of
from hub.adapters.shopify.sweep import Sweep
from hub.clock import Clock
from hub.domain.order import ChannelOrder
from hub.outcome import Rejected, Unavailable

HORIZON = timedelta(days=2)
"""How far back the first sweep of a shop reaches; older orders were handled before the hub came."""


class Orders:
    """Orders of one shop."""

    def __init__(self, calls: ShopCalls, clock: Clock, side: Side = Side.SHOP) -> None:
        self._calls = calls
        self._clock = clock
        self._side = side

    async def changed(self, cursor: str | None) -> Page[OrderRef]:
        """Return a page of orders that changed, oldest first. Repeatable."""
        sweep = Sweep.resume(cursor) if cursor else Sweep.start(self._clock.now() - HORIZON)
        try:
            return await self._page(sweep)
        except Rejected:
            if sweep.after is None:
                raise
            return await self._page(sweep.again())

    async def _page(self, sweep: Sweep) -> Page[OrderRef]:
        asked = {"query": sweep.query(), "after": sweep.after}
        page = required(await self._calls.ask(CHANGED_ORDERS, asked), "orders")
        refs = [order_ref(each) for each in page.children("nodes")]
        after = next_page(page)
        return Page(tuple(refs), sweep.following(refs, after).cursor(), more=after is not None)

    async def read(self, external_id: str) -> ChannelOrder | None:
        """Return one order; None where Shopify does not show it. Repeatable.

        Raises Unavailable where it changed between two of its pages: the next try reads it as it is then.
        """
        if not external_id.isdigit():
            return None
        node = gid("Order", external_id)
        order = (await self._calls.ask(ORDER, {"id": node})).maybe_child("order")
        if order is None:
            return None
        lines = await self._lines(order, node)
        found = channel_order(order, lines, await self._sent(order, lines, external_id), self._side)
        return replace(found, refunds=await refunds_of(self._calls, order, node))

    async def _lines(self, order: Fields, node: str) -> list[Fields]:
        page = required(order, "lineItems")
        lines = page.children("nodes")
        after = next_page(page)
        for _ in range(MOST_PAGES):
            if after is None:
                return lines
            data = await self._calls.ask(ORDER_LINES, {"id": node, "after": after})
            part = required(data, "order")
            if part.maybe_text("updatedAt") != order.maybe_text("updatedAt"):
                raise Unavailable("the order changed while it was read")
            lines += required(part, "lineItems").children("nodes")
            after = next_page(required(part, "lineItems"))
        raise unreadable(f"the order has lines after {MOST_PAGES} pages")

    async def _sent(self, order: Fields, lines: list[Fields], external_id: str) -> Mapping[str, int] | None:
        """Return what was sent by line, where units were removed: only that tells a return from a cancellation."""
        count = order.maybe_child("fulfillmentsCount")
        if count is None or not count.count("count", 0) or not any(removed_units(line) for line in lines):
            return None
        sent: Counter[str] = Counter()
        for fulfilment in await fulfilments_of(self._calls, external_id, Lane.ORDERS) or []:
            sent.update(fulfilment.units)
        return sent
