"""One question to Shopify: within the budget, with a token, and its many ways to refuse as outcomes.

Most refusals come with HTTP 200; only ``extensions.code`` counts, never the wording of a message.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx2

from hub.adapters.fields import Fields, parse
from hub.adapters.http import Caller, retry_after, write_json
from hub.adapters.limits import Lane
from hub.adapters.port import Meter
from hub.adapters.shopify.budget import LONGEST_WAIT, SHORTEST_WAIT, Budget
from hub.adapters.shopify.documents.document import VERSION, Document
from hub.adapters.shopify.documents.shop import SCOPES
from hub.adapters.shopify.scopes import missing_scopes
from hub.clock import Clock
from hub.metrics import Attribute, Metric, counter
from hub.outcome import Outcome, Rejected, Throttled, Unauthorized, Unavailable

PATH = f"admin/api/{VERSION}/graphql.json"
BUSY_CODES = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SHOP_INACTIVE", "SERVICE_UNAVAILABLE"})
BUSY_STATUSES = frozenset({402, 408, 409, 423, 430})
"""Frozen, locked or overloaded shops: nothing is wrong with the request."""

_log = logging.getLogger(__name__)
_fallen = counter(Metric.PLATFORM_VERSION_FALLEN)


class AccessTokens(Protocol):
    """Where valid access tokens come from (``hub.adapters.shopify.tokens``)."""

    async def access_token(self) -> str: ...

    async def renewed(self, refused: str) -> str: ...


@dataclass(frozen=True, slots=True)
class UserError:
    """A refusal of a mutation's content; ``code`` is empty for the types that have none."""

    field: tuple[str, ...]
    code: str
    message: str

    @property
    def row(self) -> int | None:
        """The place in the input's list that the error is about."""
        return next((int(part) for part in self.field if part.isdigit()), None)


class ShopCalls:
    """Sends documents of one app to one shop; share one instance, for the budget is counted here."""

    def __init__(self, caller: Caller, tokens: AccessTokens, clock: Clock) -> None:
        self._caller = caller
        self._tokens = tokens
        self._budget = Budget(clock)
        self._told_version = False

    def meters(self) -> tuple[Meter, ...]:
        return (self._budget.meter(),)

    def spare(self, document: Document) -> float:
        """Return the seconds until a document leaves enough points to all that is more urgent."""
        return self._budget.spare(document, Lane.BACKFILL)

    async def ask(
        self, document: Document, variables: Mapping[str, object] | None = None, *, lane: Lane = Lane.ORDERS
    ) -> Fields:
        """Send a document and return its ``data``; raises the outcomes of ``hub.outcome``.

        One that is not repeatable raises ``Unavailable(unknown=True)`` where its effect may have happened.
        """
        with self._budget.spend(document, lane):
            response = await self._send(document, variables or {})
            answer = _parsed(response, document)
            return await self._data(answer, document)

    async def download(self, url: str) -> bytes:
        """Return a file that Shopify offers at an address of its own; the access token stays here."""
        response = await self._caller.send("bulk.download", "GET", url)
        if not response.is_success:
            raise Unavailable(f"the result of a bulk operation is gone ({response.status_code})")
        return response.content

    async def _send(self, document: Document, variables: Mapping[str, object]) -> httpx2.Response:
        content = write_json({"query": document.text, "variables": variables})
        token = await self._tokens.access_token()
        response = await self._once(document, content, token)
        if response.status_code == 401:
            response = await self._once(document, content, await self._tokens.renewed(token))
        if not response.is_success:
            raise _refusal(response, document)
        self._compare_version(response)
        return response

    async def _once(self, document: Document, content: bytes, token: str) -> httpx2.Response:
        headers = {"X-Shopify-Access-Token": token, "Content-Type": "application/json", "Accept": "application/json"}
        try:
            return await self._caller.send(
                document.name, "POST", PATH, headers=headers, content=content, repeatable=document.repeatable
            )
        except Throttled as throttled:
            self._budget.hold(throttled.retry_after)
            raise

    def _compare_version(self, response: httpx2.Response) -> None:
        """A version that has been retired is answered by the oldest that lives, without a word."""
        told = response.headers.get("X-Shopify-API-Version", "")
        if told in ("", VERSION):
            return
        _fallen.add(1, {Attribute.PLATFORM.value: "shopify"})
        if not self._told_version:
            self._told_version = True
            _log.warning("Shopify answers with API version %s instead of %s", told, VERSION)

    async def _data(self, answer: Fields, document: Document) -> Fields:
        extensions = answer.maybe_child("extensions") or Fields({}, "extensions")
        self._budget.learn(document, extensions.maybe_child("cost"))
        errors = [error for error in _errors(answer) if not _redacted(error, document)]
        if errors:
            raise await self._failure(errors[0], document)
        if warning := next(_search_warnings(extensions), None):
            raise Rejected(f"Shopify ignores a part of the search {document.name}: {warning}", code="search_warning")
        data = answer.maybe_child("data")
        if data is None:
            raise Unavailable(f"Shopify's answer to {document.name} holds no data", unknown=not document.repeatable)
        return data

    async def _failure(self, error: Fields, document: Document) -> Outcome:
        code, message = _code(error), error.maybe_text("message") or "no reason given"
        if code == "THROTTLED":
            return Throttled(self._budget.wait_for(document), f"Shopify limits {document.name}")
        if code in BUSY_CODES:
            return Unavailable(f"Shopify cannot do {document.name} now ({code})", unknown=not document.repeatable)
        if code == "ACCESS_DENIED":
            return Rejected(await self._denied(error, document), code="access_denied")
        return Rejected(f"Shopify refuses {document.name}: {message[:300]}", code=code.lower() or "refused")

    async def _denied(self, error: Fields, document: Document) -> str:
        """Say which scopes the app lacks; the question for them is open to every app."""
        needed = (error.maybe_child("extensions") or error).maybe_text("requiredAccess")
        if document is SCOPES:
            return "Shopify denies the app its own scopes"
        missing = ", ".join(missing_scopes(await self.ask(SCOPES)))
        parts = [f"Shopify denies {document.name}"]
        parts += [f"it needs {needed[:200].rstrip('.')}"] if needed else []
        parts += [f"the app lacks {missing}: grant them and connect the shop again"] if missing else []
        return "; ".join(parts)


