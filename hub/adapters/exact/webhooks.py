"""Exact's webhooks: verified over the raw substring that was signed, read as hints."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import orjson

from hub.adapters.port import BadPayload, BadSignature, Hint

MOST_BYTES = 16_384
"""A delivery has about 500 bytes; nothing near this size comes from Exact."""

_DELIVERY = re.compile(rb'\A\{"Content":(\{.*\}),"HashCode":"([^"]{0,200})"\}\s*\Z', re.DOTALL)
_TOPIC = re.compile(r"[A-Za-z]{1,60}")
_GUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_KEY = re.compile(_GUID)
_KEY_IN_URL = re.compile(rf"guid'({_GUID})'")
_NEEDED = ("Topic", "Action", "Key", "Division")
_ACTIONS = frozenset({"create", "update", "delete"})


class ExactHooks:
    """Reads Exact's deliveries (``hub.adapters.port.HookReader``); pure."""

    def read(self, headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
        """Return the hint of a delivery, none for the empty validation call.

        The hash is over the exact bytes of ``Content`` as received, never over JSON written anew.
        """
        if not body.strip():
            return ()
        if len(body) > MOST_BYTES:
            raise BadPayload("larger than any delivery of Exact")
        match = _DELIVERY.fullmatch(body)
        if match is None:
            raise BadPayload("not Content followed by HashCode")
        content, told = match[1], match[2]
        if not hmac.compare_digest(hash_code(content, secret), told):
            raise BadSignature("HashCode does not match Content")
        return (_hint(_parse(content)),)


def hash_code(content: bytes, secret: str) -> bytes:
    """Return the 64 upper-case hex characters that Exact sends for this content."""
    return hmac.digest(secret.encode(), content, "sha256").hex().upper().encode()


def _parse(content: bytes) -> Mapping[str, object]:
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadPayload("Content is not JSON") from error
    if not isinstance(parsed, dict):
        raise BadPayload("Content is no object")
    return parsed


def _hint(content: Mapping[str, object]) -> Hint:
    topic, action, key, division = map(content.get, _NEEDED)
    if type(topic) is not str or type(action) is not str or type(key) is not str or type(division) is not int:
        raise BadPayload("Content lacks Topic, Action, Key or Division")
    verb = action.lower()
    if not _TOPIC.fullmatch(topic) or not _KEY.fullmatch(key) or verb not in _ACTIONS:
        raise BadPayload("Topic, Action or Key is not what Exact sends")
    if not 0 < division < 2**31:
        raise BadPayload("Division is no division")
    return Hint(
        topic=topic,
        key=_key(topic, key, content.get("ExactOnlineEndpoint")),
        event_at=_event_at(content.get("EventCreatedOn")),
        division=division,
        deleted=verb == "delete",
    )


def _key(topic: str, key: str, endpoint: object) -> str:
    """Return the changed thing's id; for stock the endpoint's GUID wins, as what Key holds is not documented."""
    if topic == "StockPositions" and isinstance(endpoint, str):
        found = _KEY_IN_URL.search(endpoint)
        if found is not None:
            return found[1].lower()
    return key.lower()


def _event_at(value: object) -> datetime | None:
    """Read the event's time; without a zone it is UTC, and an unreadable one is no reason to lose the hint."""
    if not isinstance(value, str):
        return None
    try:
        told = datetime.fromisoformat(value)
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
