"""The request's body: bounded, JSON, and of the shape that GraphQL over HTTP asks for."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from strawberry.http import GraphQLRequestData


class BadRequest(Exception):
    """The request is no GraphQL request; ``status`` is the HTTP status to refuse it with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body; raises ``BadRequest`` for one of another media type or of more than ``limit`` bytes."""
    media, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    if media.strip() != "application/json" or not _is_utf8(parameters):
        raise BadRequest(415, "Send the request as application/json in UTF-8.")
    if not request.headers.get("content-length", "0").isdecimal():
        raise BadRequest(400, "The content length is not a number.")
    if int(request.headers.get("content-length", "0")[:12]) > limit:
        raise BadRequest(413, f"A request has at most {limit} bytes.")
    return await _bounded(request, limit)


def _is_utf8(parameters: str) -> bool:
    charset = dict(piece.strip().partition("=")[::2] for piece in parameters.split(";")).get("charset", "utf-8")
    return charset.strip('"') in ("utf-8", "utf8")


async def _bounded(request: Request, limit: int) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise BadRequest(413, f"A request has at most {limit} bytes.")
    except ClientDisconnect:
        raise BadRequest(400, "The request broke off.") from None
    return bytes(body)


def parsed(body: bytes) -> GraphQLRequestData:
    """Return the GraphQL request in a body; raises ``BadRequest`` for anything else."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest(400, "The body is not valid JSON.") from None
    if not isinstance(data, dict):
        raise BadRequest(400, "The body must be a JSON object; batches are not accepted.")
    query = _member(data, "query", str)
    if not query:
        raise BadRequest(400, "The body names no query.")
    return GraphQLRequestData(
        query=query,
        variables=_member(data, "variables", dict),
        operation_name=_member(data, "operationName", str),
        extensions=_member(data, "extensions", dict),
    )


def _member(data: dict[str, Any], name: str, kind: type) -> Any:
    value = data.get(name)
    if value is not None and not isinstance(value, kind):
        raise BadRequest(400, f"{name} must be {'a string' if kind is str else 'an object'}.")
    return value
