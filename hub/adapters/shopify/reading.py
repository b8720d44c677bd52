"""Reading what stands on more than one page, and the parcels of an order."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from hub.adapters.fields import Fields, unreadable
from hub.adapters.limits import Lane
from hub.adapters.shopify.calls import ShopCalls
from hub.adapters.shopify.documents.document import Document
from hub.adapters.shopify.documents.fulfilment import FULFILMENT_LINES, FULFILMENTS
from hub.adapters.shopify.gids import gid, number_of

MOST_PAGES = 100
UNDONE = frozenset({"CANCELLED", "ERROR", "FAILURE"})
"""Statuses of fulfilments that did not send anything."""


def next_page(page: Fields) -> str | None:
    """Return where a connection goes on, None at its end."""
    info = page.maybe_child("pageInfo")
    return info.maybe_text("endCursor") if info is not None and info.flag("hasNextPage") else None


def required(fields: Fields, key: str) -> Fields:
    """Return an object that must be there."""
    return Fields.of(fields.values.get(key), f"{fields.where}.{key}")


async def rest_of(
    calls: ShopCalls, document: Document, path: tuple[str, str], found: Fields, node: str, lane: Lane
) -> AsyncIterator[Fields]:
    """Yield the nodes of a connection of one node: those of the page in hand, then of the pages after it."""
    page, owner = found, path[0]
    for _ in range(MOST_PAGES):
        for each in page.children("nodes"):
            yield each
        after = next_page(page)
        if after is None:
            return
        data = await calls.ask(document, {"id": node, "after": after}, lane=lane)
        page = required(required(data, owner), path[1])
    raise unreadable(f"{path[1]} goes on after {MOST_PAGES} pages")


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """A parcel as Shopify knows it: its tracking numbers, and units by line."""

    number: str
    tracking: frozenset[str]
    units: Mapping[str, int]


async def fulfilments_of(calls: ShopCalls, order_id: str, lane: Lane) -> list[Fulfilment] | None:
    """Return what was sent of an order, with its units; None for an order that Shopify does not show."""
    order = (await calls.ask(FULFILMENTS, {"id": gid("Order", order_id)}, lane=lane)).maybe_child("order")
    if order is None:
        return None
    done = [each for each in order.children("fulfillments") if each.maybe_text("status") not in UNDONE]
    return [await _fulfilment(calls, each, lane) for each in done]


async def _fulfilment(calls: ShopCalls, listed: Fields, lane: Lane) -> Fulfilment:
    node = listed.text("id")
    data = await calls.ask(FULFILMENT_LINES, {"id": node, "after": None}, lane=lane)
    page = required(required(data, "fulfillment"), "fulfillmentLineItems")
    units: Counter[str] = Counter()
    path = ("fulfillment", "fulfillmentLineItems")
    async for each in rest_of(calls, FULFILMENT_LINES, path, page, node, lane):
        units[number_of(required(each, "lineItem"))] += each.count("quantity")
    numbers = [each.maybe_text("number") for each in listed.children("trackingInfo")]
    return Fulfilment(number_of(listed), frozenset(filter(None, numbers)), units)
