"""The wire passes everything on, and is cut in each of its ways; what was lost stays lost, what waited goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio
import pytest
from anyio.abc import SocketStream

from demo.balancer import GONE, Rotation
from demo.children import free_port
from torture.wire import MID_ANSWER, Cut, Wire

WAIT = 30.0
SHORT = 0.2
"""Seconds in which what never comes has not come; a slow machine makes the test easier, never red."""


@dataclass
class Echo:
    """Says everything twice; ``heard`` is what arrived, ``left`` is set when a caller has gone."""

    port: int
    heard: list[bytes] = field(default_factory=list)
    left: anyio.Event = field(default_factory=anyio.Event)

    async def answer(self, client: SocketStream) -> None:
        async with client:
            try:
                while True:
                    self.heard.append(await client.receive())
                    await client.send(self.heard[-1] * 2)
            except GONE:
                self.left.set()


@asynccontextmanager
async def wired() -> AsyncIterator[tuple[Wire, Echo]]:
    """An echo behind a wire."""
    async with AsyncExitStack() as stack:
        echo = Echo(free_port())
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=echo.port)
        await stack.enter_async_context(listener)
        group = await stack.enter_async_context(anyio.create_task_group())
        stack.callback(group.cancel_scope.cancel)
        group.start_soon(listener.serve, echo.answer)
        wire = Wire(Rotation([echo.port]).connect)
        await group.start(wire.run)
        with anyio.fail_after(WAIT):
            yield wire, echo


async def call(wire: Wire) -> SocketStream:
    return await anyio.connect_tcp("127.0.0.1", wire.port)


async def ask(client: SocketStream, word: bytes) -> bytes:
    await client.send(word)
    return await client.receive()


async def hears_nothing(client: SocketStream) -> bool:
    with anyio.move_on_after(SHORT):
        await client.receive()
        return False
    return True


async def test_what_is_sent_arrives_and_is_answered_and_the_end_is_passed_on() -> None:
    async with wired() as (wire, echo):
        async with await call(wire) as client:
            assert await ask(client, b"one") == b"oneone"
        await echo.left.wait()


async def test_a_refusing_wire_breaks_what_is_open_and_what_comes_and_lets_new_calls_pass_when_mended() -> None:
    async with wired() as (wire, _), await call(wire) as old:
        assert await ask(old, b"one") == b"oneone"
        wire.cut(Cut.REFUSE)
        for client in (old, await call(wire)):
            with pytest.raises(GONE):
                await ask(client, b"two")
        assert wire.met == 2
        wire.mend()
        async with await call(wire) as new:
            assert await ask(new, b"three") == b"threethree"


async def test_a_stalled_wire_holds_everything_back_and_then_lets_it_go_on() -> None:
    async with wired() as (wire, echo), await call(wire) as client:
        assert await ask(client, b"one") == b"oneone"
        wire.cut(Cut.STALL)
        await client.send(b"two")
        assert await hears_nothing(client)
        assert (echo.heard, wire.met > 0) == ([b"one"], True)
        wire.mend()
        assert await client.receive() == b"twotwo"


@pytest.mark.parametrize("how", [Cut.DROP, Cut.HALF_OPEN])
async def test_what_a_wire_has_lost_stays_silent_after_it_is_mended_and_new_calls_pass(how: Cut) -> None:
    async with wired() as (wire, echo), await call(wire) as old:
        assert await ask(old, b"one") == b"oneone"
        wire.cut(how)
        async with await call(wire) as unlucky:
            for client in (old, unlucky):
                await client.send(b"two")
                assert await hears_nothing(client)
            assert wire.met == 2
            wire.mend()
            for client in (old, unlucky):
                await client.send(b"three")
                assert await hears_nothing(client)
        async with await call(wire) as new:
            assert await ask(new, b"four") == b"fourfour"
        assert echo.heard == [b"one", b"four"]


async def test_a_half_open_wire_tells_the_far_end_alone() -> None:
    async with wired() as (wire, echo), await call(wire) as client:
        assert await ask(client, b"one") == b"oneone"
        wire.cut(Cut.HALF_OPEN)
        await echo.left.wait()
        assert await hears_nothing(client)


async def test_an_answer_is_cut_short_though_the_request_arrived() -> None:
    async with wired() as (wire, echo), await call(wire) as client:
        wire.cut(Cut.MID_ANSWER)
        told = b""
        await client.send(b"x" * MID_ANSWER)
        with suppress(*GONE):
            while True:
                told += await client.receive()
        assert len(told) <= MID_ANSWER
        assert (echo.heard, wire.met) == ([b"x" * MID_ANSWER], 1)


@pytest.mark.parametrize("how", list(Cut))
async def test_a_cut_that_nobody_felt_says_so(how: Cut) -> None:
    async with wired() as (wire, _):
        wire.cut(how)
        wire.mend()
        assert wire.met == 0


async def test_nobody_behind_the_wire_is_a_broken_connection() -> None:
    async with anyio.create_task_group() as group:
        wire = Wire(Rotation([free_port()]).connect)
        await group.start(wire.run)
        async with await call(wire) as client:
            with anyio.fail_after(WAIT), pytest.raises(GONE):
                await client.receive()
        group.cancel_scope.cancel()
