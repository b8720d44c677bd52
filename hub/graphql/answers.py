"""Answers over HTTP, with the media types and status codes of the GraphQL-over-HTTP specification."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response
from strawberry.http import GraphQLHTTPResponse, process_result
from strawberry.types import ExecutionResult

from hub.graphql.accept import GRAPHQL_JSON
from hub.graphql.errors import FORBIDDEN, INTERNAL, UNAUTHENTICATED, UNAVAILABLE

STATUSES = {FORBIDDEN: 403, UNAUTHENTICATED: 401, UNAVAILABLE: 503, INTERNAL: 500}


def without_empty_data(result: ExecutionResult) -> GraphQLHTTPResponse:
    """Return the result as JSON members; ``data`` is left out where nothing was executed.

    That is how callers tell a refused request from a partial answer: an error of a field has a path.
    """
    members = process_result(result)
    if result.data is None and result.errors and all(error.path is None for error in result.errors):
        members.pop("data", None)
    return members


def answer(members: GraphQLHTTPResponse, media: str) -> Response:
    """Return the response; ``application/json`` says 200 to every GraphQL request, as its old clients expect."""
    status = status_of(members) if media == GRAPHQL_JSON else 200
    return Response(orjson.dumps(members, default=str), status, media_type=f"{media}; charset=utf-8")


def status_of(members: GraphQLHTTPResponse) -> int:
    """Return 200 where something was executed, else what the errors say."""
    if "data" in members:
        return 200
    errors: list[Any] = members.get("errors") or []
    codes = [error.get("extensions", {}).get("code") for error in errors]
    return next((STATUSES[code] for code in codes if code in STATUSES), 400)


def refusal(status: int, code: str, message: str, **headers: str) -> Response:
    """Return the answer to what is no GraphQL request, in the shape of a GraphQL error."""
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return Response(orjson.dumps(body), status, headers, media_type=f"{GRAPHQL_JSON}; charset=utf-8")
