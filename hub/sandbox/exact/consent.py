"""The OAuth pages: consent in the browser, tokens for the app."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from hub.sandbox.exact.grants import CLIENT_ID, CLIENT_SECRET, Grants, TokenRefusal, Tokens

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Exact Online (sandbox)</title></head>
<body><h1>Exact Online (sandbox)</h1><p>The app <b>{client}</b> asks for access to your companies.</p>
<form method="post" action="{action}">{fields}<button name="allow" value="1">Allow</button>
<button name="allow" value="0">Refuse</button></form></body></html>"""
_ASKED = ("client_id", "redirect_uri", "response_type", "state")


class Consent:
    """Answers ``/api/oauth2/auth`` and ``/api/oauth2/token``."""

    def __init__(self, grants: Grants) -> None:
        self._grants = grants
        self.lose_next = 0

    async def ask(self, request: Request) -> Response:
        """Show the consent page, or say what is wrong with the request."""
        if fault := _fault(request.query_params):
            return HTMLResponse(f"<h1>Bad Request</h1><p>{html.escape(fault)}</p>", 400)
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(request.query_params.get(name, ""))}">'
            for name in _ASKED
        )
        return HTMLResponse(_PAGE.format(client=CLIENT_ID, action=html.escape(request.url.path), fields=hidden))

    async def answer(self, request: Request) -> Response:
        """Send the user back with a code, or with a refusal."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        if fault := _fault(form):
            return HTMLResponse(f"<h1>Bad Request</h1><p>{html.escape(fault)}</p>", 400)
        if form.get("allow", "1") == "1":
            told = {"code": self._grants.consent(form["redirect_uri"])}
        else:
            told = {"error": "access_denied"}
        if form.get("state"):
            told["state"] = form["state"]
        glue = "&" if urlsplit(form["redirect_uri"]).query else "?"
        return RedirectResponse(f"{form['redirect_uri']}{glue}{urlencode(told)}", 302)

    async def token(self, request: Request) -> Response:
        """Exchange a code or refresh a pair; ``lose_next`` rotates and answers with a broken gateway."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        try:
            tokens = self._grant(form, request)
        except TokenRefusal as refusal:
            headers = {"Reason": refusal.reason} if refusal.reason else None
            body = {"error": refusal.error, "error_description": refusal.description}
            return JSONResponse(body, refusal.status, headers)
        if self.lose_next > 0:
            self.lose_next -= 1
            return HTMLResponse("<h1>502 Bad Gateway</h1>", 502)
        return JSONResponse(
            {
                "access_token": tokens.access,
                "token_type": "bearer",
                "expires_in": str(tokens.expires_in),
                "refresh_token": tokens.refresh,
            }
        )

    def _grant(self, form: Mapping[str, str], request: Request) -> Tokens:
        if _credentials(form, request) != (CLIENT_ID, CLIENT_SECRET):
            raise TokenRefusal(400, "invalid_client", "Client authentication failed.")
        match form.get("grant_type"):
            case "authorization_code":
                return self._grants.exchange(form.get("code", ""), form.get("redirect_uri", ""))
            case "refresh_token":
                return self._grants.refresh(form.get("refresh_token", ""))
        raise TokenRefusal(400, "unsupported_grant_type", "The grant type is not supported.")


def _fault(asked: Mapping[str, str]) -> str | None:
    if asked.get("client_id") != CLIENT_ID:
        return "Unknown client_id"
    if asked.get("response_type", "code") != "code":
        return "Unsupported response_type"
    if urlsplit(asked.get("redirect_uri", "")).hostname not in _LOOPBACK:
        return "The redirect URI is not registered"
    return None


def _credentials(form: Mapping[str, str], request: Request) -> tuple[str | None, str | None]:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id"), form.get("client_secret")
    try:
        name, _, secret = base64.b64decode(text).decode().partition(":")
    except ValueError:
        return None, None
    return name, secret
