"""What stands before every endpoint: token, limit, media types; and the token endpoint itself."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.sandbox.bol.account import Account
from hub.sandbox.bol.answers import Trouble, answer, invalid, media_type
from hub.sandbox.bol.limits import Limits, Verdict
from hub.sandbox.bol.tokens import CLIENT_ID, CLIENT_SECRET, LIFETIME, Tokens, basic_credentials

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]


class Door:
    """Lets in whoever has a good token, asks for the right media type and stays within the limits."""

    def __init__(self, account: Account) -> None:
        self.account, self.switches = account, account.switches
        self.tokens = Tokens()
        self.limits = Limits(account.clock.speed)

    def route(
        self,
        path: str,
        handler: Handler,
        methods: list[str],
        *,
        version: int = 10,
        plain: bool = False,
        kind: str = "json",
    ) -> Route:
        """Return a guarded route that answers with a ``kind``; ``plain`` also admits ``application/json`` requests."""

        async def guarded(request: Request) -> Response:
            self.account.settle()
            verdict = None
            try:
                self._admit(request)
                verdict = self._count(request)
                if verdict is not None and not verdict.allowed:
                    raise _too_many(verdict.retry_after)
                self._negotiate(request, version, plain, kind)
                response = await handler(request)
            except Trouble as trouble:
                response = trouble.response(version)
            if verdict is not None:
                response.headers.update(self._headers(verdict))
            if response.status_code == 429:
                self._hint(response, verdict)
            return response

        return Route(path, guarded, methods=methods)

    def throttled(self) -> Response:
        """Return a 429, mostly with the number of seconds to wait."""
        response = _too_many(1).response()
        self._hint(response, None)
        return response

    def _hint(self, response: Response, verdict: Verdict | None) -> None:
        if self.account.chance.random() >= self.switches.retry_after_missing:
            response.headers["Retry-After"] = str(verdict.retry_after if verdict else 1)

    def _headers(self, verdict: Verdict) -> dict[str, str]:
        headers = verdict.headers()
        if self.switches.reset_as_epoch:
            headers["X-RateLimit-Reset"] = str(math.ceil(self.account.clock.epoch()) + verdict.reset)
        return headers

    def _admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        expiry = self.tokens.expiry(token) if scheme.lower() == "bearer" else None
        if expiry is None:
            raise Trouble(401, "Full authentication is required to access this resource.")
        if expiry <= self.account.clock.epoch():
            at = datetime.fromtimestamp(expiry, UTC).isoformat()
            raise Trouble(401, f"Jwt expired at {at}", title="Expired JWT")
        if self.switches.forbidden:
            raise Trouble(403, "The retailer account is not active.")

    def _count(self, request: Request) -> Verdict | None:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        return self.limits.take(request.method, path, self.account.clock.epoch())

    def _negotiate(self, request: Request, version: int, plain: bool, kind: str) -> None:
        wanted, given = media_type(version), media_type(version, kind)
        if given not in request.headers.get("Accept", ""):
            raise Trouble(406, f"Acceptable media types: {given}")
        if request.method in ("POST", "PUT", "PATCH") and request.headers.get("Content-Length", "0") != "0":
            sent = request.headers.get("Content-Type", "").partition(";")[0].strip()
            if sent != wanted and not (plain and sent == "application/json"):
                raise Trouble(415, f"Content-Type '{sent}' is not supported")

    async def token(self, request: Request) -> Response:
        """Grant an access token to HTTP Basic credentials with a form body."""
        verdict = self.limits.take("POST", "/token", self.account.clock.epoch())
        if verdict is not None and not verdict.allowed:
            response = _too_many(verdict.retry_after).response()
            self._hint(response, verdict)
            return response
        if basic_credentials(request.headers.get("Authorization", "")) != (CLIENT_ID, CLIENT_SECRET):
            return _oauth_error("invalid_client", "Bad client credentials", 401)
        form = parse_qs((await request.body()).decode(errors="replace"))
        if form.get("grant_type") != ["client_credentials"]:
            return _oauth_error("invalid_request", "Missing form parameter: grant_type", 400)
        lifetime = self.account.clock.seconds(LIFETIME)
        token = self.tokens.issue(self.account.clock.epoch(), lifetime)
        granted = {"access_token": token, "token_type": "Bearer", "expires_in": max(1, int(lifetime))}
        return JSONResponse(granted | {"scope": "RETAILER"})


def _too_many(seconds: int) -> Trouble:
    return Trouble(429, f"Too many requests, retry in {seconds} seconds.")


def _oauth_error(error: str, description: str, status: int) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)


async def body_of(request: Request) -> dict[str, Any]:
    """Read a JSON object from the request body, or refuse it with 400."""
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise invalid(("body", "Malformed JSON")) from None
    if not isinstance(body, dict):
        raise invalid(("body", "Expected an object"))
    return body


def page_of(request: Request) -> int:
    """Read the 1-based page number."""
    text = request.query_params.get("page", "1")
    if not text.isdecimal() or int(text) < 1:
        raise invalid(("page", "Must be a number of at least 1"))
    return int(text)


def page(entries: Sequence[T], number: int, name: str, show: Callable[[T], dict[str, Any]]) -> Response:
    """Answer with one page of 50; an empty page is an empty object."""
    part = [show(entry) for entry in entries[(number - 1) * 50 : number * 50]]
    return answer({name: part} if part else {})


def choice(request: Request, name: str, allowed: str, default: str | None = None) -> str | None:
    """Read a query parameter that takes one of a few values."""
    value = request.query_params.get(name, default)
    if value is not None and value not in allowed.split():
        raise invalid((name, f"Request contains invalid value(s): '{value}', allowed values: {allowed}."))
    return value
