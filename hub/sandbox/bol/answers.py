"""Answers as bol.com gives them: vendor media types and ``Problem`` documents."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

TITLES = {
    400: "Error validating request. Consult the bol.com API documentation for more information.",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    406: "Not Acceptable",
    409: "Conflict",
    415: "Unsupported Media Type",
    429: "Too many requests",
}


def media_type(version: int, kind: str = "json") -> str:
    """Return the vendor media type of an API version."""
    return f"application/vnd.retailer.v{version}+{kind}"


def answer(content: Any, version: int = 10, status: int = 200) -> Response:
    """Answer with JSON in the vendor media type."""
    return Response(orjson.dumps(content), status, {"Content-Type": media_type(version)})


class Trouble(Exception):
    """A request that is refused: becomes a ``Problem`` with this status."""

    def __init__(self, status: int, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.members = status, detail, members

    def response(self, version: int = 10) -> Response:
        """Return the problem document; ``violations`` only appear where the request broke the specification."""
        body = {
            "type": "https://api.bol.com/problems",
            "title": TITLES.get(self.status, "Error"),
            "status": self.status,
            "detail": self.detail,
            "host": "Instance-001",
        }
        return answer(body | self.members, version, self.status)


def invalid(*violations: tuple[str, str]) -> Trouble:
    """Return a 400 that names what is wrong with which field."""
    listed = [{"name": name, "reason": reason} for name, reason in violations]
    return Trouble(400, "Bad request", violations=listed)
