"""The pages around authorisation: Seller Central's consent page, and the token endpoint of Login with Amazon."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.amazon.lwa import APPLICATION_ID, SELLER_ID, Lwa, LwaRefusal

TOKEN_PATH, CONSENT_PATH = "/auth/o2/token", "/apps/authorize/consent"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ASKED = ("application_id", "state", "redirect_uri", "version")
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Seller Central (sandbox)</title></head>
<body><h1>Seller Central (sandbox)</h1><p>Authorise <b>{client}</b> to access the data of {seller}?</p>
<form method="post" action="{action}">{fields}<button name="allow" value="1">Confirm</button>
<button name="allow" value="0">Cancel</button></form></body></html>"""


class Consent:
    """Answers the browser on its way through Seller Central, and the application that comes with a code."""

    def __init__(self, lwa: Lwa) -> None:
        self._lwa = lwa

    def routes(self) -> list[BaseRoute]:
        return [
            Route(TOKEN_PATH, self.token, methods=["POST"]),
            Route(CONSENT_PATH, self.ask, methods=["GET"]),
            Route(CONSENT_PATH, self.answer, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """Show the consent page, or say what is wrong with the address."""
        if fault := _fault(request.query_params):
            return _bad(fault)
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(request.query_params.get(name, ""))}">'
            for name in ASKED
        )
        action = html.escape(request.url.path)
        return HTMLResponse(PAGE.format(client=APPLICATION_ID, seller=SELLER_ID, action=action, fields=hidden))

    async def answer(self, request: Request) -> Response:
        """Send the seller back with a code; a refusal ends here, as Amazon describes no way back for it."""
        form = dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
        if fault := _fault(form):
            return _bad(fault)
        if form.get("allow", "1") != "1":
            return HTMLResponse("<h1>Authorization cancelled</h1>")
        target = form["redirect_uri"]
        told = {"state": form["state"], "selling_partner_id": SELLER_ID, "spapi_oauth_code": self._lwa.consent(target)}
        return RedirectResponse(f"{target}{'&' if urlsplit(target).query else '?'}{urlencode(told)}", 302)

    async def token(self, request: Request) -> Response:
        """Grant an access token to a form with credentials in it or in a Basic header."""
        form = dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
        try:
            access, refresh_token = self._lwa.grant({**form, **_basic(request)})
        except LwaRefusal as refusal:
            told = {"error": refusal.error, "error_description": refusal.description}
            return JSONResponse(told, refusal.status)
        seconds = max(1, int(access.expires_at - self._lwa.clock.epoch()))
        granted = {"access_token": access.token, "token_type": "bearer", "expires_in": seconds}
        return JSONResponse(granted | ({"refresh_token": refresh_token} if refresh_token else {}))


def _fault(asked: Mapping[str, str]) -> str | None:
    if asked.get("application_id") != APPLICATION_ID:
        return "Unknown application_id"
    if not asked.get("state"):
        return "The state parameter is missing"
    if urlsplit(asked.get("redirect_uri", "")).hostname not in LOOPBACK:
        return "The redirect URI is not registered"
    return None


def _bad(fault: str) -> Response:
    return HTMLResponse(f"<h1>Bad Request</h1><p>{html.escape(fault)}</p>", 400)


def _basic(request: Request) -> dict[str, str]:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(text).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": name, "client_secret": secret}
