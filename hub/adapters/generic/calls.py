"""One call to a shop that implements the contract: with the token, its problem documents told as outcomes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

import httpx2

from hub.adapters.fields import Fields, parse
from hub.adapters.generic.contract import ROOT
from hub.adapters.http import Caller, read_json, write_json
from hub.adapters.limits import RESERVES, Lane
from hub.adapters.port import Meter
from hub.clock import Clock
from hub.outcome import Rejected, Unauthorized, Unavailable

_LATER = frozenset({408, 425})


class ShopCalls:
    """Sends requests of one shop, by paths below the contract's root such as ``orders``."""

    def __init__(self, caller: Caller, token: str, clock: Clock) -> None:
        self._caller = caller
        self._token = token
        self._clock = clock
        self._meter: Meter | None = None

    def meters(self) -> tuple[Meter, ...]:
        """Return the limit that the shop told last; none where it tells none."""
        return (self._meter,) if self._meter else ()

    def spare(self) -> float:
        """Return the seconds until the shop's window leaves enough to others; 0 where it tells none."""
        meter = self._meter
        if meter is None or not meter.limit or meter.remaining is None or meter.resets_at is None:
            return 0.0
        left = (meter.resets_at - self._clock.now()).total_seconds()
        return max(left, 0.0) if meter.remaining <= meter.limit * RESERVES[Lane.BACKFILL] else 0.0

    async def read(self, operation: str, path: str, params: Mapping[str, str] | None = None) -> Fields:
        """Send a GET and return the JSON object of its answer."""
        return content(await self.send(operation, "GET", path, params=params), operation)

    async def send(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        reference: str | None = None,
        expect: Collection[str] = (),
        repeatable: bool | None = None,
    ) -> httpx2.Response:
        """Send a request and return its answer: 2xx, or a problem with one of the expected codes.

        ``reference`` becomes the idempotency key of an effect. Raises the outcomes.
        """
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self._token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if reference is not None:
            headers["Idempotency-Key"] = reference
        payload = None if body is None else write_json(body)
        response = await self._caller.send(
            operation,
            method,
            f"{ROOT}/{path}",
            params=params,
            headers=headers,
            content=payload,
            repeatable=repeatable,
        )
        self._learn(response)
        if not response.is_success and code_of(response) not in expect:
            raise refusal(response, operation, unknown=method == "POST" and not repeatable)
        return response

    def _learn(self, response: httpx2.Response) -> None:
        limit, left, reset = (_number(response, name) for name in ("Limit", "Remaining", "Reset"))
        if limit is not None or left is not None:
            resets_at = None if reset is None else self._clock.now() + timedelta(seconds=reset)
            self._meter = Meter("shop", limit, left, resets_at)


def content(response: httpx2.Response, where: str) -> Fields:
    """Return the JSON object of an answer."""
    return Fields.of(read_json(response), where)


def code_of(response: httpx2.Response) -> str | None:
    """Return the code of a problem; None for an answer of something that stands before the shop."""
    return _problem(response).maybe_text("code") if response.status_code >= 400 else None


def refusal(response: httpx2.Response, operation: str, *, unknown: bool) -> Rejected | Unauthorized | Unavailable:
    """Return the outcome that a refused call means. Only a problem with a code is the shop's own word."""
    status, code = response.status_code, code_of(response)
    told = _problem(response)
    reason = (told.maybe_text("detail") or told.maybe_text("title") or f"HTTP {status}")[:300]
    if response.is_redirect:
        return Unauthorized("the shop answers from another address; correct its URL")
    if status in (401, 403):
        return Unauthorized(f"the shop refuses {operation}: {reason}")
    if status >= 500 or status in _LATER or code is None:
        return Unavailable(f"the shop cannot do {operation} now: {reason}", unknown=status >= 500 and unknown)
    return Rejected(f"the shop refuses {operation}: {reason}", code=code)


def _problem(response: httpx2.Response) -> Fields:
    try:
        document = parse(response.content)
    except ValueError:
        document = None
    return Fields(document if isinstance(document, dict) else {}, "problem")


def _number(response: httpx2.Response, name: str) -> int | None:
    text = response.headers.get(f"RateLimit-{name}", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
