"""What stands before every endpoint of the shop: the token, the limit, and problems told as documents."""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.sandbox.generic.orders import Json
from hub.sandbox.generic.shop import Shop

TOKEN = "generic-token"  # noqa: S105 - of a simulated shop
ROOT = "/handelhub/v1"
MINUTE = 60.0

Handler = Callable[[Request], Awaitable[Response]]


class Trouble(Exception):
    """A refused request: becomes a problem document (RFC 9457)."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail

    def response(self, headers: dict[str, str] | None = None) -> Response:
        told = {"type": "about:blank", "status": self.status, "code": self.code, "detail": self.detail}
        return JSONResponse(told, self.status, headers, media_type="application/problem+json")


class Door:
    """Lets in whoever has the token, as often as the limit allows."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._began, self._calls = 0.0, 0

    def route(self, path: str, handler: Handler, methods: list[str]) -> Route:
        """Return a guarded route below the contract's root."""

        async def guarded(request: Request) -> Response:
            headers = self._count()
            try:
                if int(headers["RateLimit-Remaining"]) < 0:
                    return self.throttled()
                self._admit(request)
                response = await handler(request)
            except Trouble as trouble:
                response = trouble.response()
            response.headers.update(headers)
            return response

        return Route(f"{ROOT}{path}", guarded, methods=methods)

    def throttled(self) -> Response:
        """Return the 429 of the shop."""
        wait = max(1, math.ceil(self._left()))
        return Trouble(429, "rate_limited", "Too many requests.").response({"Retry-After": str(wait)})

    def _count(self) -> dict[str, str]:
        if self._left() <= 0:
            self._began, self._calls = self.shop.clock.epoch(), 0
        self._calls += 1
        limit = self.shop.switches.calls_per_minute
        return {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(limit - self._calls),
            "RateLimit-Reset": str(math.ceil(self._left())),
        }

    def _left(self) -> float:
        """Return the real seconds until the window ends."""
        return self._began + self.shop.clock.seconds(MINUTE) - self.shop.clock.epoch()

    def _admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(token.encode(), TOKEN.encode()):
            raise Trouble(401, "unauthenticated", "The token is missing or wrong.")


async def no_such_path(request: Request) -> Response:
    return Trouble(404, "no_such_path", "The contract has no such path.").response()


async def body_of(request: Request) -> Json:
    """Read a JSON object from the request body."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Trouble(400, "invalid_request", "The body is no JSON.") from None
    if not isinstance(body, dict):
        raise Trouble(400, "invalid_request", "The body is no object.")
    return body


def limit_of(request: Request) -> int:
    """Return how many rows are wanted at most."""
    text = request.query_params.get("limit", "100")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1000):
        raise Trouble(400, "invalid_request", "limit is a number from 1 to 1000.")
    return int(text)


def text_in(body: Json, name: str, most: int) -> str:
    """Return a required text."""
    value = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise Trouble(400, "invalid_request", f"{name} is a text of 1 to {most} characters.")
    return value


def number_in(body: Json, name: str, least: int) -> int:
    """Return a required whole number."""
    value: Any = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise Trouble(400, "invalid_request", f"{name} is a whole number of {least} or more.")
    return value


def rows_in(body: Json, name: str) -> list[Json]:
    """Return a required list of one to a thousand objects."""
    value: Any = body.get(name)
    if not isinstance(value, list) or not 1 <= len(value) <= 1000 or not all(isinstance(each, dict) for each in value):
        raise Trouble(400, "invalid_request", f"{name} is a list of 1 to 1000 objects.")
    return value
