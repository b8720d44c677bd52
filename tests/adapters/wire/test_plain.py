"""The hub's client takes a shorter way than ``httpx2``; what the platform sees and the caller gets is the same."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.exchange import NORMAL, PlainRequest
from hub.adapters.http import Caller, open_client
from hub.outcome import Unavailable
from tests.adapters.wire.wire_stage import Line, answering, serving, theirs

HELLO = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
BASE = "https://platform.example/api/"


async def heard(
    client: httpx2.AsyncClient, line_heads: list[bytes], method: str, url: str, **options: object
) -> tuple[bytes, set[bytes]]:
    await client.send(client.build_request(method, url, **options))  # type: ignore[arg-type]
    first, *headers = line_heads.pop().removesuffix(b"\r\n\r\n").split(b"\r\n")
    return first, set(headers)


@pytest.mark.parametrize("url", ["a/b", "a/b?c=d%20e", "a b", "../a", "a/./b", "?c='d'", "", "\u00e9"])
@pytest.mark.parametrize(
    ("method", "headers", "content"),
    [
        ("GET", {}, None),
        ("POST", {"content-type": "text/plain", "X-Key": "v"}, b"hello"),
        ("PUT", {"Accept": "text/xml", "user-agent": "me"}, None),
        ("DELETE", {"Content-Length": "5"}, b"hello"),
    ],
)
async def test_a_platform_hears_what_the_client_itself_would_have_said(
    url: str, method: str, headers: Mapping[str, str], content: bytes | None
) -> None:
    heads: list[bytes] = []

    async def script(line: Line) -> None:
        while True:
            heads.append(await line.request())
            await line.say(HELLO)

    async with (
        serving(script) as server,
        open_client(f"http://127.0.0.1:{server.port}/base") as own,
        httpx2.AsyncClient(base_url=own.base_url, headers=own.headers, transport=theirs()) as witness,
    ):
        whole = f"{own.base_url}{url}"
        said = await heard(own, heads, method, whole, headers=headers, content=content)
        assert said == await heard(witness, heads, method, whole, headers=headers, content=content)


@given(st.text(alphabet="az09AZ./?%2Ff&=-_~+:@'!$ \u00e9\n", max_size=12))
def test_an_address_called_normal_is_sent_as_it_stands(rest: str) -> None:
    if NORMAL.fullmatch(rest):
        assert str(httpx2.URL(BASE + rest)) == BASE + rest


async def test_a_plain_call_takes_the_short_way() -> None:
    async with open_client(BASE) as client:
        assert isinstance(client.build_request("GET", BASE + "orders/1?page=2"), PlainRequest)
        assert client.build_request("GET", BASE + "orders/1?page=2").url == httpx2.URL(BASE + "orders/1?page=2")


async def test_a_login_parameters_and_another_host_are_seen_to() -> None:
    seen: list[bytes] = []

    async def script(line: Line) -> None:
        while True:
            seen.append(await line.request())
            await line.say(HELLO)

    async with serving(script) as server, open_client(f"http://127.0.0.1:{server.port}/") as client:
        caller = Caller(client, "shop")
        await caller.send("read", "GET", f"http://localhost:{server.port}/elsewhere")
        await caller.send("read", "GET", "a", params={"b": "c d"})
        client.auth = httpx2.BasicAuth("me", "key")
        await caller.send("read", "GET", "a")
    elsewhere, parameters, login = seen
    assert b"\r\nHost: localhost:" in elsewhere
    assert parameters.startswith(b"GET /a?b=c+d HTTP/1.1") or parameters.startswith(b"GET /a?b=c%20d HTTP/1.1")
    assert b"\r\nAuthorization: Basic bWU6a2V5" in login


async def test_a_cookie_that_was_set_is_brought_along_the_next_time() -> None:
    seen: list[bytes] = []

    async def script(line: Line) -> None:
        while True:
            seen.append(await line.request())
            await line.say(b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0\r\n\r\n")

    async with serving(script) as server, open_client(f"http://127.0.0.1:{server.port}/") as client:
        for _ in range(2):
            await Caller(client, "shop").send("read", "GET", "a")
    assert [b"\r\nCookie: session=1" in head for head in seen] == [False, True]


async def test_what_was_compressed_is_read_plain() -> None:
    body = gzip.compress(b"hello")
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with serving(answering(head, body)) as server, open_client(f"http://127.0.0.1:{server.port}/") as client:
        answer = await Caller(client, "shop").send("read", "GET", "a")
    assert (answer.content, answer.text, answer.request.method) == (b"hello", "hello", "GET")


async def test_a_body_that_cannot_be_decoded_is_an_outage() -> None:
    script = answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")
    async with serving(script) as server, open_client(f"http://127.0.0.1:{server.port}/") as client:
        with pytest.raises(Unavailable) as gone:
            await Caller(client, "shop").send("write", "POST", "a", content=b"{}")
    assert gone.value.unknown


async def test_a_call_may_have_a_patience_of_its_own() -> None:
    async def script(line: Line) -> None:
        await line.request()
        await line.reader.read()

    async with serving(script) as server, open_client(f"http://127.0.0.1:{server.port}/") as client:
        with pytest.raises(Unavailable, match="ReadTimeout"):
            await Caller(client, "shop").send("read", "GET", "a", patience=0.05)


async def test_a_closed_client_sends_nothing() -> None:
    async with open_client(BASE) as client:
        request = client.build_request("GET", BASE + "a")
    with pytest.raises(RuntimeError, match="closed"):
        await client.send(request)
