"""Asks VIES about VAT numbers.

Source: the service's contract ("Vies on-the-Web Endpoint" 1.0.0): ``POST /check-vat-number``, ``GET /check-status``.
Errors come with status 200, 400 or 500 as ``{"actionSucceed": false, "errorWrappers": [{"error": CODE}]}``, or as a
``userError`` beside ``valid: false``, which then says nothing about the number.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2

from hub.adapters.fields import Fields, parse
from hub.adapters.http import Caller, open_client, write_json
from hub.clock import Clock
from hub.domain.tax.evidence import VatAnswer, VatStatus
from hub.domain.tax.vat_number import Form, VatNumber
from hub.outcome import Outcome, Rejected, Throttled, Unavailable

PATIENCE = 25.0
"""Seconds: some states' registers take fifteen."""

NOT_A_NUMBER = "INVALID_INPUT"
NO_FAULT = frozenset({"VALID", "INVALID"})
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


@asynccontextmanager
async def open_vies(
    url: str, clock: Clock, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[Vies]:
    """Open the register at an address; it needs no credentials."""
    async with open_client(url, timeout=PATIENCE, connections=4, transport=transport) as client:
        yield Vies(client, clock)


class Vies:
    """The union's register."""

    def __init__(self, client: httpx2.AsyncClient, clock: Clock) -> None:
        self._caller = Caller(client, "vies")
        self._clock = clock

    async def check(self, number: VatNumber, requester: VatNumber | None = None) -> VatAnswer:
        """Return the answer on one number; one that cannot be a number is not asked about."""
        if number.form is not Form.GOOD:
            return self._answer(number, VatStatus.INVALID, reason=f"form: {number.form.value}")
        try:
            return self._read(number, await self._ask(number, requester))
        except Throttled:
            return self._answer(number, VatStatus.UNKNOWN, reason="TOO_MANY_REQUESTS")
        except Unavailable:
            return self._answer(number, VatStatus.UNKNOWN, reason="SERVICE_UNAVAILABLE")
        except Outcome:
            return self._answer(number, VatStatus.UNKNOWN, reason="UNREADABLE_ANSWER")

    async def availability(self) -> Mapping[str, bool]:
        """Return which states' registers answer now."""
        answer = await self._caller.send("check-status", "GET", "check-status", headers=_HEADERS)
        states = _fields(answer, "status").children("countries")
        return {one.text("countryCode"): one.maybe_text("availability") == "Available" for one in states}

    async def _ask(self, number: VatNumber, requester: VatNumber | None) -> Fields:
        asked = {"countryCode": number.prefix, "vatNumber": number.digits}
        if requester is not None:
            asked |= {"requesterMemberStateCode": requester.prefix, "requesterNumber": requester.digits}
        answer = await self._caller.send(
            "check-vat-number", "POST", "check-vat-number", headers=_HEADERS, content=write_json(asked), repeatable=True
        )
        return _fields(answer, "answer")

    def _read(self, number: VatNumber, told: Fields) -> VatAnswer:
        fault = _fault(told)
        if fault == NOT_A_NUMBER:
            return self._answer(number, VatStatus.INVALID, reason=fault)
        if fault is not None:
            return self._answer(number, VatStatus.UNKNOWN, reason=fault)
        match told.values.get("valid"):
            case True:
                return self._answer(number, VatStatus.VALID, consultation=told.maybe_text("requestIdentifier"))
            case False:
                return self._answer(number, VatStatus.INVALID, consultation=told.maybe_text("requestIdentifier"))
            case _:
                return self._answer(number, VatStatus.UNKNOWN, reason="UNREADABLE_ANSWER")

    def _answer(
        self, number: VatNumber, status: VatStatus, *, consultation: str | None = None, reason: str | None = None
    ) -> VatAnswer:
        return VatAnswer(str(number), status, self._clock.now(), consultation, reason)


def _fault(told: Fields) -> str | None:
    """Return the service's own word for what went wrong; None for an answer."""
    for wrapper in told.children("errorWrappers"):
        return wrapper.maybe_text("error") or "UNEXPECTED"
    said = told.maybe_text("userError")
    if said is not None and said not in NO_FAULT:
        return said
    return "UNEXPECTED" if told.values.get("actionSucceed") is False else None


def _fields(answer: httpx2.Response, where: str) -> Fields:
    try:
        return Fields.of(parse(answer.content), where)
    except ValueError:
        raise Rejected(f"{where} is no JSON", code="unreadable_answer") from None
