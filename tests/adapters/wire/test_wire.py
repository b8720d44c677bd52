"""The hub's transport does what the client's own does; each sentence is asked of both."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx2
import pytest

from tests.adapters.wire.wire_stage import Line, Making, Script, answering, once, own, serving, theirs
from tests.contract.clients.places import self_signed

HELLO = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
both = pytest.mark.parametrize("making", [own, theirs])


async def ask(making: Making, script: Script, method: str = "GET", **options: object) -> httpx2.Response:
    async with serving(script) as server, httpx2.AsyncClient(transport=making()) as client:
        return await client.request(method, f"http://127.0.0.1:{server.port}/a?b=c", **options)  # type: ignore[arg-type]


@both
@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([HELLO], b"hello"),
        ([HELLO[:20], HELLO[20:60], HELLO[60:]], b"hello"),
        (
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\nTrailing: x\r\n\r\n"],
            b"hello",
        ),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], b""),
        ([b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", HELLO], b"hello"),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" + HELLO], b"hello"),
    ],
)
async def test_an_answer_is_read_to_its_end(making: Making, pieces: list[bytes], expected: bytes) -> None:
    answer = await ask(making, answering(*pieces))
    assert (answer.status_code, answer.content) == (200, expected)
    assert "Trailing" not in answer.headers
    assert "Link" not in answer.headers


@both
@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
async def test_a_body_without_a_length_ends_with_the_connection(making: Making, version: bytes) -> None:
    answer = await ask(making, once(version + b" 200 OK\r\n\r\nhel", b"lo"))
    assert answer.content == b"hello"


@both
@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
async def test_some_answers_have_no_body_whatever_they_announce(making: Making, status: bytes) -> None:
    answer = await ask(making, answering(b"HTTP/1.1 " + status + b"\r\nETag: x\r\n\r\n"))
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (int(status[:3]), b"", "x")


@both
async def test_a_head_has_no_body_whatever_it_announces(making: Making) -> None:
    answer = await ask(making, answering(HELLO.removesuffix(b"hello")), "HEAD")
    assert (answer.content, answer.headers["Content-Length"]) == (b"", "5")


@both
async def test_what_was_compressed_is_read_plain(making: Making) -> None:
    body = gzip.compress(b"hello")
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert (await ask(making, answering(head, body))).content == b"hello"


@both
async def test_reason_repeated_headers_and_bytes_that_are_not_ascii_come_through(making: Making) -> None:
    head = "HTTP/1.1 418 Theepot\r\nX-One: a\r\nX-One: b\r\nX-Name: Caf\u00e9\r\nContent-Length: 0\r\n\r\n".encode(
        "latin-1"
    )
    answer = await ask(making, answering(head))
    assert (answer.status_code, answer.reason_phrase) == (418, "Theepot")
    assert answer.headers.get_list("x-one") == ["a", "b"]
    assert answer.headers["x-name"] == "Caf\u00e9"


@both
async def test_method_target_headers_and_body_arrive_as_they_were_asked_for(making: Making) -> None:
    heads: list[bytes] = []
    bodies: list[bytes] = []

    async def script(line: Line) -> None:
        heads.append(await line.reader.readuntil(b"\r\n\r\n"))
        bodies.append(await line.reader.readexactly(9))
        await line.say(HELLO)

    await ask(making, script, "POST", content=b'{"a": 1}\n', headers={"X-Key": "v"})
    (head,) = heads
    assert head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert b"\r\nContent-Length: 9\r\n" in head
    assert b"\r\nX-Key: v\r\n" in head
    assert head.lower().count(b"\r\nhost: 127.0.0.1:") == 1
    assert bodies == [b'{"a": 1}\n']


@both
async def test_a_connection_serves_one_call_after_another(making: Making) -> None:
    async with serving(answering(HELLO)) as server, httpx2.AsyncClient(transport=making()) as client:
        for _ in range(5):
            await client.get(f"http://127.0.0.1:{server.port}/")
        assert server.closed.empty()


@both
@pytest.mark.parametrize("last", [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", HELLO])
async def test_a_connection_that_the_server_ends_is_not_used_again(making: Making, last: bytes) -> None:
    async with serving(once(last)) as server, httpx2.AsyncClient(transport=making()) as client:
        for number in (1, 2, 3):
            await client.get(f"http://127.0.0.1:{server.port}/")
            assert await server.closed.get() == number


@both
@pytest.mark.parametrize(
    ("script", "error"),
    [
        (once(), httpx2.RemoteProtocolError),
        (once(b"HTTP/1.1 200 OK\r\nContent-Le"), httpx2.RemoteProtocolError),
        (once(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), httpx2.RemoteProtocolError),
        (once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), httpx2.RemoteProtocolError),
        (once(b"SSH-2.0-OpenSSH_9.6\r\n"), httpx2.RemoteProtocolError),
        (once(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"), httpx2.RemoteProtocolError),
        (once(b"HTTP/1.1 200 OK\r\n" + b"X-Endless: %s\r\n" % (b"y" * 4000) * 50), httpx2.RemoteProtocolError),
    ],
)
async def test_an_answer_that_breaks_off_or_is_none_is_an_error(
    making: Making, script: Script, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await ask(making, script)


@both
async def test_a_port_where_nobody_listens_is_a_failed_connection(making: Making) -> None:
    async with serving(answering(HELLO)) as server:
        pass
    async with httpx2.AsyncClient(transport=making()) as client:
        with pytest.raises(httpx2.ConnectError):
            await client.get(f"http://127.0.0.1:{server.port}/")


@both
@pytest.mark.parametrize("host", ["nobody.invalid", "x" * 70 + ".invalid"])
async def test_a_name_that_is_none_is_a_failed_connection(making: Making, host: str) -> None:
    async with httpx2.AsyncClient(transport=making()) as client:
        with pytest.raises((httpx2.ConnectError, UnicodeError)):
            await client.get(f"http://{host}/")


@both
async def test_a_silent_server_is_given_up_and_its_late_answer_belongs_to_nobody(making: Making) -> None:
    async def script(line: Line) -> None:
        await line.request()
        if line.number > 1:
            await line.say(HELLO)
        await line.reader.read()
        await line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")

    async with serving(script) as server, httpx2.AsyncClient(transport=making()) as client:
        with pytest.raises(httpx2.ReadTimeout):
            await client.get(f"http://127.0.0.1:{server.port}/", timeout=httpx2.Timeout(60, read=0.05))
        assert await server.closed.get() == 1
        assert (await client.get(f"http://127.0.0.1:{server.port}/", timeout=60)).content == b"hello"


@both
async def test_a_slow_answer_is_waited_for_as_long_as_it_moves(making: Making) -> None:
    moved = asyncio.Event()

    async def script(line: Line) -> None:
        await line.request()
        await line.say(HELLO[:-3])
        await moved.wait()
        await line.say(HELLO[-3:])

    async with serving(script) as server, httpx2.AsyncClient(transport=making()) as client:
        asyncio.get_running_loop().call_later(0.2, moved.set)
        assert (await client.get(f"http://127.0.0.1:{server.port}/", timeout=60)).content == b"hello"


@both
async def test_who_is_cancelled_leaves_no_answer_behind_for_the_next(making: Making) -> None:
    asked = asyncio.Event()

    async def script(line: Line) -> None:
        await line.request()
        asked.set()
        if line.number > 1:
            await line.say(HELLO)
        await line.reader.read()

    async with serving(script) as server, httpx2.AsyncClient(transport=making(), timeout=60) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.get, f"http://127.0.0.1:{server.port}/")
            await asked.wait()
            tasks.cancel_scope.cancel()
        assert await server.closed.get() == 1
        assert (await client.get(f"http://127.0.0.1:{server.port}/")).content == b"hello"


@both
async def test_no_more_calls_are_under_way_than_allowed_and_the_rest_wait_their_turn(making: Making) -> None:
    busy: list[int] = []
    most: list[int] = []

    async def script(line: Line) -> None:
        while True:
            await line.request()
            busy.append(line.number)
            most.append(len(busy))
            await asyncio.sleep(0)
            busy.remove(line.number)
            await line.say(HELLO)

    transport = making(limits=httpx2.Limits(max_connections=2, max_keepalive_connections=2))
    async with (
        serving(script) as server,
        httpx2.AsyncClient(transport=transport, timeout=60) as client,
        anyio.create_task_group() as tasks,
    ):
        for _ in range(20):
            tasks.start_soon(client.get, f"http://127.0.0.1:{server.port}/")
    assert len(most) == 20
    assert max(most) <= 2


@both
async def test_who_waits_too_long_for_a_connection_is_told_so(making: Making) -> None:
    asked, enough = asyncio.Event(), asyncio.Event()

    async def script(line: Line) -> None:
        await line.request()
        asked.set()
        await enough.wait()
        await line.say(HELLO)

    transport = making(limits=httpx2.Limits(max_connections=1))
    async with serving(script) as server, httpx2.AsyncClient(transport=transport, timeout=60) as client:
        url = f"http://127.0.0.1:{server.port}/"
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.get, url)
            await asked.wait()
            with pytest.raises(httpx2.PoolTimeout):
                await client.get(url, timeout=httpx2.Timeout(60, pool=0.05))
            enough.set()


@both
@pytest.mark.parametrize("pieces", [[b"hel", b"lo"], [b"x" * 50_000] * 2])
async def test_a_body_whose_length_nobody_knew_arrives_whole(making: Making, pieces: list[bytes]) -> None:
    heard: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def script(line: Line) -> None:
        heard.append(await whole_body(line))
        await line.say(HELLO)

    await ask(making, script, "POST", content=body(), timeout=60)
    assert heard == [b"".join(pieces)]


async def whole_body(line: Line) -> bytes:
    """Read a request's body, of announced length or in chunks."""
    head = (await line.reader.readuntil(b"\r\n\r\n")).lower()
    _, announced, length = head.partition(b"content-length: ")
    if announced:
        return await line.reader.readexactly(int(length.partition(b"\r\n")[0]))
    body = b""
    while size := int(await line.reader.readuntil(b"\r\n"), 16):
        body += (await line.reader.readexactly(size + 2))[:-2]
    return body


