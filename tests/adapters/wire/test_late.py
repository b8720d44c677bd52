"""A request whose actor may be another node's by the time that it could be written is not written."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest

from hub.adapters.http import Caller, open_client
from hub.adapters.wire import LARGE
from hub.lease import act_while
from hub.outcome import Unavailable
from tests.adapters.wire.wire_stage import Line, serving

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


async def apart(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run something in a task of its own, as turns are."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)


@pytest.mark.parametrize("size", [2, LARGE + 1], ids=["small", "large"])
async def test_nothing_is_sent_once_the_lease_may_be_over_and_that_is_known(size: int) -> None:
    ours, heads = [True, False], list[bytes]()

    async def script(line: Line) -> None:
        while True:
            heads.append(await line.request())
            await line.say(HELLO)

    async def act() -> None:
        act_while(lambda: ours.pop(0))
        caller = Caller(client, "shop")
        await caller.send("write", "POST", "in-time", content=b"x" * size)
        with pytest.raises(Unavailable, match="LeaseOver") as refused:
            await caller.send("write", "POST", "late", content=b"x" * size)
        assert not refused.value.unknown

    async with serving(script) as server, open_client(f"http://127.0.0.1:{server.port}/") as client:
        await apart(act)
        await Caller(client, "shop").send("write", "POST", "by-nobody", content=b"x" * size)
    assert [head.split()[1] for head in heads] == [b"/in-time", b"/by-nobody"]


async def test_a_lease_that_ends_while_a_connection_is_waited_for_is_noticed() -> None:
    heads, asked, ours = list[bytes](), anyio.Event(), [True]

    async def script(line: Line) -> None:
        heads.append(await line.request())
        asked.set()
        await anyio.wait_all_tasks_blocked()
        ours.clear()
        await line.say(HELLO)
        heads.append(await line.request())

    async def act() -> None:
        act_while(lambda: bool(ours))
        with pytest.raises(Unavailable, match="LeaseOver"):
            await Caller(client, "shop").send("write", "POST", "second", content=b"{}")

    async with (
        serving(script) as server,
        open_client(f"http://127.0.0.1:{server.port}/", connections=1) as client,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(Caller(client, "shop").send, "write", "GET", "first")
        await asked.wait()
        await apart(act)
    assert len(heads) == 1
