"""Answers as WordPress gives them: PHP's JSON, paging headers, errors with a code."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

Json = dict[str, Any]
T = TypeVar("T")


def php_json(content: Any) -> bytes:
    """Encode as PHP does: ASCII only, no spaces, slashes escaped."""
    return json.dumps(content, separators=(",", ":")).replace("/", "\\/").encode()


def answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    base = {"Content-Type": "application/json; charset=UTF-8", "X-Content-Type-Options": "nosniff"}
    return Response(php_json(content), status, base | (headers or {}))


class Trouble(Exception):
    """A refused request: becomes ``{code, message, data: {status}}``."""

    def __init__(self, code: str, message: str, status: int, **data: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.data = code, message, status, data

    def body(self) -> Json:
        return {"code": self.code, "message": self.message, "data": {"status": self.status, **self.data}}

    def response(self) -> Response:
        return answer(self.body(), self.status)


def invalid_param(name: str, message: str, code: str) -> Trouble:
    """Return the 400 for a parameter that breaks its schema."""
    detail = {"code": code, "message": message, "data": None}
    return Trouble(
        "rest_invalid_param", f"Invalid parameter(s): {name}", 400, params={name: message}, details={name: detail}
    )


def not_in_enum(name: str, allowed: Sequence[str]) -> Trouble:
    listed = f"{', '.join(allowed[:-1])}, and {allowed[-1]}"
    return invalid_param(name, f"{name} is not one of {listed}.", "rest_not_in_enum")


def whole_number(request: Request, name: str, default: int, low: int, high: int | None = None) -> int:
    """Read a number from the query, or refuse it as WordPress does."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if re.fullmatch(r"-?\d+", text) is None:
        raise invalid_param(name, f"{name} is not of type integer.", "rest_invalid_type")
    number = int(text)
    if number < low or (high is not None and number > high):
        limits = f"between {low} (inclusive) and {high} (inclusive)" if high else f"greater than or equal to {low}"
        raise invalid_param(name, f"{name} must be {limits}", "rest_out_of_bounds")
    return number


def listed(request: Request, name: str) -> list[str]:
    """Read a list parameter: ``a=1,2``, ``a[]=1&a[]=2`` or ``a[0]=1``."""
    values = [value for key, value in request.query_params.multi_items() if key.partition("[")[0] == name]
    return [part for value in values for part in value.split(",") if part != ""]


def page_of(request: Request, rows: Sequence[T], show: Callable[[T], Json], place: str) -> Response:
    """Answer with one page and the headers that count the rest; past the end stands an empty list."""
    number = whole_number(request, "page", 1, 1)
    size = whole_number(request, "per_page", 10, 1, 100)
    start = whole_number(request, "offset", (number - 1) * size, 0)
    pages = math.ceil(len(rows) / size)
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)}
    links = [_link(request, place, min(number - 1, pages), "prev")] if number > 1 and pages else []
    links += [_link(request, place, number + 1, "next")] if number < pages else []
    if links:
        headers["Link"] = ", ".join(links)
    part = [trimmed(request, show(row)) for row in rows[start : start + size]]
    return answer(part, headers=headers)


def _link(request: Request, place: str, number: int, relation: str) -> str:
    query = str(request.url.include_query_params(page=number).query)
    return f'<{place}?{query}>; rel="{relation}"'


def trimmed(request: Request, body: Json) -> Json:
    """Keep only the members named in ``_fields``."""
    fields = {name.partition(".")[0] for name in listed(request, "_fields")}
    return {key: value for key, value in body.items() if key in fields} if fields else body


async def body_of(request: Request) -> Json:
    """Read a JSON object from the request body; an empty body is an empty object."""
    raw = await request.body()
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        extra = {"json_error_code": 4, "json_error_message": "Syntax error"}
        raise Trouble("rest_invalid_json", "Invalid JSON body passed.", 400, **extra) from None
    return body if isinstance(body, dict) else {}
