"""Whatever bol.com, or somebody who pretends to be it, sends: an order, a hint, or a refusal."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.bol import mapping
from hub.adapters.bol.webhooks import BolHooks
from hub.adapters.fields import Fields, parse
from hub.adapters.port import BadPayload, BadSignature
from hub.outcome import Rejected
from tests.adapters.bol.test_bol_mapping import item
from tests.adapters.bol.test_bol_webhooks import SECRET, body, signed

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "NaN", "1e999999", "0001-01-01T00:00:00+14:00", "9999-12-31", "2026-13-01", [], {}, [None], [{}]]
    ),
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the places of all values within a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at] * bool(at) + [path for key, each in inner for path in paths(each, (*at, key))]


def spoiled(document: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """Return a copy of a document with one value replaced."""
    copy = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = odd
    return copy


ORDER = {
    "orderId": "A1",
    "pickupPoint": True,
    "orderPlacedDateTime": "2026-11-23T09:00:00+01:00",
    "shipmentDetails": {"firstName": "B", "streetName": "S", "countryCode": "NL", "pickupPointName": None},
    "billingDetails": {"vatNumber": "NL1"},
    "orderItems": [item(), item()],
}


@given(st.sampled_from(paths(ORDER)), ODD)
def test_an_order_with_one_odd_value_is_read_or_refused(path: tuple[Any, ...], odd: Any) -> None:
    document = Fields.of(parse(json.dumps(spoiled(ORDER, path, odd))), "order")
    try:
        found = mapping.channel_order(document, NOW)
    except Rejected:
        return
    repr(found).encode()
    assert found.changed_at.tzinfo is UTC
    assert found.total == found.stated_sum


@given(st.binary(max_size=200), st.text(max_size=100))
def test_a_stranger_gets_a_bad_signature_whatever_he_sends(raw: bytes, header: str) -> None:
    try:
        BolHooks().read({"signature": header}, raw, SECRET)
    except BadSignature:
        return
    raise AssertionError("a stranger was believed")


@given(
    st.one_of(
        st.binary(max_size=100), st.recursive(ODD, lambda inner: st.dictionaries(st.text(), inner)).map(json.dumps)
    )
)
def test_a_signed_body_is_read_or_a_bad_payload(content: bytes | str) -> None:
    raw = content.encode() if isinstance(content, str) else content
    with contextlib.suppress(BadPayload):
        assert list(BolHooks().read(signed(raw), raw, SECRET)) == []


@given(st.sampled_from(paths(json.loads(body()))), ODD)
def test_a_signed_notification_with_one_odd_value_is_read_or_a_bad_payload(path: tuple[Any, ...], odd: Any) -> None:
    raw = json.dumps(spoiled(json.loads(body()), path, odd)).encode()
    with contextlib.suppress(BadPayload):
        assert len(BolHooks().read(signed(raw), raw, SECRET)) <= 1


def test_a_body_nested_beyond_reason_is_a_bad_payload() -> None:
    raw = b"[" * 100_000
    try:
        BolHooks().read(signed(raw), raw, SECRET)
    except BadPayload:
        return
    raise AssertionError("it was read")
