"""Answers as the Selling Partner API gives them: plain JSON, and ``errors`` where something is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.responses import Response

Json = dict[str, Any]


def answer(content: Any, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def stamp(at: datetime) -> str:
    """An instant as the API writes it: UTC with milliseconds, the rest cut off."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Trouble(Exception):
    """A request that is refused."""

    def __init__(self, status: int, code: str, message: str, details: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.details = status, code, message, details

    def response(self) -> Response:
        body = {"code": self.code, "message": self.message, "details": self.details}
        return answer({"errors": [body]}, self.status)


def invalid(message: str, details: str = "") -> Trouble:
    """Return a 400."""
    return Trouble(400, "InvalidInput", message, details)


def denied(details: str = "") -> Trouble:
    """Return the 403 of a bad token; with empty details it means a missing role."""
    return Trouble(403, "Unauthorized", "Access to requested resource is denied.", details)


def unknown(message: str) -> Trouble:
    """Return a 404."""
    return Trouble(404, "NotFound", message)


def too_many() -> Trouble:
    """Return a 429; Amazon documents no ``Retry-After``."""
    return Trouble(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
