"""Reading orders through 2026-01-01: what changed, one order whole, and only the data that the roles allow."""

from __future__ import annotations

from collections import OrderedDict

from hub.adapters.amazon import mapping
from hub.adapters.amazon.calls import AmazonCalls, answered
from hub.adapters.amazon.mapping import OrderFacts
from hub.adapters.amazon.marketplaces import Marketplaces
from hub.adapters.amazon.refusals import MISSING_ROLE
from hub.adapters.amazon.sweep import Sweep
from hub.adapters.amazon.usage_plans import GET_ORDER, SEARCH_ORDERS
from hub.adapters.fields import Fields
from hub.adapters.port import OrderRef, Page
from hub.clock import Clock
from hub.domain.order import ChannelOrder
from hub.outcome import Rejected

PERSONAL, TAXES = ("BUYER", "RECIPIENT"), ("TAX",)
"""The data sets that need roles of their own, one for both persons and one for tax numbers."""
RESTRICTED = frozenset(PERSONAL + TAXES)
WITHOUT: tuple[tuple[str, ...], ...] = ((), TAXES, PERSONAL, PERSONAL + TAXES)
"""What is left out of a question, one after the other, until Amazon answers it."""
WANTED = (*PERSONAL, *TAXES, "PROCEEDS", "CANCELLATION", "FULFILLMENT")
WITHOUT_ROLES = 6 * 3600.0
"""Seconds until it is tried again whether the roles were granted meanwhile."""
REMEMBERED = 10_000


class Orders:
    """Orders of one seller, on all marketplaces together."""

    def __init__(self, calls: AmazonCalls, marketplaces: Marketplaces, clock: Clock) -> None:
        self._calls = calls
        self._marketplaces = marketplaces
        self._clock = clock
        self._closed: tuple[str, ...] = ()
        self._closed_until = 0.0
        self._facts: OrderedDict[str, OrderFacts] = OrderedDict()

    async def changed(self, cursor: str | None) -> Page[OrderRef]:
        """List a page of orders changed since the cursor, oldest first; without one, those of the last two days."""
        sweep = Sweep.resume(cursor, await self._marketplaces.ids(), self._clock)
        try:
            answer = await self._calls.read(SEARCH_ORDERS, sweep.query())
        except Rejected as rejected:
            if sweep.token is None or rejected.code == MISSING_ROLE:
                raise
            return Page((), sweep.anew().cursor(), more=True)
        following, more = sweep.after_page(answer)
        return Page(tuple(mapping.order_refs(answer)), following.cursor(), more)

    async def order(self, external_id: str) -> ChannelOrder | None:
        """Fetch one order whole, without personal data where the roles for it are missing."""
        found = await self._fetch(external_id, WANTED)
        return None if found is None else mapping.channel_order(found)

    async def facts(self, external_id: str) -> OrderFacts | None:
        """Return what is needed to ship an order, mostly without a call; None for an unknown one."""
        return self._facts.get(external_id) or await self.look(external_id)

    async def look(self, external_id: str) -> OrderFacts | None:
        """Return what an order is now; None for an unknown one."""
        found = await self._fetch(external_id, ("FULFILLMENT",))
        return None if found is None else mapping.facts(found)

    async def packages(self, external_id: str) -> list[Fields]:
        """Return the packages that Amazon knows of an order."""
        found = await self._fetch(external_id, ("FULFILLMENT", "PACKAGES"))
        return found.children("packages") if found else []

    async def _fetch(self, external_id: str, wanted: tuple[str, ...]) -> Fields | None:
        """Ask for data sets, leaving out those that the application lacks the role for, and remember which."""
        tries = self._tries() if RESTRICTED & set(wanted) else WITHOUT[:1]
        for without in tries:
            try:
                found = await self._get(external_id, tuple(each for each in wanted if each not in without))
            except Rejected as rejected:
                if rejected.code != MISSING_ROLE or without == tries[-1]:
                    raise
            else:
                self._note(without)
                return found
        raise AssertionError("the last try either answers or raises")

    def _tries(self) -> tuple[tuple[str, ...], ...]:
        if self._clock.monotonic() >= self._closed_until:
            return WITHOUT
        return WITHOUT[WITHOUT.index(self._closed) :]

    def _note(self, without: tuple[str, ...]) -> None:
        if without and without != self._closed:
            self._closed, self._closed_until = without, self._clock.monotonic() + WITHOUT_ROLES

    async def _get(self, external_id: str, wanted: tuple[str, ...]) -> Fields | None:
        asked = {"includedData": ",".join(wanted)}
        restricted = bool(RESTRICTED & set(wanted))
        response = await self._calls.send(
            GET_ORDER.at(order=external_id), params=asked, expect=(404,), in_doubt=not restricted
        )
        if response.status_code == 404:
            return None
        order = Fields.of(answered(response, GET_ORDER).values.get("order"), "order")
        self._remember(mapping.facts(order))
        return order

    def _remember(self, facts: OrderFacts) -> None:
        self._facts[facts.order_id] = facts
        self._facts.move_to_end(facts.order_id)
        if len(self._facts) > REMEMBERED:
            self._facts.popitem(last=False)
