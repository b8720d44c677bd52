"""The OAuth doors: consent in the browser, and the token endpoint."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from hub.sandbox.shopify.apps import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.shopify.shop import DOMAIN, Shop
from hub.sandbox.shopify.tokens import GrantRefused, Token, Tokens, granted

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shopify (sandbox)</title></head>
<body><h1>Install app</h1><p>The app <b>{client}</b> asks for: {scope}</p>
<form method="post" action="{action}">{fields}<button name="allow" value="1">Install</button>
<button name="allow" value="0">Cancel</button></form></body></html>"""
ASKED = ("client_id", "scope", "redirect_uri", "state")


def seal(query: Mapping[str, str]) -> str:
    """Return the hmac of a callback: hex SHA-256 over the sorted query without it."""
    message = urlencode(sorted(query.items()))
    return hmac.new(CLIENT_SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()


class OAuth:
    """Answers ``/admin/oauth/authorize`` and ``/admin/oauth/access_token``."""

    def __init__(self, shop: Shop, tokens: Tokens) -> None:
        self.shop, self.tokens = shop, tokens

    async def ask(self, request: Request) -> Response:
        """Show the consent page, or say what is wrong with the request."""
        query = request.query_params
        if (fault := _fault(query)) is not None:
            return HTMLResponse(f"<h1>Oauth error</h1><p>{html.escape(fault)}</p>", 400)
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(query.get(name, ""))}">' for name in ASKED
        )
        action, scope = html.escape(request.url.path), html.escape(query.get("scope", ""))
        return HTMLResponse(PAGE.format(client=CLIENT_ID, scope=scope, action=action, fields=hidden))

    async def answer(self, request: Request) -> Response:
        """Send the merchant back with a code, or with a refusal."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        if (fault := _fault(form)) is not None:
            return HTMLResponse(f"<h1>Oauth error</h1><p>{html.escape(fault)}</p>", 400)
        told = {"shop": DOMAIN, "state": form.get("state", ""), "timestamp": str(int(self.shop.clock.epoch()))}
        if form.get("allow", "1") == "1":
            scopes = granted(form.get("scope", ""), self.shop.switches.scopes)
            told["code"] = self.tokens.code(scopes, form["redirect_uri"])
        else:
            told["error"] = "access_denied"
        told["hmac"] = seal(told)
        glue = "&" if urlsplit(form["redirect_uri"]).query else "?"
        return RedirectResponse(f"{form['redirect_uri']}{glue}{urlencode(told)}", 302)

    async def token(self, request: Request) -> Response:
        """Grant a token to a code, to client credentials or to a refresh token; form or JSON body."""
        try:
            form = await _body(request)
            token = self._grant(form)
        except GrantRefused as refused:
            body = {"error": refused.error, "error_description": refused.description}
            return JSONResponse(body, refused.status)
        return JSONResponse(self._told(token))

    def _grant(self, form: Mapping[str, str]) -> Token:
        known = hmac.compare_digest(form.get("client_secret", ""), CLIENT_SECRET)
        if form.get("client_id") != CLIENT_ID or not known:
            raise GrantRefused("application_cannot_be_found", "Client authentication failed", 400)
        match form.get("grant_type"):
            case "client_credentials":
                return self.tokens.credentials(list(self.shop.switches.scopes))
            case "refresh_token":
                return self.tokens.refresh(form.get("refresh_token", ""))
            case None | "" | "authorization_code":
                return self.tokens.exchange(form.get("code", ""), expiring=form.get("expiring") in ("1", "true"))
        raise GrantRefused("unsupported_grant_type", "The grant type is not supported")

    def _told(self, token: Token) -> dict[str, Any]:
        now = self.shop.clock.epoch()
        told: dict[str, Any] = {"access_token": token.text, "scope": ",".join(token.scopes)}
        if token.expiry is not None:
            told["expires_in"] = max(1, int(token.expiry - now))
        if token.refresh is not None:
            told["refresh_token"] = token.refresh
            told["refresh_token_expires_in"] = max(1, int(token.refresh_expiry - now))
        return told


async def _body(request: Request) -> dict[str, str]:
    raw = (await request.body()).decode(errors="replace")
    if "json" not in request.headers.get("Content-Type", ""):
        return dict(parse_qsl(raw, keep_blank_values=True))
    try:
        told = json.loads(raw or "{}")
    except ValueError:
        raise GrantRefused("invalid_request", "The body is not JSON") from None
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}


def _fault(asked: Mapping[str, str]) -> str | None:
    if asked.get("client_id") != CLIENT_ID:
        return "invalid_request: the application could not be found"
    if urlsplit(asked.get("redirect_uri", "")).hostname not in LOOPBACK:
        return "invalid_request: The redirect_uri is not whitelisted"
    return None
