"""One call to a WooCommerce shop: signed, at most two at a time, answers dug out of what PHP printed around them."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping
from typing import Any

import anyio
import httpx2

from hub.adapters.fields import Fields, parse
from hub.adapters.http import Caller, write_json
from hub.outcome import Rejected, Unauthorized, Unavailable

API = "wc/v3"
SIDE_BY_SIDE = 2
"""Requests to one shop at a time: shared hosting answers more with 503."""
BUSY_WAIT = 2.0
_STARTS = re.compile(rb"[{\[]")
_MOST_STARTS = 100


class WooCalls:
    """Sends requests of one shop, by paths below its API root such as ``wc/v3/orders``."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._doors = anyio.CapacityLimiter(SIDE_BY_SIDE)

    def spare(self) -> float:
        """Return the seconds until the shop is not asked for anything; there is no limit but its strength."""
        return BUSY_WAIT if self._doors.borrowed_tokens else 0.0

    async def read(self, operation: str, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Send a GET and return the JSON of its answer."""
        return content(await self.send(operation, "GET", path, params=params))

    async def send(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        expect: Collection[int] = (),
        repeatable: bool = True,
    ) -> httpx2.Response:
        """Send a request and return its answer, 2xx or one of the expected statuses.

        A request that is not ``repeatable`` raises ``Unavailable(unknown=True)`` when its answer was lost.
        """
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        async with self._doors:
            response = await self._caller.send(
                operation,
                method,
                path,
                params=params,
                headers=headers,
                content=None if body is None else write_json(body),
                repeatable=repeatable,
            )
        expected = response.status_code in expect and problem(response) is not None
        if not response.is_success and not expected:
            raise refusal(response, operation, repeatable=repeatable)
        return response


def content(response: httpx2.Response) -> Any:
    """Return the JSON of an answer, without notices and warnings that PHP printed before it.

    Raises ``Unavailable`` where there is none; a write answered so has happened.
    """
    found = _dig(response.content)
    if found is None:
        unknown = response.request.method not in ("GET", "HEAD")
        raise Unavailable(f"the shop's answer {response.status_code} is not JSON", unknown=unknown)
    return found


def rows(found: Any, where: str) -> list[Fields]:
    """Return a list of objects."""
    return Fields({"rows": found}, where).children("rows")


def _dig(text: bytes) -> Any:
    """Return the object or list that makes up the end of a text, None where there is none."""
    for count, start in enumerate(_STARTS.finditer(text)):
        if count >= _MOST_STARTS:
            break
        try:
            return parse(text[start.start() :])
        except ValueError:
            continue
    return None


def problem(response: httpx2.Response) -> Fields | None:
    """Return WordPress's error document, None where the answer comes from something before the shop."""
    found = _dig(response.content)
    return Fields(found, "error") if isinstance(found, dict) and isinstance(found.get("code"), str) else None


def told(error: Fields) -> tuple[str, str]:
    """Return code and message of an error; messages may be translated and hold HTML, so only the code counts."""
    message = html.unescape(re.sub(r"<[^>]*>", " ", error.maybe_text("message") or ""))
    return error.text("code"), message.strip()[:300] or "no reason given"


def refusal(response: httpx2.Response, operation: str, *, repeatable: bool) -> Rejected | Unauthorized | Unavailable:
    """Return the outcome that a refused call means."""
    status, error = response.status_code, problem(response)
    if response.is_redirect:
        return Unauthorized("the shop answers from another address; correct its URL")
    if status == 401 or (status == 403 and error is not None):
        return Unauthorized(f"the shop refuses {operation}: {told(error)[1] if error else 'no access'}")
    if error is None or status >= 500:
        return Unavailable(f"the shop cannot do {operation} now ({status})", unknown=status >= 500 and not repeatable)
    code, message = told(error)
    return Rejected(f"the shop refuses {operation}: {message}", code=code)
