"""The shop's webhooks, signed as in Standard Webhooks: an HMAC over id, time and raw body, with several secrets."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from hub.adapters.fields import Fields, parse
from hub.adapters.port import BadPayload, BadSignature, Hint
from hub.clock import Clock, SystemClock
from hub.outcome import Rejected

TOPICS = ("order.changed",)
TOLERANCE = 300
"""Seconds that the time of an attempt may be off, either way; an older one may be a replay."""
PREFIX = "whsec_"
SHORTEST_KEY = 24
"""Bytes; the least that Standard Webhooks allows."""
MOST_SIGNATURES = 10
_EVENT_ID = re.compile(r"[!-~]{1,128}")
_TIMESTAMP = re.compile(r"[0-9]{1,11}")


class UnusableSecret(ValueError):
    """The signing secret is not as the contract describes."""


def keys_of(secret: str) -> list[bytes]:
    """Return the keys of one or more secrets separated by blanks; raises ``UnusableSecret``."""
    keys = [_key(each) for each in secret.split()]
    if not keys:
        raise UnusableSecret("there is no signing secret")
    return keys


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as odd:
        raise UnusableSecret(f"a signing secret is {PREFIX} and base64") from odd
    if len(key) < SHORTEST_KEY:
        raise UnusableSecret(f"a signing secret holds at least {SHORTEST_KEY} bytes")
    return key


def sign(key: bytes, event_id: str, timestamp: str, body: bytes) -> str:
    """Return one signature of a delivery, as it stands in ``webhook-signature``."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


class ShopHooks:
    """Reads deliveries. The secret is the one that shop and hub share, or the old and the new one with a blank."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def read(self, headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
        """Return the order that a delivery names; none for other types.

        Raises ``BadSignature``, also for a time more than five minutes off, or ``BadPayload``.
        """
        event_id = headers.get("webhook-id", "")
        self._verify(event_id, headers.get("webhook-timestamp", ""), headers.get("webhook-signature", ""), body, secret)
        return _hints(event_id, body)

    def _verify(self, event_id: str, timestamp: str, signatures: str, body: bytes, secret: str) -> None:
        if not _EVENT_ID.fullmatch(event_id) or not _TIMESTAMP.fullmatch(timestamp):
            raise BadSignature("no usable webhook-id or webhook-timestamp")
        if abs(int(timestamp) - self._clock.now().timestamp()) > TOLERANCE:
            raise BadSignature("the delivery's time is too far off")
        try:
            valid = [sign(key, event_id, timestamp, body).encode() for key in keys_of(secret)]
        except UnusableSecret as unusable:
            raise BadSignature(str(unusable)) from unusable
        given = [each.encode(errors="replace") for each in signatures.split()[:MOST_SIGNATURES]]
        if not any(hmac.compare_digest(one, other) for one in valid for other in given):
            raise BadSignature("no signature fits the body")


def _hints(event_id: str, body: bytes) -> list[Hint]:
    try:
        event = Fields.of(parse(body), "event")
        if event.text("type") not in TOPICS:
            return []
        order = Fields.of(event.values.get("data"), "event.data")
        return [Hint(event.text("type"), order.text("id"), event.maybe_instant("timestamp"), event_id=event_id)]
    except (ValueError, Rejected) as odd:
        raise BadPayload(str(odd)) from odd
