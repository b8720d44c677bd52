"""Whatever is sent to a webhook door, it answers at once with a word it knows: never a 500, never a hang."""

from __future__ import annotations

import json
import string
from typing import Any

import anyio
import httpx2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.stage import Stage, bol_body, exact_body, exact_signed, shop_signature

KNOWN = {200, 400, 401, 404, 413, 503}
FUZZ = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=150),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
EXACT_NAMES = ("Topic", "ClientId", "Division", "Action", "Key", "ExactOnlineEndpoint", "EventCreatedOn")
HEADER = st.text(
    string.printable.replace("\r", "").replace("\n", "").replace("\x0b", "").replace("\x0c", ""), max_size=80
)


async def ask(stage: Stage, path: str, body: bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
    with anyio.fail_after(60):
        return await stage.client.post(path, content=body, headers=headers)


def exact_path(stage: Stage) -> str:
    return f"/webhooks/exact/{stage.connection.connection_id}"


@FUZZ
@given(body=st.binary(max_size=3000))
async def test_any_bytes(stage: Stage, body: bytes) -> None:
    for path in (exact_path(stage), "/webhooks/woocommerce/acme/shop", "/webhooks/bol/acme/bol-1"):
        assert (await ask(stage, path, body)).status_code in KNOWN


@FUZZ
@given(content=JSON | st.dictionaries(st.sampled_from(EXACT_NAMES), JSON))
async def test_any_signed_content_from_exact(stage: Stage, content: Any) -> None:
    body = exact_signed(json.dumps(content).encode())
    assert (await ask(stage, exact_path(stage), body)).status_code in KNOWN


@FUZZ
@given(changes=st.dictionaries(st.sampled_from(EXACT_NAMES), JSON, max_size=3))
async def test_deliveries_of_exact_with_odd_values(stage: Stage, changes: dict[str, Any]) -> None:
    assert (
        await ask(stage, exact_path(stage), exact_body(**{"topic": "StockPositions"} | changes))
    ).status_code in KNOWN


@FUZZ
@given(body=JSON, topic=HEADER, broken=st.booleans())
async def test_any_signed_json_from_a_shop(stage: Stage, body: Any, topic: str, broken: bool) -> None:
    sent = json.dumps(body).encode()[: -1 if broken else None]
    headers = {"x-wc-webhook-topic": f"order.{topic}".strip(), "x-wc-webhook-signature": shop_signature(sent)}
    assert (await ask(stage, "/webhooks/woocommerce/acme/shop", sent, headers)).status_code in KNOWN


@FUZZ
@given(order=st.dictionaries(st.sampled_from(("id", "date_modified_gmt", "status")), JSON))
async def test_shop_orders_with_odd_values(stage: Stage, order: dict[str, Any]) -> None:
    assert (await stage.push_shop(json.dumps(order).encode())).status_code in KNOWN


@FUZZ
@given(body=JSON, event=st.dictionaries(st.sampled_from(("resource", "type", "resourceId")), JSON))
async def test_any_signed_notification_of_bol(stage: Stage, body: Any, event: dict[str, Any]) -> None:
    for sent in (body, {"retailerId": 1, "timestamp": body, "event": {"resource": "ORDER"} | event}):
        assert (await stage.push_bol(json.dumps(sent).encode())).status_code in KNOWN


@FUZZ
@given(header=HEADER, resource=st.text(max_size=40), key=st.text(max_size=200))
async def test_any_signature_header(stage: Stage, header: str, resource: str, key: str) -> None:
    headers = {"signature": header.strip(), "x-wc-webhook-signature": header.strip()}
    for path in ("/webhooks/bol/acme/bol-1", "/webhooks/woocommerce/acme/shop", exact_path(stage)):
        assert (await ask(stage, path, bol_body(resource, key), headers)).status_code in KNOWN


@FUZZ
@given(parts=st.lists(st.text(max_size=70), min_size=1, max_size=4))
async def test_any_path(stage: Stage, parts: list[str]) -> None:
    path = "/webhooks/" + "/".join(str(httpx2.QueryParams({"": part}))[1:] or "-" for part in parts)
    assert (await ask(stage, path, b"{}")).status_code in KNOWN | {405}


@FUZZ
@given(chunks=st.lists(st.binary(max_size=4000), max_size=40))
async def test_any_pieces_of_a_body(stage: Stage, chunks: list[bytes]) -> None:
    async def dripping() -> Any:
        for chunk in chunks:
            yield chunk

    with anyio.fail_after(60):
        answer = await stage.client.post("/webhooks/woocommerce/acme/shop", content=dripping())
    assert answer.status_code == (413 if sum(map(len, chunks)) > 64_000 else 401)


async def test_a_body_nested_without_end_is_refused_not_followed(stage: Stage) -> None:
    deep = b"[" * 30_000
    assert (await stage.push_shop(deep)).status_code == 400
    assert (await stage.push_exact(exact_signed(b'{"a":' + b"[" * 8000 + b"]" * 8000 + b"}"))).status_code == 400
