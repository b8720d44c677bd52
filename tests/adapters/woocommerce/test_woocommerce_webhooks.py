"""A shop's webhooks are believed only with the signature of our secret; pings are answered in peace."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.adapters.port import BadPayload, BadSignature, Hint
from hub.adapters.woocommerce.webhooks import WooHooks, sign

SECRET = "a secret with & < >"
DELIVERIES = Path(__file__).parents[3].parent / "shared/contracts/woocommerce/webhook-deliveries-wc10.0.2.json"
RECORDED: list[dict[str, Any]] = json.loads(DELIVERIES.read_text()) if DELIVERIES.exists() else []


def lowered(delivery: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in delivery["headers"]}


def headers(raw: bytes, topic: str = "order.updated", secret: str = SECRET) -> dict[str, str]:
    return {"x-wc-webhook-topic": topic, "x-wc-webhook-signature": sign(raw, secret)}


@pytest.mark.skipif(not RECORDED, reason="the recorded deliveries are not on this machine")
def test_recorded_deliveries_are_read_once_signed_with_our_secret() -> None:
    """The recording's own secret was not kept, so the raw bodies are signed again; the rest is as recorded."""
    read: dict[str, list[Hint]] = {}
    for delivery in RECORDED:
        raw, head = delivery["body"].encode(), lowered(delivery)
        if "x-wc-webhook-topic" in head:
            head["x-wc-webhook-signature"] = sign(raw, SECRET)
        read[head.get("x-wc-webhook-topic", "ping")] = list(WooHooks().read(head, raw, SECRET))
    changed_at = datetime(2026, 11, 23, 4, 17, 25, tzinfo=UTC)
    assert read["ping"] == []
    assert read["order.created"] == [Hint("order.created", "54", changed_at)]
    assert read["order.updated"][0].key == "54"
    assert read["order.deleted"] == [Hint("order.deleted", read["order.deleted"][0].key, None, deleted=True)]
    assert read["product.updated"] == []
    assert read["action.woocommerce_order_status_completed"] == []


@pytest.mark.skipif(not RECORDED, reason="the recorded deliveries are not on this machine")
def test_recorded_deliveries_are_refused_with_another_secret() -> None:
    for delivery in RECORDED:
        if "x-wc-webhook-signature" in lowered(delivery):
            with pytest.raises(BadSignature):
                WooHooks().read(lowered(delivery), delivery["body"].encode(), SECRET)


def test_one_changed_byte_breaks_the_signature() -> None:
    raw = b'{"id":54}'
    with pytest.raises(BadSignature):
        WooHooks().read(headers(raw), raw + b" ", SECRET)


@pytest.mark.parametrize("signature", ["", "é", "bm90aGluZw=="])
def test_a_delivery_without_a_fitting_signature_is_refused(signature: str) -> None:
    head = headers(b'{"id":54}') | {"x-wc-webhook-signature": signature}
    with pytest.raises(BadSignature):
        WooHooks().read(head, b'{"id":54}', SECRET)


@pytest.mark.parametrize("raw", [b"webhook_id=1", b"webhook_id=184467\n"])
def test_a_ping_needs_no_signature_and_tells_nothing(raw: bytes) -> None:
    assert list(WooHooks().read({"content-type": "application/x-www-form-urlencoded"}, raw, SECRET)) == []


@pytest.mark.parametrize("raw", [b"webhook_id=1&id=2", b"webhook_id=", b"id=54", b""])
def test_what_only_resembles_a_ping_is_refused(raw: bytes) -> None:
    with pytest.raises(BadSignature):
        WooHooks().read({}, raw, SECRET)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"\xff", b'{"id":null}', b'{"id":1,"date_modified_gmt":"soon"}'])
def test_a_signed_body_of_another_shape_is_a_bad_payload(raw: bytes) -> None:
    with pytest.raises(BadPayload):
        WooHooks().read(headers(raw), raw, SECRET)