def user_errors(payload: Fields, key: str = "userErrors") -> list[UserError]:
    """Return what a mutation refused."""
    found = []
    for each in payload.children(key):
        path = each.values.get("field")
        parts = tuple(str(part) for part in path) if isinstance(path, list) else ()
        message = (each.maybe_text("message") or "no reason given")[:300]
        found.append(UserError(parts, each.maybe_text("code") or "", message))
    return found


def throttle_wait(response: httpx2.Response) -> float | None:
    """Return the seconds that a 429 asks for: by its points, else by its header."""
    cost = _cost(response)
    status = cost.maybe_child("throttleStatus") if cost is not None else None
    if cost is not None and status is not None:
        asked, left = cost.maybe_amount("requestedQueryCost"), status.maybe_amount("currentlyAvailable")
        rate = status.maybe_amount("restoreRate")
        if asked is not None and left is not None and rate:
            return min(max(float((asked - left) / rate), SHORTEST_WAIT), LONGEST_WAIT)
    told = retry_after(response)
    return None if told is None else max(told, SHORTEST_WAIT)


def _cost(response: httpx2.Response) -> Fields | None:
    try:
        answer = parse(response.content)
    except ValueError:
        return None
    extensions = Fields(answer, "answer").maybe_child("extensions") if isinstance(answer, dict) else None
    return extensions.maybe_child("cost") if extensions is not None else None


def _parsed(response: httpx2.Response, document: Document) -> Fields:
    try:
        answer = parse(response.content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Unavailable(f"Shopify's answer to {document.name} is not JSON", unknown=not document.repeatable)
    return Fields(answer, document.name)


def _errors(answer: Fields) -> list[Fields]:
    listed: Any = answer.values.get("errors")
    if isinstance(listed, str):
        listed = [{"message": listed}]
    return [Fields(each, "error") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _code(error: Fields) -> str:
    extensions = error.maybe_child("extensions")
    return (extensions.maybe_text("code") if extensions is not None else None) or ""


def _redacted(error: Fields, document: Document) -> bool:
    """Say whether an error only tells that personal data was left out, which the hub can do without."""
    path = error.values.get("path")
    names: Sequence[object] = path if isinstance(path, list) else ()
    return _code(error) == "ACCESS_DENIED" and any(name in document.personal for name in names)


def _search_warnings(extensions: Fields) -> Iterator[str]:
    listed = extensions.values.get("search")
    for each in listed if isinstance(listed, list) else ():
        for warning in Fields.of(each, "search").children("warnings"):
            yield warning.maybe_text("message") or "unknown filter"


def _refusal(response: httpx2.Response, document: Document) -> Outcome:
    status = response.status_code
    if status in BUSY_STATUSES or status >= 500:
        unknown = status >= 500 and not document.repeatable
        return Unavailable(f"Shopify cannot do {document.name} now ({status})", unknown=unknown)
    if response.is_redirect or status in (401, 403, 404):
        return Unauthorized(f"Shopify refuses the app ({status}): check the shop's address and connect it again")
    return Rejected(f"Shopify refuses {document.name} ({status})", code=f"http_{status}")
