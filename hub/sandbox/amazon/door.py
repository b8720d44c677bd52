"""What stands before every endpoint of the Selling Partner API: token, usage plan, media type."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.answers import Trouble, denied, invalid, too_many
from hub.sandbox.amazon.lwa import SCOPES, Lwa
from hub.sandbox.amazon.usage import Usage

Handler = Callable[[Request], Awaitable[Response]]
WITH_RATE = (200, 201, 202, 204, 400, 404)
"""Statuses whose answers carry the rate limit header in the models."""


class Door:
    """Lets in whoever has a good token and stays within the usage plan of the operation."""

    def __init__(self, account: Account) -> None:
        self.account, self.switches = account, account.switches
        self.lwa = Lwa(account.clock, account.switches)
        self.usage = Usage(account.clock.speed)

    def route(
        self, path: str, operation: str, handler: Handler, method: str = "GET", *, grantless: bool = False
    ) -> Route:
        """Return a guarded route; a ``grantless`` one needs a token of the application's own."""

        async def guarded(request: Request) -> Response:
            self.account.settle()
            try:
                self._admit(request, operation, grantless)
                response = await handler(request)
            except Trouble as trouble:
                response = trouble.response()
            return self._signed(response, operation)

        return Route(path, guarded, methods=[method])

    def _admit(self, request: Request, operation: str, grantless: bool) -> None:
        self.lwa.admit(request.headers.get("x-amz-access-token"), SCOPES[0] if grantless else None)
        if self.switches.forbidden > 0:
            self.switches.forbidden -= 1
            raise denied()
        if not self.usage.take(operation, self.account.clock.epoch()):
            raise too_many()
        if request.method in ("POST", "PATCH") and _media_type(request) != "application/json":
            raise Trouble(415, "UnsupportedMediaType", "The request's Content-Type header is invalid.")

    def _signed(self, response: Response, operation: str) -> Response:
        response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
        if self.switches.rate_header and response.status_code in WITH_RATE:
            response.headers["x-amzn-RateLimit-Limit"] = self.usage.header(operation)
        return response

    @staticmethod
    def throttled() -> Response:
        """Return a 429 that no bucket asked for."""
        response = too_many().response()
        response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
        return response


def _media_type(request: Request) -> str:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


async def body_of(request: Request) -> dict[str, Any]:
    """Read a JSON object from the request body, or refuse it with 400."""
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise invalid("Could not match input arguments") from None
    if not isinstance(body, dict):
        raise invalid("Could not match input arguments")
    return body


def listed(request: Request, name: str, most: int | None = None) -> list[str]:
    """Read a query parameter that holds a list: comma separated, repeated, or both."""
    values = [each for text in request.query_params.getlist(name) for each in text.split(",") if each]
    if most is not None and len(values) > most:
        raise invalid(f"{name} may hold at most {most} values.")
    return values


def chosen(request: Request, name: str, allowed: frozenset[str], most: int | None = None) -> frozenset[str]:
    """Read a list of known values; Trouble 400 for an unknown one."""
    values = frozenset(listed(request, name, most))
    if unknown := values - allowed:
        raise invalid(f"{name} holds unknown values: {', '.join(sorted(unknown))}.")
    return values