@both
async def test_an_early_no_is_heard_though_the_body_is_not_yet_sent(making: Making) -> None:
    async def script(line: Line) -> None:
        await line.reader.readuntil(b"\r\n\r\n")
        await line.say(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
        while await line.reader.read(1 << 20):
            pass

    answer = await ask(making, script, "POST", content=b"x" * 30_000_000, timeout=60)
    assert (answer.status_code, answer.content) == (413, b"no")


@both
async def test_a_server_that_takes_nothing_is_given_up(making: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.adapters.wire.SLOWEST", 1 << 30)
    enough = asyncio.Event()

    async def script(line: Line) -> None:
        await enough.wait()

    patience = httpx2.Timeout(0.1, connect=1)
    with pytest.raises((httpx2.WriteTimeout, httpx2.ReadTimeout)):
        await ask(making, script, "POST", content=b"x" * 30_000_000, timeout=patience)
    enough.set()


@both
@pytest.mark.parametrize("value", ["v\r\nX-Other: w", "v\nX-Other: w", "v\0"])
async def test_a_header_cannot_smuggle_in_another(making: Making, value: str) -> None:
    with pytest.raises(httpx2.LocalProtocolError):
        await ask(making, answering(HELLO), headers={"X-Key": value})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for loopback, made for this run of the tests."""
    return self_signed(tmp_path_factory.mktemp("tls"))


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@both
async def test_an_encrypted_call_is_made_to_whom_the_certificate_names(making: Making, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    async with (
        serving(answering(HELLO), server_tls(certificate)) as server,
        httpx2.AsyncClient(transport=making(tls=trusting), timeout=60) as client,
    ):
        for _ in range(2):
            assert (await client.get(f"https://localhost:{server.port}/")).content == b"hello"


@both
async def test_a_certificate_that_nobody_vouches_for_ends_the_call(making: Making, certificate: Path) -> None:
    async with (
        serving(answering(HELLO), server_tls(certificate)) as server,
        httpx2.AsyncClient(transport=making(), timeout=60) as client,
    ):
        with pytest.raises(httpx2.ConnectError):
            await client.get(f"https://localhost:{server.port}/")


@both
async def test_only_http_is_spoken(making: Making) -> None:
    async with httpx2.AsyncClient(transport=making()) as client:
        with pytest.raises(httpx2.UnsupportedProtocol):
            await client.get("ftp://127.0.0.1/")


@both
async def test_nothing_is_sent_again_where_a_kept_connection_turns_out_to_be_dead(making: Making) -> None:
    heads: list[bytes] = []

    async def script(line: Line) -> None:
        heads.append(await line.request())
        await line.say(HELLO)
        heads.append(await line.request())

    async with serving(script) as server, httpx2.AsyncClient(transport=making()) as client:
        await client.put(f"http://127.0.0.1:{server.port}/")
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.put(f"http://127.0.0.1:{server.port}/")
    assert len(heads) == 2
