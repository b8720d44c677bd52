"""Shopify's webhooks: verified over raw bytes, told with the id that stays over retries."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.port import BadPayload, BadSignature, Hint
from hub.adapters.shopify.webhooks import INCLUDED, ShopHooks

SECRET = "hush"


def headers(body: bytes, topic: str, secret: str = SECRET) -> dict[str, str]:
    mac = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": base64.b64encode(mac).decode(),
        "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    }


def read(topic: str, body: Any) -> list[Hint]:
    raw = json.dumps(body).encode()
    return list(ShopHooks().read(headers(raw, topic), raw, SECRET))


def test_an_order_is_a_hint_with_its_moment_and_its_event() -> None:
    [hint] = read("orders/create", {"id": 820982911946154508, "updated_at": "2026-11-23T10:00:00+01:00"})
    assert hint == Hint(
        "ORDERS_CREATE",
        "820982911946154508",
        datetime(2026, 11, 23, 9, tzinfo=UTC),
        event_id="b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    )


def test_edits_refunds_and_deletions_name_their_order() -> None:
    [edit] = read("orders/edited", {"order_edit": {"id": 1, "order_id": 7}})
    [refund] = read("refunds/create", {"id": 2, "order_id": 7})
    [deleted] = read("orders/delete", {"id": 7})
    assert {edit.key, refund.key, deleted.key} == {"7"}
    assert deleted.deleted
    assert all(hint.topic.lower().startswith("order") for hint in (edit, refund, deleted))


def test_other_topics_are_no_hint() -> None:
    assert read("products/update", {"id": 1}) == []
    assert read("app/uninstalled", {"id": 1}) == []


def test_every_topic_that_is_subscribed_to_is_read() -> None:
    body = {"id": 7, "order_id": 7, "order_edit": {"order_id": 7}}
    for topic in INCLUDED:
        assert [hint.key for hint in read(topic.lower().replace("_", "/", 1), body)] == ["7"]


@pytest.mark.parametrize("body", [[], {}, {"id": None}, "text", {"id": 1, "updated_at": "yesterday"}])
def test_a_body_that_is_no_order_is_refused(body: Any) -> None:
    with pytest.raises(BadPayload):
        read("orders/create", body)


@given(st.binary(max_size=200), st.text(max_size=60))
def test_nothing_unsigned_is_read(body: bytes, signature: str) -> None:
    told = headers(body, "orders/create", "another secret")
    for mac in (told["x-shopify-hmac-sha256"], signature, ""):
        with pytest.raises(BadSignature):
            ShopHooks().read(told | {"x-shopify-hmac-sha256": mac}, body, SECRET)


@given(st.binary(max_size=200), st.sampled_from(sorted(INCLUDED)))
def test_any_signed_bytes_are_read_or_refused(body: bytes, topic: str) -> None:
    with contextlib.suppress(BadPayload):
        ShopHooks().read(headers(body, topic.replace("_", "/", 1)), body, SECRET)
