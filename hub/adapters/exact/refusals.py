"""What Exact's refusals mean: 500 with a message is a validation error for good, not an outage."""

from __future__ import annotations

import re

import httpx2

from hub.adapters.http import read_json
from hub.outcome import Outcome, Rejected, Unavailable

COUNTED = frozenset({400, 401, 403, 404})
"""Statuses that Exact counts against a key; whether validation errors count too is not known, so they do here."""

_LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")


def message(response: httpx2.Response) -> str:
    """Return ``error.message.value`` (in the language of the connected user), else the ``Reason`` header."""
    try:
        answer = read_json(response)
    except Unavailable:
        answer = None
    match answer:
        case {"error": {"message": {"value": str(value)}}} if value.strip():
            return _LINE_BREAKS.sub("; ", value.strip())[:500]
    return str(response.headers.get("Reason", "")).strip()[:500]


def counts_as_error(response: httpx2.Response) -> bool:
    """Tell whether the answer may count against the key's ten errors an hour for this endpoint."""
    return response.status_code in COUNTED or (response.status_code == 500 and bool(message(response)))


def refusal(response: httpx2.Response, endpoint: str, *, repeatable: bool) -> Outcome:
    """Return the outcome for an answer that is neither success, 401 nor 429."""
    words = message(response)
    match response.status_code:
        case 500 if words:
            return Rejected(words, code="validation")
        case 400:
            return Rejected(words or f"Exact does not understand the request to {endpoint}", code="bad_request")
        case 403:
            return Rejected(f"No right to use {endpoint} in Exact: {words or 'forbidden'}", code="forbidden")
        case 404:
            return Rejected(words or f"{endpoint}: not found in Exact", code="not_found")
        case 408 if repeatable:
            return Rejected(f"Exact finds the query to {endpoint} too broad", code="too_broad")
        case status if 400 <= status < 500 and status != 408:
            return Rejected(words or f"{endpoint} refused with {status}", code=f"http_{status}")
        case status:
            return Unavailable(f"Exact answered {endpoint} with {status}", unknown=not repeatable)
