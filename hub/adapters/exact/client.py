"""Calls to one division of Exact Online: token, budget, breaker, envelope and pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import httpx2

from hub.adapters.exact.odata import Envelope, Row, guid_literal, unwrap
from hub.adapters.exact.refusals import counts_as_error, refusal
from hub.adapters.http import Caller, read_json, retry_after, write_json
from hub.adapters.limits import (
    RESERVES,
    RESERVES_OF_THE_DAY,
    SHARES,
    SHARES_OF_THE_DAY,
    Budget,
    ErrorBreaker,
    Lane,
    Rule,
    WindowHeaders,
    server_time,
)
from hub.adapters.oauth import Tokens
from hub.adapters.port import Meter
from hub.clock import Clock
from hub.outcome import Rejected, Unauthorized, Unavailable

WINDOWS = (
    WindowHeaders(
        "minute",
        "X-RateLimit-Minutely-Limit",
        "X-RateLimit-Minutely-Remaining",
        "X-RateLimit-Minutely-Reset",
        Rule(60.0, RESERVES, SHARES),
    ),
    WindowHeaders(
        "day",
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        Rule(86_400.0, RESERVES_OF_THE_DAY, SHARES_OF_THE_DAY, eases=1.8),
    ),
)
"""Exact's two windows per app and division; a 429 carries the headers of the exhausted one alone."""

NO_HEADERS_WAIT = 60.0
"""Seconds to wait after a 429 without any header."""

Note: TypeAlias = Callable[[Callable[[], Sequence[Meter]]], Awaitable[None]]
"""Keeps, before anything else happens, what budgets are by then."""


class ExactClient:
    """One division's door: ``rows``, ``create``, ``change``, ``delete`` on entities as ``salesorder/SalesOrders``.

    All may raise Throttled (budget, breaker, 429), Unavailable, Rejected and Unauthorized. ``note`` is told of every
    refusal that counts against an endpoint, and of each of the last calls of a window before it is made, so that no
    crash forgets them.
    """

    def __init__(
        self, http: httpx2.AsyncClient, division: int, tokens: Tokens, clock: Clock, *, note: Note | None = None
    ) -> None:
        self.division = division
        self._http = http
        self._tokens = tokens
        self._time = server_time(clock, str(http.base_url))
        self._budget = Budget(f"division {division}", WINDOWS, clock, self._time)
        self._breaker = ErrorBreaker(clock)
        self._caller = Caller(http, "exact", wait_hook=self._wait)
        self._note = note

    def meters(self) -> tuple[Meter, ...]:
        """Return minute and day as Exact told them last, each lane's room in the day, and the errors that are left."""
        budget = self._budget
        return (*budget.meters(), *budget.lane_meters(), *budget.share_meters(), *self._breaker.meters())

    def remember(self, meters: Sequence[Meter]) -> None:
        """Take up budgets as they were last stored."""
        self._budget.remember(meters)
        self._breaker.remember(meters)

    def until_refusable(self, entity: str, kept: int) -> float:
        """Return the seconds until one more write of an entity may be refused, and ``kept`` after it."""
        return self._breaker.wait(entity, kept)

    def time_at(self, here: datetime) -> datetime | None:
        """Return Exact's time when ours was ``here``, at the least, as the ``Date`` of its answers tells."""
        return self._time.at(here)

    async def page(self, lane: Lane, entity: str, query: Mapping[str, str]) -> Envelope:
        """Read one page of an entity with OData options (``$filter``, ``$select``, ...)."""
        return unwrap(read_json(await self._call(lane, "GET", entity, self._path(entity), query=query)))

    async def next_page(self, lane: Lane, entity: str, next_url: str) -> Envelope:
        """Follow a ``__next`` verbatim, but never to another host than our own: the request carries a token."""
        told = httpx2.URL(next_url)
        url = self._http.base_url.copy_with(raw_path=told.raw_path)
        return unwrap(read_json(await self._call(lane, "GET", entity, str(url))))

    async def rows(self, lane: Lane, entity: str, query: Mapping[str, str]) -> tuple[Row, ...]:
        """Read all pages of an entity."""
        return tuple([row async for row in self._all(lane, entity, query)])

    async def _all(self, lane: Lane, entity: str, query: Mapping[str, str]) -> AsyncIterator[Row]:
        page = await self.page(lane, entity, query)
        while True:
            for row in page.rows:
                yield row
            if page.next_url is None:
                return
            page = await self.next_page(lane, entity, page.next_url)

    async def create(self, lane: Lane, entity: str, payload: Mapping[str, Any]) -> Row:
        """Post an entity and return it as stored (without its lines). NOT repeatable after an unknown outcome."""
        response = await self._call(lane, "POST", entity, self._path(entity), content=write_json(payload))
        try:
            rows = unwrap(read_json(response)).rows
        except Rejected as error:
            raise Unavailable(f"{entity}: created, but the answer is unreadable", unknown=True) from error
        return rows[0] if rows else {}

    async def change(self, lane: Lane, entity: str, key: str, payload: Mapping[str, Any]) -> None:
        """Put fields of an entity by its GUID. Repeatable: what is put is absolute."""
        url = f"{self._path(entity)}({guid_literal(key)})"
        await self._call(lane, "PUT", entity, url, content=write_json(payload))

    async def delete(self, lane: Lane, entity: str, key: str) -> None:
        """Delete an entity by its GUID; one that is gone already counts as success."""
        try:
            await self._call(lane, "DELETE", entity, f"{self._path(entity)}({guid_literal(key)})")
        except Rejected as rejected:
            if rejected.code != "not_found":
                raise

    def _path(self, entity: str) -> str:
        return f"api/v1/{self.division}/{entity}"

    async def _call(
        self,
        lane: Lane,
        method: str,
        endpoint: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx2.Response:
        token = await self._tokens.access_token()
        response = await self._send(lane, method, endpoint, url, token, query, content)
        if response.status_code == 401:
            token = await self._tokens.renewed(token)
            response = await self._send(lane, method, endpoint, url, token, query, content)
        if response.status_code == 401:
            raise Unauthorized("Exact refuses a renewed access token: connect the account again.")
        if not response.is_success:
            raise refusal(response, endpoint, repeatable=method != "POST")
        return response

    async def _send(
        self,
        lane: Lane,
        method: str,
        endpoint: str,
        url: str,
        token: str,
        query: Mapping[str, str] | None,
        content: bytes | None,
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if content is not None:
            headers |= {"Content-Type": "application/json", "Prefer": "return=representation"}
        with self._breaker.call(endpoint, lane, reads=method == "GET"):
            with self._budget.call(lane):
                if self._note is not None and self._budget.scarce():
                    await self._note(self._budget.scarce)
                response = await self._caller.send(
                    endpoint, method, url, params=query, headers=headers, content=content
                )
                self._budget.observe(response.headers)
            if counts_as_error(response):
                await self._count_error(endpoint)
        return response

    async def _count_error(self, endpoint: str) -> None:
        self._breaker.count(endpoint)
        if self._note is not None:
            await self._note(lambda: (self._breaker.meter(endpoint),))

    def _wait(self, response: httpx2.Response) -> float:
        """Learn from a 429 and tell how long its window still lasts, in the server's time."""
        self._budget.observe(response.headers)
        told = self._budget.wait()
        if told is None:
            told = retry_after(response)
        return NO_HEADERS_WAIT if told is None else told
