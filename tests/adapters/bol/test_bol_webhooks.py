"""bol.com's notifications are believed only with a signature of a known key."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.adapters.bol.webhooks import BolHooks
from hub.adapters.port import BadPayload, BadSignature, Hint, UnknownKey

KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
SECRET = json.dumps({"0": base64.b64encode(PUBLIC).decode()})


def body(resource: str = "ORDER", resource_id: object = "A2K8290LP8") -> bytes:
    event = {"resource": resource, "type": "ORDER_CREATED", "resourceId": resource_id}
    return json.dumps({"retailerId": 5, "timestamp": "2026-11-23T10:00:00.123Z", "event": event}).encode()


def signed(raw: bytes, *, key_id: str = "0", quotes: str = '"') -> dict[str, str]:
    seal = base64.b64encode(KEY.sign(raw, padding.PKCS1v15(), SHA256())).decode()
    parts = {"keyId": key_id, "algorithm": "rsa-sha256", "signature": seal}
    return {"signature": ", ".join(f"{name}={quotes}{value}{quotes}" for name, value in parts.items())}


@pytest.mark.parametrize("quotes", ['"', ""])
def test_a_signed_notification_names_what_changed(quotes: str) -> None:
    hints = BolHooks().read(signed(body(), quotes=quotes), body(), SECRET)
    at = datetime(2026, 11, 23, 10, 0, 0, 123000, UTC)
    assert list(hints) == [Hint("ORDER", "A2K8290LP8", at)]


def test_ids_that_are_numbers_are_read_as_text() -> None:
    raw = body("PROCESS_STATUS", 1234567)
    assert BolHooks().read(signed(raw), raw, SECRET)[0].key == "1234567"


@pytest.mark.parametrize("resource", ["TEST", "COMPETING_OFFER"])
def test_other_resources_yield_no_hint(resource: str) -> None:
    raw = body(resource)
    assert list(BolHooks().read(signed(raw), raw, SECRET)) == []


def test_one_changed_byte_breaks_the_signature() -> None:
    with pytest.raises(BadSignature) as refused:
        BolHooks().read(signed(body()), body() + b" ", SECRET)
    assert not isinstance(refused.value, UnknownKey)


@pytest.mark.parametrize("secret", [SECRET, "{}", "", "no json", '{"7": "no key"}', "[]"])
def test_a_key_that_is_not_stored_asks_for_the_keys_again(secret: str) -> None:
    with pytest.raises(UnknownKey):
        BolHooks().read(signed(body(), key_id="7"), body(), secret)


@pytest.mark.parametrize(
    "header",
    ["", "signature=abc", "keyId=0,algorithm=rsa-sha256,signature=***", "keyId=0,algorithm=none,signature=aGk="],
)
def test_a_garbled_signature_header_is_refused(header: str) -> None:
    with pytest.raises(BadSignature):
        BolHooks().read({"signature": header}, body(), SECRET)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"\xff", b'{"event": {"resource": "ORDER"}}', b'{"event": 3}'])
def test_a_signed_body_of_another_shape_is_a_bad_payload(raw: bytes) -> None:
    with pytest.raises(BadPayload):
        BolHooks().read(signed(raw), raw, SECRET)
