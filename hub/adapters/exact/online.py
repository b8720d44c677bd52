"""One grant at Exact Online: consent, the companies it reaches, and a division's ERP over one connection pool."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, tzinfo

import httpx2

from hub.adapters.exact.client import Note
from hub.adapters.exact.erp import ExactErp
from hub.adapters.exact.odata import need_int, unwrap
from hub.adapters.exact.refusals import refusal
from hub.adapters.http import Caller, open_client, read_json
from hub.adapters.oauth import OAuthApp, TokenEndpoint, Tokens
from hub.adapters.port import Grant, GrantStore
from hub.clock import Clock
from hub.domain.product import Division
from hub.outcome import Rejected, Unauthorized


class ExactOnline:
    """What needs no division: consent, who we are, and from there the divisions."""

    def __init__(self, http: httpx2.AsyncClient, app: OAuthApp, store: GrantStore, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._caller = Caller(http, "exact")
        self._endpoint = TokenEndpoint(self._caller, app, clock)
        self._erps: dict[int, ExactErp] = {}
        self.tokens = Tokens(store, self._endpoint, clock)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        base_url: str,
        client_id: str,
        client_secret: str,
        store: GrantStore,
        clock: Clock,
        *,
        timeout: float = 30.0,
        tls: ssl.SSLContext | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> AsyncIterator[ExactOnline]:
        """Open one grant; ``base_url`` is the customer's country host, such as https://start.exactonline.nl.

        ``transport`` replaces the network.
        """
        root = base_url.rstrip("/")
        app = OAuthApp(client_id, client_secret, f"{root}/api/oauth2/token", f"{root}/api/oauth2/auth")
        async with open_client(root, timeout=timeout, tls=tls, transport=transport) as http:
            yield cls(http, app, store, clock)

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Return the address of Exact's consent page."""
        return self._endpoint.authorize_url(state, redirect_uri)

    async def exchange(self, code: str, redirect_uri: str) -> Grant:
        """Exchange the code of a consent (lives about 3 minutes, works once) for a grant, not stored yet."""
        return await self._endpoint.exchange(code, redirect_uri)

    async def current_division(self) -> int:
        """Return the division the user looked at last: enough to list the others, never to write to."""
        token = await self.tokens.access_token()
        response = await self._me(token)
        if response.status_code == 401:
            response = await self._me(await self.tokens.renewed(token))
        if response.status_code == 401:
            raise Unauthorized("Exact refuses the access token: connect the account again.")
        if not response.is_success:
            raise refusal(response, "current/Me", repeatable=True)
        rows = unwrap(read_json(response)).rows
        if not rows:
            raise Rejected("Exact does not tell who the user is", code="unreadable")
        return need_int(rows[0], "CurrentDivision")

    async def divisions(self) -> tuple[Division, ...]:
        """List the companies that the grant reaches (two calls)."""
        return await self.erp(await self.current_division()).divisions()

    def erp(self, division: int, *, zone: tzinfo = UTC, note: Note | None = None) -> ExactErp:
        """Return a division's ERP over this connection pool: always the same one, for its budget is counted once."""
        if division not in self._erps:
            self._erps[division] = ExactErp(self._http, division, self.tokens, self._clock, zone=zone, note=note)
        return self._erps[division]

    async def _me(self, token: str) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        query = {"$select": "UserID,CurrentDivision"}
        return await self._caller.send("current/Me", "GET", "api/v1/current/Me", params=query, headers=headers)
