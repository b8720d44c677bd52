"""bol.com's event notifications: RSA signatures over the raw body, and ids without data."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hub.adapters.fields import Fields, parse
from hub.adapters.port import BadPayload, BadSignature, Hint, UnknownKey
from hub.outcome import Rejected

TOPICS = ("ORDER", "PROCESS_STATUS", "SHIPMENT")
"""The resources that concern orders and shipments; others (prices, buy box) yield no hint."""


class BolHooks:
    """Reads notifications. The secret is bol.com's public keys, as JSON from key id to base64 (X.509, DER)."""

    def read(self, headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
        """Return the order, shipment or process status that a notification names; none for a test message.

        The ``Signature`` header holds ``keyId``, ``algorithm`` (rsa-sha256) and ``signature`` (RSA PKCS#1 v1.5,
        base64). Raises ``UnknownKey`` where the key id is new, ``BadSignature`` or ``BadPayload``.
        """
        _verify(_parts(headers.get("signature", "")), body, secret)
        return _hints(body)


def _parts(header: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.split(","))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _verify(parts: Mapping[str, str], body: bytes, secret: str) -> None:
    if not parts.get("keyid") or not parts.get("signature"):
        raise BadSignature("no usable Signature header")
    if parts.get("algorithm", "rsa-sha256").lower() != "rsa-sha256":
        raise BadSignature("unknown signature algorithm")
    key = _key(secret, parts["keyid"])
    try:
        signature = base64.b64decode(parts["signature"], validate=True)
        key.verify(signature, body, PKCS1v15(), SHA256())
    except (binascii.Error, InvalidSignature) as wrong:
        raise BadSignature("signature does not match the body") from wrong


def _key(secret: str, key_id: str) -> RSAPublicKey:
    """Return one of the stored keys; a stored text that is no key counts as unknown, so that it is read again."""
    try:
        encoded = json.loads(secret)[key_id]
        key = load_der_public_key(base64.b64decode(encoded))
    except (ValueError, KeyError, TypeError) as missing:
        raise UnknownKey("signed with a key that is not stored") from missing
    if not isinstance(key, RSAPublicKey):
        raise UnknownKey("the stored key is not an RSA key")
    return key


def _hints(body: bytes) -> list[Hint]:
    try:
        message = Fields.of(parse(body), "notification")
        event = message.maybe_child("event")
        if event is None:
            raise BadPayload("notification without an event")
        topic = event.text("resource")
        if topic not in TOPICS:
            return []
        return [Hint(topic, event.text("resourceId"), message.maybe_instant("timestamp"))]
    except (ValueError, Rejected) as odd:
        raise BadPayload(str(odd)) from odd
