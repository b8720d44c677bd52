"""A shop's webhooks are believed only with a fitting signature made just now."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.generic.webhooks import ShopHooks, UnusableSecret, keys_of, sign
from hub.adapters.port import BadPayload, BadSignature, Hint
from tests.adapters.bol.test_bol_fuzz import ODD
from tests.adapters.handclock import HandClock

PUBLISHED = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
OTHER = f"whsec_{base64.b64encode(bytes(range(1, 33))).decode()}"
NOW = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
BODY = b'{"type":"order.changed","timestamp":"2026-10-25T00:29:59Z","data":{"id":"100001"}}'
HINT = Hint("order.changed", "100001", datetime(2026, 10, 25, 0, 29, 59, tzinfo=UTC), event_id="evt_1")


def headers(body: bytes, *secrets: str, late: float = 0) -> dict[str, str]:
    timestamp = str(int(NOW.timestamp() - late))
    signed = [sign(key, "evt_1", timestamp, body) for secret in secrets for key in keys_of(secret)]
    return {"webhook-id": "evt_1", "webhook-timestamp": timestamp, "webhook-signature": " ".join(signed)}


def read(head: dict[str, str], body: bytes = BODY, secret: str = SECRET) -> list[Hint]:
    return list(ShopHooks(HandClock(NOW)).read(head, body, secret))


def test_the_published_vector_of_standard_webhooks_is_what_we_sign() -> None:
    """Vector of the reference implementation's own tests (svix-webhooks, go/webhook_test.go)."""
    [key] = keys_of(PUBLISHED)
    made = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_delivery_names_its_order_and_its_event() -> None:
    assert read(headers(BODY, SECRET)) == [HINT]


def test_during_a_rotation_either_side_may_know_only_one_of_two_secrets() -> None:
    assert read(headers(BODY, OTHER, SECRET)) == [HINT]
    assert read(headers(BODY, OTHER), secret=f"{SECRET} {OTHER}") == [HINT]
    with pytest.raises(BadSignature):
        read(headers(BODY, OTHER))


@pytest.mark.parametrize("late", [299, -299])
def test_a_clock_may_be_minutes_off(late: float) -> None:
    assert read(headers(BODY, SECRET, late=late)) == [HINT]


@pytest.mark.parametrize("late", [302, -302, 86400])
def test_a_replay_is_refused_though_its_signature_fits(late: float) -> None:
    with pytest.raises(BadSignature):
        read(headers(BODY, SECRET, late=late))


@pytest.mark.parametrize(
    "spoiled",
    [
        {"webhook-id": "evt_2"},
        {"webhook-id": ""},
        {"webhook-id": "e\u00e9"},
        {"webhook-id": "e" * 129},
        {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "\u00b2"},
        {"webhook-timestamp": "1e9"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,\u00e9"},
    ],
)
def test_one_spoiled_header_breaks_the_delivery(spoiled: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        read(headers(BODY, SECRET) | spoiled)


def test_one_changed_byte_breaks_the_signature() -> None:
    with pytest.raises(BadSignature):
        read(headers(BODY, SECRET), BODY + b" ")


def test_an_asymmetric_or_unknown_version_of_signature_does_not_count() -> None:
    head = headers(BODY, SECRET)
    with pytest.raises(BadSignature):
        read(head | {"webhook-signature": head["webhook-signature"].replace("v1,", "v1a,")})


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_short", "whsec_c2hvcnQ=", "not base64!", f"{SECRET} x"])
def test_a_secret_that_is_none_verifies_nothing(secret: str) -> None:
    with pytest.raises(UnusableSecret):
        keys_of(secret)
    with pytest.raises(BadSignature):
        read(headers(BODY, SECRET), secret=secret)


def test_other_events_yield_nothing() -> None:
    body = b'{"type":"ping","timestamp":"2026-10-25T00:29:59Z","data":{}}'
    assert read(headers(body, SECRET), body) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"\xff", b'{"type":"order.changed"}', b'{"type":"order.changed","data":{"id":null}}',
     b'{"type":"order.changed","data":{"id":"1"},"timestamp":"soon"}'],
)  # fmt: skip
def test_a_signed_body_of_another_shape_is_a_bad_payload(body: bytes) -> None:
    with pytest.raises(BadPayload):
        read(headers(body, SECRET), body)


@given(st.binary(max_size=200), st.dictionaries(st.sampled_from(sorted(headers(BODY, SECRET))), st.text(max_size=80)))
def test_a_stranger_gets_a_bad_signature_whatever_he_sends(raw: bytes, head: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        read(head, raw)


EVENT = st.fixed_dictionaries({}, optional={"type": st.just("order.changed"), "timestamp": ODD, "data": ODD, "id": ODD})


@given(st.one_of(EVENT, st.fixed_dictionaries({"type": ODD, "data": st.dictionaries(st.just("id"), ODD)}), ODD))
def test_a_signed_body_is_read_or_a_bad_payload(content: Any) -> None:
    raw = json.dumps(content).encode()
    try:
        assert len(read(headers(raw, SECRET), raw)) <= 1
    except BadPayload:
        return


def test_the_vectors_in_the_documentation_are_right_and_fit_the_hub() -> None:
    page = (Path(__file__).parents[3] / "docs" / "generic-channel.md").read_text()
    rows = [re.findall(r"`([^`]+)`", row) for row in page.splitlines() if row.startswith("| `whsec_")]
    assert len(rows) == 3
    for secret, event_id, timestamp, body, told in rows:
        head = {"webhook-id": event_id, "webhook-timestamp": timestamp, "webhook-signature": told}
        at = HandClock(datetime.fromtimestamp(int(timestamp), UTC))
        try:
            list(ShopHooks(at).read(head, body.encode(), secret))
        except BadPayload:
            assert "test" in body
