"""Exact's webhooks: what is believed, and what is turned away."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.exact.webhooks import MOST_BYTES, ExactHooks, hash_code
from hub.adapters.port import BadPayload, BadSignature, Hint

SECRET = "webhook-secret"
KEY = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
ITEM = "0c2f8a7e-5e1b-4d53-9a3e-6c1d2b7f4e90"
CONTENT = (
    b'{"Topic":"SalesOrders","ClientId":"11111111-2222-3333-4444-555555555555","Division":123456,"Action":"Update",'
    b'"Key":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","ExactOnlineEndpoint":"https://start.exactonline.nl/api/v1/123456/'
    b'salesorder/SalesOrders(guid\'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee\')","EventCreatedOn":"2026-01-06T16:26:08.587"}'
)


def signed(content: bytes, secret: str = SECRET) -> bytes:
    return b'{"Content":' + content + b',"HashCode":"' + hash_code(content, secret) + b'"}'


def changed(**fields: object) -> bytes:
    content = {key: value for key, value in (json.loads(CONTENT) | fields).items() if value is not ...}
    return json.dumps(content, separators=(",", ":")).encode()


def read(body: bytes) -> list[Hint]:
    return list(ExactHooks().read({}, body, SECRET))


def test_a_signed_delivery_is_a_hint() -> None:
    at = datetime(2026, 1, 6, 16, 26, 8, 587000, tzinfo=UTC)
    assert read(signed(CONTENT)) == [Hint("SalesOrders", KEY, at, 123456)]


def test_the_hash_is_64_upper_case_hex_characters() -> None:
    told = hash_code(CONTENT, SECRET).decode()
    assert len(told) == 64
    assert told == told.upper()


@pytest.mark.parametrize("body", [b"", b"  ", b"\r\n"])
def test_the_empty_validation_call_has_no_hints(body: bytes) -> None:
    assert read(body) == []


def test_the_hash_holds_for_the_bytes_as_sent_not_for_json_written_anew() -> None:
    escaped = CONTENT.replace(b"https://start", rb"https:\/\/start")
    assert read(signed(escaped)) == read(signed(CONTENT))


@pytest.mark.parametrize(
    "body",
    [
        signed(CONTENT, "other secret"),
        signed(CONTENT).replace(b"123456", b"123457"),
        signed(CONTENT).replace(hash_code(CONTENT, SECRET), hash_code(CONTENT, SECRET).lower()),
        signed(CONTENT).replace(hash_code(CONTENT, SECRET), b""),
        signed(CONTENT).replace(b'"HashCode"', b'"x":1,"HashCode"').replace(b'"Topic"', b'"Topic"'),
    ],
)
def test_a_wrong_hash_is_turned_away(body: bytes) -> None:
    with pytest.raises((BadSignature, BadPayload)):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"x",
        b"{}",
        b"[]",
        CONTENT,
        b'{"HashCode":"A","Content":{}}',
        signed(b"{" * 20 + b"}"),
        signed(b"[" * 5000 + b"{}"),
        signed(b'{"a":' * 3000 + b"{}" + b"}" * 3000),
        signed(b"{}" + b" " * MOST_BYTES + b"{}"),
        signed(changed(Topic=...)),
        signed(changed(Topic="Sales Orders")),
        signed(changed(Topic=5)),
        signed(changed(Key="x")),
        signed(changed(Key=...)),
        signed(changed(Action="Explode")),
        signed(changed(Division="123456")),
        signed(changed(Division=True)),
        signed(changed(Division=0)),
        signed(changed(Division=2**40)),
        signed(b'{"Division":' + b"9" * 5000 + b"}"),
    ],
)
def test_what_exact_does_not_send_is_malformed(body: bytes) -> None:
    with pytest.raises(BadPayload):
        read(body)


@pytest.mark.parametrize("action", ["Update", "update", "Create", "UPDATE"])
def test_creations_and_updates_read_alike(action: str) -> None:
    assert not read(signed(changed(Action=action)))[0].deleted


def test_a_deletion_says_so() -> None:
    assert read(signed(changed(Action="Delete")))[0].deleted


@pytest.mark.parametrize("told", [..., None, 5, "yesterday", "0001-01-01T00:00:00+14:00"])
def test_an_unreadable_event_time_does_not_lose_the_hint(told: object) -> None:
    hint = read(signed(changed(EventCreatedOn=told)))[0]
    assert (hint.key, hint.event_at) == (KEY, None)


def test_a_stock_hint_takes_the_item_from_the_endpoint() -> None:
    url = f"https://start.exactonline.nl/api/v1/123456/read/logistics/StockPosition?itemId=guid'{ITEM.upper()}'"
    (hint,) = read(signed(changed(Topic="StockPositions", ExactOnlineEndpoint=url)))
    assert hint.key == ITEM
    (hint,) = read(signed(changed(Topic="StockPositions", ExactOnlineEndpoint=...)))
    assert hint.key == KEY


@given(st.binary(max_size=400))
def test_noise_is_turned_away_and_never_breaks(body: bytes) -> None:
    if body.strip():
        with pytest.raises((BadPayload, BadSignature)):
            read(body)


@given(st.binary(max_size=200))
def test_signed_noise_is_malformed_and_never_breaks(content: bytes) -> None:
    with pytest.raises(BadPayload):
        read(signed(b"{" + content + b"}"))
