"""The doors of a consent: out to the platform with a one-time state, and back with its answer."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.outcome import Outcome
from hub.store.engine import Database, StoreUnavailable
from hub.store.tickets import Step, Subject, make_ticket, take_ticket
from hub.web.doors import ConsentFlow, Doors
from hub.web.page import page

BROWSER = "handelhub-consent"
"""Names the cookie that binds the way back to the browser that set out."""
BROWSER_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
BROWSER_SECONDS = 600
AGAIN = "Make a new link in the hub ({mutation}) and open it: each works once, for ten minutes, in one browser."

_log = logging.getLogger(__name__)


async def start_link(database: Database, public_url: str, platform: str, subject: Subject) -> str:
    """Return the address where a browser begins the consent for a connection or channel: good once."""
    ticket = await database.write(lambda work: make_ticket(work, subject, Step.START))
    return f"{public_url}/oauth/{platform}/start?state={ticket}"


class ConsentDoors:
    """Leads a browser through the consents of all platforms that have one."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def start(self, request: Request) -> Response:
        """``GET /oauth/{platform}/start?state=…``: uses the link up and sends the browser to the platform."""
        flow, platform = self._flow(request), request.path_params["platform"]
        if flow is None:
            return _no_such_platform()
        if request.method != "GET":
            return Response(status_code=405, headers={"allow": "GET"})
        browser = _browser(request) or secrets.token_urlsafe(32)
        try:
            made = await self._begin(request.query_params.get("state", ""), browser)
            place = made and await flow.address(made[0], made[1], self._redirect_uri(platform))
        except StoreUnavailable:
            return page(503, "Not now", "The database cannot be reached. Open the link again in a moment.")
        if not place:
            return page(400, "This link no longer works", _again(flow))
        return self._bound(RedirectResponse(place, 303), browser)

    async def callback(self, request: Request) -> Response:
        """``GET /oauth/{platform}/callback?…&state=…``: stores the grant before it is used for anything."""
        flow, platform = self._flow(request), request.path_params["platform"]
        if flow is None:
            return _no_such_platform()
        if request.method != "GET":
            return Response(status_code=405, headers={"allow": "GET"})
        try:
            subject = await self._return(request)
            if subject is None:
                return page(400, "This consent no longer counts", _again(flow))
            return await self._connect(flow, subject, request.query_params, self._redirect_uri(platform))
        except StoreUnavailable:
            return page(503, "Not now", f"The database cannot be reached. {_again(flow)}")

    async def _connect(
        self, flow: ConsentFlow, subject: Subject, answer: Mapping[str, str], redirect_uri: str
    ) -> Response:
        if not flow.consented(answer):
            return page(400, f"{flow.title} gave no consent", _again(flow))
        try:
            sentence = await flow.connect(subject, answer, redirect_uri)
        except Outcome as failed:
            _log.warning("a consent for %s failed: %s", subject.subject_id, failed)
            return page(502, f"{flow.title} did not answer as it should", _again(flow))
        return page(200, "Connected", f"{sentence} You can close this page.")

    async def _begin(self, ticket: str, browser: str) -> tuple[Subject, str] | None:
        subject = await self._doors.database.write(lambda work: take_ticket(work, ticket, Step.START))
        if subject is None:
            return None
        ticket = await self._doors.database.write(lambda work: make_ticket(work, subject, Step.CALLBACK, browser))
        return subject, ticket

    async def _return(self, request: Request) -> Subject | None:
        state, browser = request.query_params.get("state", ""), _browser(request)
        if not browser:
            return None
        return await self._doors.database.write(lambda work: take_ticket(work, state, Step.CALLBACK, browser))

    def _flow(self, request: Request) -> ConsentFlow | None:
        return self._doors.consents.get(request.path_params["platform"])

    def _redirect_uri(self, platform: str) -> str:
        return f"{self._doors.public_url}/oauth/{platform}/callback"

    def _bound(self, response: Response, browser: str) -> Response:
        secure = self._doors.public_url.startswith("https://")
        response.set_cookie(
            BROWSER, browser, max_age=BROWSER_SECONDS, path="/oauth", secure=secure, httponly=True, samesite="lax"
        )
        return response


def _browser(request: Request) -> str:
    """Return the mark of this browser, empty where it has none that we could have made."""
    mark = request.cookies.get(BROWSER, "")
    return mark if BROWSER_VALUE.fullmatch(mark) else ""


def _again(flow: ConsentFlow) -> str:
    return AGAIN.format(mutation=flow.mutation)


def _no_such_platform() -> Response:
    return page(404, "Nothing here", "No platform of this name is connected by a consent.")
