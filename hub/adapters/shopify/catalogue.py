"""Reading what a shop sells: a small catalogue page by page, a larger one as a bulk operation.

A page of a hundred variants costs hundreds of points, a bulk operation of any size next to none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import anyio

from hub.adapters.fields import Fields, parse, unreadable
from hub.adapters.limits import Lane
from hub.adapters.port import ChannelListing, Page
from hub.adapters.shopify.calls import ShopCalls, user_errors
from hub.adapters.shopify.documents.listings import BULK_LISTINGS, BULK_RUN, BULK_STATE, LISTINGS
from hub.adapters.shopify.locations import Locations
from hub.adapters.shopify.mapping import listing
from hub.adapters.shopify.reading import next_page, required
from hub.clock import Clock
from hub.outcome import Throttled

PATIENCE = 20.0
"""Seconds that one call waits for a bulk operation, or for points, before it gives its turn back."""
POLL: Final = 0.5
COME_BACK = 5.0
GOING_ON = frozenset({"CREATED", "RUNNING"})
BULK_PATH = ("bulkOperationRunQuery", "bulkOperation")


class Catalogue:
    """Listings of one shop, with what is available at the location whose stock the hub sets."""

    def __init__(self, calls: ShopCalls, locations: Locations, clock: Clock) -> None:
        self._calls = calls
        self._locations = locations
        self._clock = clock
        self._running: tuple[str, datetime] | None = None

    async def read(self, cursor: str | None) -> Page[ChannelListing]:
        """Return a page of listings, or all of them at once. Repeatable.

        Raises Throttled while a bulk operation goes on: the next call with the same cursor finds it again.
        """
        if cursor is None and self._running is None:
            page = await self._page(None)
            if not page.more or not await self._begin():
                return page
        if cursor is None and self._running is not None:
            operation, began = self._running
            rows = await self._bulk(operation)
            return await self._page(None) if rows is None else Page(rows, None, as_of=began)
        return await self._page(cursor)

    async def _page(self, cursor: str | None) -> Page[ChannelListing]:
        location = await self._locations.stocked()
        asked = {"location": location, "after": cursor}
        found = required(await self._patiently(asked), "productVariants")
        following = next_page(found)
        return Page(_once(listing(each) for each in found.children("nodes")), following, following is not None)

    async def _patiently(self, asked: dict[str, str | None]) -> Fields:
        """A catalogue is read from its start again when a page is given back, so wait for the points of a page."""
        deadline = self._clock.monotonic() + PATIENCE
        while True:
            try:
                return await self._calls.ask(LISTINGS, asked, lane=Lane.CATALOGUE)
            except Throttled as throttled:
                early = asked["after"] is None
                if early or self._clock.monotonic() + throttled.retry_after > deadline:
                    raise
                await anyio.sleep(throttled.retry_after)

    async def _begin(self) -> bool:
        """Start a bulk operation; where Shopify takes none now, the catalogue is read page by page."""
        now = self._clock.now()
        query = BULK_LISTINGS % await self._locations.stocked()
        payload = required(await self._calls.ask(BULK_RUN, {"query": query}, lane=Lane.CATALOGUE), BULK_PATH[0])
        started = payload.maybe_child(BULK_PATH[1])
        if user_errors(payload) or started is None:
            return False
        self._running = started.text("id"), now
        return True

    async def _bulk(self, operation: str) -> tuple[ChannelListing, ...] | None:
        """Wait for a bulk operation and return what it found; None where it failed."""
        deadline = self._clock.monotonic() + PATIENCE
        while True:
            data = await self._calls.ask(BULK_STATE, {"id": operation}, lane=Lane.CATALOGUE)
            state = data.maybe_child("bulkOperation")
            if state is None or state.text("status") not in GOING_ON:
                break
            if self._clock.monotonic() > deadline:
                raise Throttled(COME_BACK, "Shopify is still collecting the catalogue")
            await anyio.sleep(POLL)
        self._running = None
        if state is None or state.text("status") != "COMPLETED":
            return None
        url = state.maybe_text("url")
        return _once(_listings(await self._calls.download(url))) if url else ()


def _once(listings: Iterable[ChannelListing]) -> tuple[ChannelListing, ...]:
    """Variants may share an inventory item; its stock is set once."""
    found: dict[str, ChannelListing] = {}
    for each in listings:
        found.setdefault(each.external_id, each)
    return tuple(found.values())


def _listings(lines: bytes) -> Iterator[ChannelListing]:
    """Yield the variants of a result: one JSON object a line."""
    for line in lines.splitlines():
        if line.strip():
            yield listing(Fields.of(_json(line), "bulk"))


def _json(line: bytes) -> object:
    try:
        return parse(line)
    except ValueError as odd:
        raise unreadable("a line of the bulk result is no JSON") from odd
