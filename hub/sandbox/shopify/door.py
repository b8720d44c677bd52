"""The GraphQL door: token, throttle and version before the operation, its cost after it."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from hub.sandbox.shopify.admin_schema import answered_version
from hub.sandbox.shopify.context import Asking
from hub.sandbox.shopify.engine import Engine, Operation
from hub.sandbox.shopify.problems import Json, Unfit
from hub.sandbox.shopify.shop import Shop
from hub.sandbox.shopify.throttle import SINGLE, Throttle
from hub.sandbox.shopify.tokens import Token, Tokens

UNKNOWN_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105
LIMITS = "https://shopify.dev/api/usage/rate-limits"
THROTTLED = {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": LIMITS}}


class Door:
    """Answers POSTs to ``graphql.json``, and hands out and takes in files."""

    def __init__(self, shop: Shop, engine: Engine, tokens: Tokens) -> None:
        self.shop, self.engine, self.tokens = shop, engine, tokens
        self.throttle = Throttle(shop.clock, shop.switches)

    async def graphql(self, request: Request) -> Response:
        """Run one document; everything that GraphQL has to say comes with status 200."""
        self.shop.settle()
        version = answered_version(request.path_params["version"])
        token = self.tokens.holder(request.headers.get("X-Shopify-Access-Token", ""))
        if token is None:
            response: Response = JSONResponse({"errors": UNKNOWN_TOKEN}, 401)
        else:
            response = self._answer(await request.body(), token, version)
        response.headers["X-Shopify-API-Version"] = version
        return response

    def _answer(self, raw: bytes, token: Token, version: str) -> Response:
        try:
            body = json.loads(raw)
            text, variables, name = body["query"], body.get("variables") or {}, body.get("operationName")
        except (ValueError, KeyError, TypeError, AttributeError):
            return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        try:
            operation = self.engine.prepare(str(text), variables, name)
        except Unfit as unfit:
            return JSONResponse({"errors": unfit.errors})
        requested = operation.cost.requested(operation.node)
        if requested > SINGLE:
            return JSONResponse({"errors": [_too_dear(requested)]})
        if not self.throttle.reserve(requested):
            return self._throttled(requested)
        return JSONResponse(self._run(operation, token, version, requested))

    def _run(self, operation: Operation, token: Token, version: str, requested: int) -> Json:
        asking = Asking(token.scopes, version, self.shop.switches.pagination_limit)
        result = self.engine.run(operation, asking)
        actual = min(requested, operation.cost.actual(operation.node, result.data))
        self.throttle.refund(requested - actual)
        answer: Json = {"errors": [error.formatted for error in result.errors]} if result.errors else {}
        extensions: Json = {"cost": self.throttle.told(requested, actual)}
        if asking.searches:
            extensions["search"] = asking.searches
        return answer | {"data": result.data, "extensions": extensions}

    def _throttled(self, requested: int) -> Response:
        if self.shop.switches.refuse_hard > 0:
            self.shop.switches.refuse_hard -= 1
            return refused_hard(self.shop.clock.seconds(1))
        answer = {"errors": [THROTTLED], "extensions": {"cost": self.throttle.told(requested, None)}}
        return JSONResponse(answer)

    async def file(self, request: Request) -> Response:
        """Hand out the result of a bulk operation; the address itself is the key."""
        content = self.shop.bulk.files.get(request.path_params["name"])
        if content is None:
            return PlainTextResponse("NoSuchKey", 404)
        return Response(content, media_type="application/jsonl")

    async def upload(self, request: Request) -> Response:
        """Take in a file for a bulk mutation: a form with its parameters before it, or the bare content by PUT."""
        raw = await request.body()
        path: Any = request.path_params.get("path")
        if request.method == "POST":
            parts = _form(request.headers.get("Content-Type", ""), raw)
            path, raw = parts.get("key", b"").decode(), parts.get("file", b"")
        if path not in self.shop.bulk.uploads:
            return PlainTextResponse("AccessDenied", 403)
        self.shop.bulk.uploads[path] = raw
        return PlainTextResponse(f"<PostResponse><Key>{path}</Key></PostResponse>", 201)


def refused_hard(seconds: float) -> Response:
    """Return the 429 that comes before GraphQL is reached."""
    return JSONResponse({"errors": "Too many requests"}, 429, {"Retry-After": f"{seconds:.1f}"})


def _too_dear(cost: int) -> Json:
    told = f"Query cost is {cost}, which exceeds the single query max cost limit ({SINGLE})."
    extensions = {"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": SINGLE, "documentation": LIMITS}
    return {"message": told, "extensions": extensions}


def _form(content_type: str, raw: bytes) -> dict[str, bytes]:
    """Read a multipart form."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
    found: dict[str, bytes] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        content = part.get_payload(decode=True)
        name = part.get_param("name", header="content-disposition")
        found[str(name)] = content if isinstance(content, bytes) else b""
    return found
