"""What a search for orders asks for: parameters that exclude each other, and pages bound to them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from hub.sandbox.amazon.answers import invalid
from hub.sandbox.amazon.door import chosen, listed
from hub.sandbox.amazon.marketplaces import BY_ID
from hub.sandbox.amazon.order_wire import DATA_SETS
from hub.sandbox.amazon.orders import Order
from hub.sandbox.amazon.switches import Switches
from hub.sandbox.clock import Clock

STATUSES = frozenset(
    {
        "PENDING_AVAILABILITY",
        "PENDING",
        "UNSHIPPED",
        "PARTIALLY_SHIPPED",
        "SHIPPED",
        "CANCELLED",
        "UNFULFILLABLE",
    }
)
BEFORE_AGE = 120
"""Nominal seconds that an explicit end of the period must lie in the past."""
UNCHANGED = ("createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore", "includedData")
FILTERS = ("fulfillmentStatuses", "marketplaceIds", "fulfilledBy")


@dataclass(frozen=True, slots=True)
class Query:
    """One search. ``by`` is ``created`` or ``lastUpdated``; ``position`` is where the next page begins."""

    by: str
    after: datetime
    before: datetime
    asked: tuple[tuple[str, str], ...]
    statuses: frozenset[str]
    marketplaces: frozenset[str]
    fulfilled_by: frozenset[str]
    position: tuple[datetime, str] | None = None

    def key(self, order: Order) -> tuple[datetime, str]:
        """Return the order's place in the results: oldest first."""
        return (order.placed_at if self.by == "created" else order.updated_at, order.order_id)

    def fits(self, order: Order) -> bool:
        key = self.key(order)
        if not self.after <= key[0] <= self.before or (self.position is not None and key <= self.position):
            return False
        shipper = "AMAZON" if order.by_amazon else "MERCHANT"
        return (
            (not self.statuses or order.status in self.statuses)
            and (not self.marketplaces or order.marketplace.marketplace_id in self.marketplaces)
            and (not self.fulfilled_by or shipper in self.fulfilled_by)
        )


@dataclass
class Searches:
    """Reads searches, and remembers the pages that were promised."""

    clock: Clock
    switches: Switches
    _pages: dict[str, tuple[Query, datetime]] = field(default_factory=dict)

    def read(self, request: Request) -> Query:
        """Return what is asked for; Trouble 400 where the rules are broken."""
        if token := request.query_params.get("paginationToken"):
            return self._continued(request, token)
        chosen = [name for name in ("createdAfter", "lastUpdatedAfter") if name in request.query_params]
        if len(chosen) != 1:
            raise invalid("Exactly one of createdAfter and lastUpdatedAfter must be provided.")
        by = chosen[0].removesuffix("After")
        other = "lastUpdated" if by == "created" else "created"
        if f"{other}Before" in request.query_params:
            raise invalid(f"{other}Before may not be provided together with {by}After.")
        after, before = _moment(request, f"{by}After"), self._before(request, f"{by}Before")
        if after > self.clock.now() or (f"{by}Before" in request.query_params and before < after):
            raise invalid(f"{by}After must lie before {by}Before and before the time of the request.")
        return Query(by, after, before, _asked(request), *_filters(request))

    def _before(self, request: Request, name: str) -> datetime:
        now = self.clock.now()
        visible = now - timedelta(seconds=self.clock.seconds(self.switches.data_lag))
        if name not in request.query_params:
            return _cut(visible)
        before = _moment(request, name)
        if before > now - timedelta(seconds=self.clock.seconds(BEFORE_AGE)):
            raise invalid(f"{name} must be at least two minutes before the time of the request.")
        return min(before, _cut(visible))

    def _continued(self, request: Request, token: str) -> Query:
        query, expires_at = self._pages.get(token, (None, self.clock.now()))
        if query is None or expires_at <= self.clock.now():
            raise invalid("The paginationToken is invalid or has expired.")
        if _asked(request) != query.asked:
            raise invalid("All parameters but maxResultsPerPage must be those of the request that gave the token.")
        return query

    def promise(self, query: Query, last: Order) -> str:
        """Return the token of the page that begins after an order."""
        token = secrets.token_urlsafe(24)
        life = timedelta(seconds=self.clock.seconds(self.switches.pagination_life))
        self._pages[token] = (replace(query, position=query.key(last)), self.clock.now() + life)
        return token


def _cut(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _moment(request: Request, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(request.query_params[name])
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid(f"{name} is not an ISO 8601 date.") from None


def _asked(request: Request) -> tuple[tuple[str, str], ...]:
    return tuple((name, ",".join(sorted(listed(request, name)))) for name in (*UNCHANGED, *FILTERS))


def _filters(request: Request) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    statuses = chosen(request, "fulfillmentStatuses", STATUSES)
    marketplaces = chosen(request, "marketplaceIds", frozenset(BY_ID), 50)
    return statuses, marketplaces, chosen(request, "fulfilledBy", frozenset({"MERCHANT", "AMAZON"}))


def included(request: Request) -> set[str]:
    """Read which data sets are asked for."""
    return set(chosen(request, "includedData", DATA_SETS))


def page_size(request: Request) -> int:
    """Read how many orders a page holds."""
    text = request.query_params.get("maxResultsPerPage", "100")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise invalid("maxResultsPerPage must be between 1 and 100.")
    return int(text)
