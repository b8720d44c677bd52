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

PERSONAL = ("BUYER", "RECIPIENT")
"""The data sets that need roles of their own."""
WANTED = (*PERSONAL, "PROCEEDS", "CANCELLATION", "FULFILLMENT", "TAX")
WITHOUT_ROLES = 6 * 3600.0
"""Seconds until it is tried again whether the roles were granted meanwhile."""
REMEMBERED = 10_000


class Orders:
    """Orders of one seller, on all marketplaces together."""

    def __init__(self, calls: AmazonCalls, marketplaces: Marketplaces, clock: Clock) -> None:
        self._calls = calls
        self._marketplaces = marketplaces
        self._clock = clock
        self._impersonal_until: float | None = None
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
        if self._impersonal:
            wanted = tuple(each for each in wanted if each not in PERSONAL)
        try:
            return await self._get(external_id, wanted)
        except Rejected as rejected:
            if rejected.code != MISSING_ROLE or not set(PERSONAL) & set(wanted):
                raise
        found = await self._get(external_id, tuple(each for each in wanted if each not in PERSONAL))
        self._impersonal_until = self._clock.monotonic() + WITHOUT_ROLES
        return found

    @property
    def _impersonal(self) -> bool:
        """Whether an earlier call showed that the roles for personal data are missing."""
        return self._impersonal_until is not None and self._clock.monotonic() < self._impersonal_until

    async def _get(self, external_id: str, wanted: tuple[str, ...]) -> Fields | None:
        asked = {"includedData": ",".join(wanted)}
        personal = bool(set(PERSONAL) & set(wanted))
        response = await self._calls.send(
            GET_ORDER.at(order=external_id), params=asked, expect=(404,), in_doubt=not personal
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
