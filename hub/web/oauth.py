"""The doors of the OAuth consent: out to Exact with a one-time state, and back with a code."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import anyio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.adapters.port import Grant
from hub.domain.product import Division
from hub.outcome import Outcome, Throttled, Unavailable
from hub.store.connections import ErpConnection, Step, make_ticket, mark_connected, take_ticket
from hub.store.engine import Database, StoreUnavailable, Work
from hub.store.grants import StoredGrant
from hub.web.doors import Doors
from hub.web.page import page

TRIES = 5
LONGEST_WAIT = 5.0
AGAIN = "Make a new link in the hub (erpConnectionReconnect) and open it: each works once, for ten minutes."

_log = logging.getLogger(__name__)


async def start_link(database: Database, public_url: str, tenant_id: str, connection_id: str) -> str:
    """Return the address where a browser begins the consent for a connection of the tenant: good once."""
    ticket = await database.write(lambda work: make_ticket(work, tenant_id, connection_id, Step.START))
    return f"{public_url}/oauth/exact/start?state={ticket}"


class Consent:
    """Leads a browser through the consent."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._redirect_uri = f"{doors.public_url}/oauth/exact/callback"

    async def start(self, request: Request) -> Response:
        """``GET /oauth/exact/start?state=…``: uses the link up and sends the browser to Exact."""
        if request.method != "GET":
            return Response(status_code=405, headers={"allow": "GET"})
        ticket = request.query_params.get("state", "")
        try:
            made = await self._doors.database.write(lambda work: _begin(work, ticket))
        except StoreUnavailable:
            return page(503, "Not now", "The database cannot be reached. Open the link again in a moment.")
        if made is None:
            return page(400, "This link no longer works", AGAIN)
        connection, state = made
        return RedirectResponse(await self._doors.connect.consent_url(connection, state, self._redirect_uri), 303)

    async def callback(self, request: Request) -> Response:
        """``GET /oauth/exact/callback?code=…&state=…``: stores the grant before it is used for anything."""
        if request.method != "GET":
            return Response(status_code=405, headers={"allow": "GET"})
        given = request.query_params
        try:
            state = given.get("state", "")
            connection = await self._doors.database.write(lambda work: take_ticket(work, state, Step.CALLBACK))
            if connection is None:
                return page(400, "This consent no longer counts", AGAIN)
            if not given.get("code"):
                return page(400, "Exact gave no consent", AGAIN)
            return await self._connect(connection, given["code"])
        except StoreUnavailable:
            return page(503, "Not now", f"The database cannot be reached. {AGAIN}")

    async def _connect(self, connection: ErpConnection, code: str) -> Response:
        try:
            await self._keep(connection, await self._doors.connect.exchange(connection, code, self._redirect_uri))
            divisions = await self._divisions(connection)
        except Outcome as failed:
            _log.warning("a consent for connection %s failed: %s", connection.connection_id, failed)
            return page(502, "Exact did not answer as it should", AGAIN)
        await self._doors.database.write(lambda work: self._finish(work, connection, divisions))
        found = f"Exact Online is connected; it opened {len(divisions)} divisions. You can close this page."
        return page(200, "Connected", found)

    async def _keep(self, connection: ErpConnection, grant: Grant) -> None:
        store = StoredGrant(self._doors.database, self._doors.vault, connection.tenant_id, connection.connection_id)
        await store.save(grant)

    async def _divisions(self, connection: ErpConnection) -> Sequence[Division]:
        """List the divisions, trying again where Exact is busy: the code is used up, so giving up costs a consent."""
        for _ in range(TRIES - 1):
            try:
                return await self._doors.connect.divisions(connection)
            except Throttled as busy:
                await anyio.sleep(min(busy.retry_after, LONGEST_WAIT))
            except Unavailable:
                await anyio.sleep(0.3)
        return await self._doors.connect.divisions(connection)

    async def _finish(self, work: Work, connection: ErpConnection, divisions: Sequence[Division]) -> None:
        await mark_connected(work, connection.tenant_id, connection.connection_id)
        await self._doors.connect.granted(work, connection, divisions)


async def _begin(work: Work, ticket: str) -> tuple[ErpConnection, str] | None:
    connection = await take_ticket(work, ticket, Step.START)
    if connection is None:
        return None
    return connection, await make_ticket(work, connection.tenant_id, connection.connection_id, Step.CALLBACK)
