"""How one call to a platform ends."""

from __future__ import annotations

from decimal import Decimal

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hub.adapters import http
from hub.adapters.http import Caller, WaitHook, open_client, read_json, write_json
from hub.outcome import Throttled, Unavailable
from tests.adapters.scripted import Line, Script, says


async def call(line: Line, method: str = "GET", *, wait_hook: WaitHook | None = None) -> httpx2.Response:
    async with open_client("https://platform.test/base", transport=Script(line).transport) as client:
        return await Caller(client, "shop", wait_hook=wait_hook).send("orders", method, "orders", params={"key": "s3"})


@pytest.mark.parametrize("error", [httpx2.ConnectError("x"), httpx2.ConnectTimeout("x"), httpx2.PoolTimeout("x")])
async def test_what_was_never_sent_has_a_known_outcome(error: Exception) -> None:
    with pytest.raises(Unavailable) as caught:
        await call(error, "POST")
    assert not caught.value.unknown


async def test_a_connection_that_was_reset_as_it_opened_is_an_outage_and_no_bug() -> None:
    with pytest.raises(Unavailable) as caught:
        await call(AttributeError(name="getpeername", obj=None), "POST")
    assert not caught.value.unknown
    with pytest.raises(AttributeError):
        await call(AttributeError(name="orders", obj=None), "POST")


@pytest.mark.parametrize(
    "error",
    [httpx2.ReadTimeout("x"), httpx2.ReadError("x"), httpx2.WriteError("x"), httpx2.RemoteProtocolError("x")],
)
@pytest.mark.parametrize(("method", "unknown"), [("POST", True), ("PATCH", True), ("GET", False), ("PUT", False)])
async def test_a_lost_answer_leaves_the_outcome_of_an_unrepeatable_request_unknown(
    error: Exception, method: str, unknown: bool
) -> None:
    with pytest.raises(Unavailable) as caught:
        await call(error, method)
    assert caught.value.unknown is unknown


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_an_html_error_page_is_an_outage_with_an_unknown_effect_for_writes(status: int) -> None:
    page = httpx2.Response(status, html="<html>down</html>")
    with pytest.raises(Unavailable) as caught:
        await call(page, "POST")
    assert caught.value.unknown
    with pytest.raises(Unavailable) as caught:
        await call(page, "GET")
    assert not caught.value.unknown


@pytest.mark.parametrize("status", [200, 201, 204, 301, 400, 401, 403, 404, 409])
async def test_answers_that_mean_something_are_handed_back(status: int) -> None:
    assert (await call(says({}, status))).status_code == status


async def test_a_500_with_a_json_body_is_handed_back_to_be_classified() -> None:
    assert (await call(says({"error": 1}, 500))).status_code == 500


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "Mon, 23 Nov 2026 09:00:30 GMT", "Date": "Mon, 23 Nov 2026 09:00:10 GMT"}, 20.0),
        ({"Retry-After": "Mon, 23 Nov 2026 09:00:00 GMT", "Date": "Mon, 23 Nov 2026 09:00:10 GMT"}, 0.0),
        ({"Retry-After": "soon"}, http.DEFAULT_WAIT),
        ({}, http.DEFAULT_WAIT),
    ],
)
async def test_a_429_says_how_long_to_wait(headers: dict[str, str], wait: float) -> None:
    with pytest.raises(Throttled) as caught:
        await call(httpx2.Response(429, headers=headers))
    assert caught.value.retry_after == wait


@pytest.mark.parametrize(
    ("base", "url", "asked"),
    [
        ("https://platform.test", "/orders?page=2", "https://platform.test/orders?page=2"),
        ("https://platform.test:8443/", "orders", "https://platform.test:8443/orders"),
        ("https://platform.test/base", "/orders/a%2Fb", "https://platform.test/base/orders/a%2Fb"),
        ("https://platform.test/base/", "?page=2", "https://platform.test/base/?page=2"),
        ("https://platform.test/base", "https://files.test/x?sig=a%3D", "https://files.test/x?sig=a%3D"),
    ],
)
async def test_a_call_goes_where_the_client_itself_would_send_it(base: str, url: str, asked: str) -> None:
    heard = []

    def hear(request: httpx2.Request) -> httpx2.Response:
        heard.append(str(request.url))
        return httpx2.Response(200)

    async with open_client(base, transport=httpx2.MockTransport(hear)) as client:
        await Caller(client, "shop").send("orders", "GET", url)
        assert heard == [str(client.build_request("GET", url).url)] == [asked]


async def test_a_platforms_own_way_of_telling_the_wait_goes_first() -> None:
    with pytest.raises(Throttled) as caught:
        await call(httpx2.Response(429, headers={"Retry-After": "7"}), wait_hook=lambda response: 42.0)
    assert caught.value.retry_after == 42.0


async def test_a_span_names_the_call_without_query_or_body(monkeypatch: pytest.MonkeyPatch) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(http, "_tracer", provider.get_tracer("hub"))
    with pytest.raises(Unavailable):
        await call(httpx2.ReadTimeout("https://platform.test/orders?key=s3cret"), "POST")
    (span,) = spans.get_finished_spans()
    assert span.name == "POST shop.orders"
    assert span.attributes is not None
    assert span.attributes["url.full"] == "https://platform.test/base/orders"
    assert span.attributes["http.request.method"] == "POST"
    assert span.attributes["error.type"] == "ReadTimeout"
    assert "s3" not in span.to_json()


def test_fractions_are_read_as_decimals_to_the_last_digit() -> None:
    response = httpx2.Response(200, content=b'{"a": 0.1, "b": 12.10, "c": 3}')
    answer = read_json(response)
    assert answer == {"a": Decimal("0.1"), "b": Decimal("12.10"), "c": 3}
    assert isinstance(answer["a"], Decimal)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": NaN}', b"\xff\xfe"])
def test_a_body_that_is_no_json_is_an_outage(body: bytes) -> None:
    request = httpx2.Request("POST", "https://platform.test/orders")
    with pytest.raises(Unavailable) as caught:
        read_json(httpx2.Response(200, content=body, request=request))
    assert caught.value.unknown


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_decimal_travels_as_a_number_with_exactly_its_digits(amount: Decimal) -> None:
    sent = write_json({"amount": amount})
    assert b'"' not in sent.removeprefix(b'{"amount":')
    assert read_json(httpx2.Response(200, content=sent)) == {"amount": amount}


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), object()])
def test_what_json_cannot_hold_is_not_sent(value: object) -> None:
    with pytest.raises(TypeError):
        write_json({"amount": value})
