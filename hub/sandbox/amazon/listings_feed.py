"""The JSON listings feed: many changes of listings in one document, each accepted or refused by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from hub.sandbox.amazon import listing_wire
from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.answers import Trouble
from hub.sandbox.amazon.edits import NO_SUCH_SKU, Edit, Issue, check_edits, read_patches
from hub.sandbox.amazon.feed_results import Fatal, Result
from hub.sandbox.amazon.lwa import SELLER_ID
from hub.sandbox.amazon.marketplaces import OWN

Json = dict[str, Any]
CONTENT_TYPE = "application/json; charset=UTF-8"
MOST_MESSAGES = 25_000
MEMBERS = {
    "UPDATE": {"productType", "requirements", "attributes"},
    "PARTIAL_UPDATE": {"productType", "attributes"},
    "PATCH": {"productType", "patches"},
    "DELETE": set(),
}
"""Which members go with which operation; all but ``requirements`` are mandatory then."""


@dataclass(frozen=True, slots=True)
class Found:
    """One issue of the report; ``message_id`` is missing where the whole document is wrong."""

    issue: Issue
    message_id: int | None = None
    sku: str | None = None

    def shown(self) -> Json:
        told: Json = {"code": self.issue.code, "severity": self.issue.severity, "message": self.issue.message}
        told |= {"messageId": self.message_id} if self.message_id is not None else {}
        told |= {"sku": self.sku} if self.sku else {}
        return told | ({"attributeName": self.issue.attribute} if self.issue.attribute else {})


def work(account: Account, feed_id: str, body: bytes) -> Result:
    """Work on every message; Fatal where the document as a whole is not what it should be."""
    header, messages = _opened(feed_id, body)
    used = Counter(str(each.get("messageId")) for each in messages if isinstance(each, dict))
    found: list[Found] = []
    refused, touched = 0, []
    for message in messages:
        issues = list(_faults(account, message, used))
        if issues:
            refused += 1
            found += [_found(issue, message) for issue in issues]
        else:
            _carry_out(account, message)
            touched.append(message["sku"])
    counts = {"messagesProcessed": len(messages), "messagesAccepted": len(messages) - refused}
    summary = {"errors": len(found), "warnings": 0, **counts, "messagesInvalid": refused}
    return _report(feed_id, found, summary, _items(account, header, touched), _asked(header))


def _opened(feed_id: str, body: bytes) -> tuple[Json, list[Any]]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _fatal(feed_id, "The document is not valid JSON.") from None
    header = document.get("header") if isinstance(document, dict) else None
    if not isinstance(header, dict) or header.get("version") != "2.0" or header.get("sellerId") != SELLER_ID:
        raise _fatal(feed_id, "The header must name the seller and version 2.0.")
    messages = document.get("messages")
    if not isinstance(messages, list) or not 1 <= len(messages) <= MOST_MESSAGES:
        raise _fatal(feed_id, f"There must be between 1 and {MOST_MESSAGES} messages.")
    return header, messages


def _fatal(feed_id: str, message: str) -> Fatal:
    counts = ("warnings", "messagesProcessed", "messagesAccepted", "messagesInvalid")
    summary = {"errors": 1} | dict.fromkeys(counts, 0)
    return Fatal(_report(feed_id, [Found(Issue("4000000", message))], summary, [], None))


def _faults(account: Account, message: Any, used: Counter[str]) -> Iterator[Issue]:
    if not isinstance(message, dict):
        yield Issue("4000001", "The message is not an object.")
        return
    number, sku, operation = message.get("messageId"), message.get("sku"), message.get("operationType")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1 or used[str(number)] > 1:
        yield Issue("4000002", "'messageId' must be a whole number of at least 1, used once.")
    elif not isinstance(sku, str) or not sku:
        yield Issue("4000003", "'sku' is required.")
    elif not isinstance(operation, str) or operation not in MEMBERS:
        yield Issue("4000004", f"'operationType' must be one of {', '.join(MEMBERS)}.")
    elif fault := _members_fault(message, MEMBERS[operation]):
        yield Issue("4000005", fault)
    elif sku not in account.listings.by_sku:
        yield NO_SUCH_SKU
    else:
        yield from _edit_faults(message)


def _members_fault(message: Json, allowed: set[str]) -> str | None:
    every = {"productType", "requirements", "attributes", "patches"}
    if surplus := (every - allowed) & set(message):
        return f"{', '.join(sorted(surplus))} do not go with {message['operationType']}."
    if lacking := [name for name in sorted(allowed - {"requirements"}) if not message.get(name)]:
        return f"{', '.join(lacking)} must be given with {message['operationType']}."
    if not isinstance(message.get("attributes", {}), dict):
        return "attributes must be an object."
    return None


def _edit_faults(message: Json) -> Iterator[Issue]:
    try:
        yield from check_edits(_edits(message))
    except Trouble as trouble:
        yield Issue("4000006", trouble.details or trouble.message)


def _edits(message: Json) -> list[Edit]:
    """Return what a message changes; a PARTIAL_UPDATE is a PATCH that replaces."""
    if message["operationType"] == "PATCH":
        return read_patches(message["patches"])
    patches = [
        {"op": "replace", "path": f"/attributes/{name}", "value": value}
        for name, value in (message.get("attributes") or {}).items()
    ]
    replaced = read_patches(patches) if patches else []
    return [Edit("clear", ""), *replaced] if message["operationType"] == "UPDATE" else replaced


def _carry_out(account: Account, message: Json) -> None:
    sku = message["sku"]
    if message["operationType"] == "DELETE":
        account.in_about(account.switches.apply_seconds, lambda: account.delist(sku))
    else:
        edits = _edits(message)
        account.in_about(account.switches.apply_seconds, lambda: account.apply(sku, edits))


def _found(issue: Issue, message: Any) -> Found:
    if not isinstance(message, dict):
        return Found(issue)
    number, sku = message.get("messageId"), message.get("sku")
    usable = isinstance(number, int) and not isinstance(number, bool) and number >= 1
    return Found(issue, number if usable else None, sku if isinstance(sku, str) else None)


def _items(account: Account, header: Json, skus: list[str]) -> list[Json]:
    wanted = {name for name in listing_wire.DATA_SETS if name in (_asked(header) or {}).get("includedData", ())}
    listings = [account.listings.by_sku[sku] for sku in dict.fromkeys(skus)] if wanted else []
    return [listing_wire.item(each, [OWN[0].marketplace_id], wanted) for each in listings]


def _asked(header: Json) -> Json | None:
    """Return what the report shall show beside the issues; a request that is no object is none."""
    asked = header.get("report")
    return asked if isinstance(asked, dict) and isinstance(asked.get("includedData"), list) else None


def _report(feed_id: str, found: list[Found], summary: Json, items: list[Json], asked: Json | None) -> Result:
    header: Json = {"sellerId": SELLER_ID, "version": "2.0", "feedId": feed_id}
    if asked:
        header |= {"report": asked}
        summary = summary | {"itemSummary": {"items": len(items), "errors": 0, "warnings": 0}}
    report: Json = {"header": header, "issues": [each.shown() for each in found], "summary": summary}
    return Result(orjson.dumps(report | ({"items": items} if items else {})), CONTENT_TYPE)
