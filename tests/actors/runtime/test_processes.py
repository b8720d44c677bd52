"""Real processes, killed, frozen and stopped: nothing is lost, nothing is done twice, the order is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream
from sqlalchemy import select

from hub.actors.runtime import mailbox
from hub.actors.runtime.address import Address
from hub.actors.runtime.node_file import locked
from hub.clock import SystemClock
from hub.store.engine import Database, StoreBusy, StoreUnavailable, Work
from hub.store.tables import seen
from tests.actors.runtime.stage import Note, until

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
FOUR = [Address("channel", f"t{number}", "bol") for number in range(4)]
EACH = 60
SOON = 15
"""The message of each actor from which on a process is too slow to be done before it is killed or frozen."""


@dataclass
class Hub:
    """A running process and what it said."""

    process: Process
    lines: list[str] = field(default_factory=list)

    async def listen(self) -> None:
        assert self.process.stdout is not None
        rest = ""
        async for text in TextReceiveStream(self.process.stdout):
            *lines, rest = (rest + text).split("\n")
            self.lines += lines

    async def said(self, start: str, times: int = 1) -> None:
        """Wait until lines with this beginning were said."""
        await until(lambda: sum(line.startswith(start) for line in self.lines) >= times, 60)


@asynccontextmanager
async def hub(
    url: str, name: str, lease: float = 2.0, slow_from: int = 10_000, node_file: Path | str = ""
) -> AsyncIterator[Hub]:
    """Run a process for the length of a block."""
    given = [url, name, str(lease), str(slow_from), str(node_file)]
    command = [sys.executable, "-m", "tests.actors.runtime.process", *given]
    process = await anyio.open_process(command, cwd=ROOT, stderr=subprocess.DEVNULL, env=dict(os.environ))
    async with process, anyio.create_task_group() as tasks:
        running = Hub(process)
        tasks.start_soon(running.listen)
        try:
            await running.said("ready")
            yield running
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGCONT)
                process.kill()


async def fill(url: str, numbers: range = range(EACH)) -> None:
    """Post work of all actors."""

    async def work(work: Work) -> None:
        for address in FOUR:
            for number in numbers:
                mailbox.post(work, address, Note(number))

    async with Database.open(url, SystemClock()) as database:
        await database.write(work)


async def effects(url: str) -> dict[str, list[int]]:
    """Return which effects each actor had."""
    found: dict[str, list[int]] = {}
    async with Database.open(url, SystemClock()) as database, database.read() as connection:
        for address, number in await connection.execute(select(seen.c.address, seen.c.dedupe).order_by(seen.c.dedupe)):
            found.setdefault(address, []).append(int(number))
    return found


ALL = {str(address): list(range(EACH)) for address in FOUR}


def orders(lines: list[str]) -> dict[str, list[int]]:
    """Return in which order each actor handled its messages."""
    found: dict[str, list[int]] = {}
    for line in lines:
        match line.split():
            case ["handled", address, number]:
                found.setdefault(address, []).append(int(number))
    return found


def finished(*hubs: Hub, last: int = EACH - 1) -> bool:
    """Whether the last message of every actor was handled."""
    last_lines = {line for one in hubs for line in one.lines if line.endswith(f" {last}")}
    return len(last_lines) == len(FOUR)


async def stop(running: Hub) -> None:
    running.process.terminate()
    await running.said("stopped")


async def test_a_killed_process_loses_nothing_and_repeats_nothing(database_url: str) -> None:
    await fill(database_url)
    async with hub(database_url, "first", slow_from=SOON) as first:
        await first.said("handled", 40)
        first.process.kill()
        await first.process.wait()
    async with hub(database_url, "second") as second:
        await until(lambda: finished(second), 60)
        await stop(second)
    assert await effects(database_url) == ALL
    assert not [line for line in second.lines if "Crashed" in line]


async def test_a_frozen_process_is_replaced_and_fenced_when_it_thaws(postgres_url: str) -> None:
    await fill(postgres_url)
    async with hub(postgres_url, "first", slow_from=SOON) as first:
        await first.said("handled", 40)
        first.process.send_signal(signal.SIGSTOP)
        async with hub(postgres_url, "second") as second:
            await second.said("handled", 10)
            first.process.send_signal(signal.SIGCONT)
            await until(lambda: finished(first, second), 60)
            await stop(second)
            await stop(first)
        lines = first.lines + second.lines
    assert await effects(postgres_url) == ALL
    assert not [line for line in lines if "Crashed" in line]


async def test_two_processes_share_the_work_and_a_killed_one_is_replaced(postgres_url: str) -> None:
    await fill(postgres_url)
    async with hub(postgres_url, "first", slow_from=SOON) as first, hub(postgres_url, "second") as second:
        await first.said("handled", 20)
        first.process.kill()
        await until(lambda: finished(first, second), 60)
        await stop(second)
    assert await effects(postgres_url) == ALL


async def test_the_actors_of_a_killed_node_that_has_a_file_go_on_as_soon_as_it_is_there_again(
    postgres_url: str, tmp_path: Path
) -> None:
    hour, own, others = 3600.0, tmp_path / "first", tmp_path / "second"
    await fill(postgres_url)
    async with hub(postgres_url, "first", hour, slow_from=SOON, node_file=own) as first:
        await first.said("handled", 40)
        first.process.kill()
        await first.process.wait()
    async with hub(postgres_url, "second", hour, node_file=others) as second:
        assert orders(second.lines) == {}
        async with hub(postgres_url, "first", hour, node_file=own) as again:
            await until(lambda: finished(again, second), 60)
            await stop(again)
        await stop(second)
    assert await effects(postgres_url) == ALL


def test_a_nodes_file_is_one_running_process_alone(tmp_path: Path) -> None:
    path = tmp_path / "node"
    with locked(path) as first:
        first.sign("node-1")
        with pytest.raises(StoreBusy, match="give each node a HUB_NODE_FILE of its own"), locked(path):
            pass
    with locked(path) as second:
        assert (first.former, second.former) == (None, "node-1")
    with pytest.raises(StoreUnavailable, match="cannot be opened"), locked(tmp_path / "nowhere" / "node"):
        pass


async def test_a_stopped_process_hands_over_and_leaves_no_lease_to_wait_for(postgres_url: str) -> None:
    hour = 3600.0
    async with hub(postgres_url, "first", hour) as first, hub(postgres_url, "second", hour) as second:
        await fill(postgres_url)
        await until(lambda: len(orders(first.lines + second.lines)) == len(FOUR))
        busy, idle = (first, second) if len(orders(first.lines)) >= len(orders(second.lines)) else (second, first)
        await stop(busy)
        await fill(postgres_url, range(EACH, 2 * EACH))
        await until(lambda: finished(idle, last=2 * EACH - 1))
        await stop(idle)
    assert await effects(postgres_url) == {address: list(range(2 * EACH)) for address in ALL}


async def test_a_second_process_is_refused_on_the_same_file(sqlite_url: str) -> None:
    async with hub(sqlite_url, "first") as first:
        with pytest.raises(StoreBusy, match="in use by another process"):
            async with Database.open(sqlite_url, SystemClock()):
                pass
        await stop(first)
    async with Database.open(sqlite_url, SystemClock()):
        pass
