"""How each attack begins and how it ends; whatever happens, it ends."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path

import anyio

from demo.site import Node
from torture.place import Place
from torture.schedule import Attack, Kind
from torture.skew import read_skew, set_skew
from torture.wire import Cut, Wire

PATIENCE = 30.0

Landed = Callable[[], bool]
"""Says, while a fault lasts, whether it met what it was meant for: an attack that nobody felt proves nothing."""
Fault = Callable[[Place, Attack], AbstractAsyncContextManager[Landed]]


@asynccontextmanager
async def under(place: Place, attack: Attack) -> AsyncIterator[Landed]:
    """Attack while the block lasts. Where nobody can act meanwhile the ledger is told: that excuses, until it ends."""
    helpless = is_helpless(place, attack)
    if helpless:
        await place.site.control.act("hub-down", on=True)
    try:
        async with FAULTS[attack.kind](place, attack) as landed:
            yield landed
    finally:
        with anyio.CancelScope(shield=True):
            if helpless:
                await place.site.control.act("hub-down", on=False)


def is_helpless(place: Place, attack: Attack) -> bool:
    """Say whether no node can do its work meanwhile, so that what it could not know is not its fault."""
    if attack.kind is Kind.CLOCK or attack.way.startswith("one-database"):
        return False
    return len(place.nodes) == 1 or attack.way != "one"


def _met(place: Place, attack: Attack) -> Sequence[Node]:
    return place.nodes if attack.way == "all" else place.nodes[attack.node : attack.node + 1]


@asynccontextmanager
async def _started_again(met: Sequence[Node]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for node in met:
            await node.child.start()


@asynccontextmanager
async def _kill(place: Place, attack: Attack) -> AsyncIterator[Landed]:
    """SIGKILL, and the program is started again."""
    met = _met(place, attack)
    for node in met:
        await node.child.kill()
    async with _started_again(met):
        yield lambda: all(node.child.ended for node in met)


@asynccontextmanager
async def _stop(place: Place, attack: Attack) -> AsyncIterator[Landed]:
    """SIGSTOP for longer than a lease, then SIGCONT: it goes on as if nothing had happened."""
    met = _met(place, attack)
    for node in met:
        node.child.send(signal.SIGSTOP)
    try:
        yield lambda: all(_is_frozen(node) for node in met)
    finally:
        for node in met:
            node.child.send(signal.SIGCONT)


def _is_frozen(node: Node) -> bool:
    """Ask the kernel, and leave the answer to be asked for again."""
    asked = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
    return node.child.pid is not None and os.waitid(os.P_PID, node.child.pid, asked) is not None


@asynccontextmanager
async def _term(place: Place, attack: Attack) -> AsyncIterator[Landed]:
    """SIGTERM, which a node is to heed in time; then the program is started again."""
    met = _met(place, attack)
    async with anyio.create_task_group() as group:
        for node in met:
            group.start_soon(_ask_to_end, place, node)
    async with _started_again(met):
        yield lambda: all(node.child.ended for node in met)


async def _ask_to_end(place: Place, node: Node) -> None:
    place.deaf += not await node.child.stop()


@asynccontextmanager
async def _database(place: Place, attack: Attack) -> AsyncIterator[Landed]:
    """PostgreSQL ends and is started again; a SQLite file is locked by another program."""
    if place.server is None:
        with closing(_other_program(place.disk.folder / "handelhub.db")) as file:
            await _lock(file)
            yield lambda: file.in_transaction
        return
    server = place.server
    await server.end(attack.way)
    try:
        yield lambda: server.ended
    finally:
        await server.start()


def _other_program(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, isolation_level=None, timeout=0)


async def _lock(file: sqlite3.Connection) -> None:
    """Take the write lock; between a busy hub's transactions it is free for a moment only."""
    with anyio.fail_after(PATIENCE):
        while True:
            try:
                file.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                await anyio.sleep(0.001)
            else:
                return


@asynccontextmanager
async def _disk(place: Place, attack: Attack) -> AsyncIterator[Landed]:
    """The disk is full; a server that ended by it is started again when there is room."""
    place.disk.fill(place.pids())
    try:
        yield place.disk.is_full
    finally:
        place.disk.free(place.pids())
        if place.server is not None:
            await place.server.start()


@asynccontextmanager
async def _network(place: Place, attack: Attack) -> AsyncIterator[Landed]:
    """A wire is cut, in one way or another."""
    where, _, how = attack.way.partition("-")
    if where == "one":
        where, _, how = how.partition("-")
        wires: Sequence[Wire] = place.databases[attack.node : attack.node + 1]
    else:
        wires = {"platforms": (place.platforms,), "doors": (place.doors,), "database": place.databases}[where]
    for wire in wires:
        wire.cut(Cut(how))
    try:
        yield lambda: any(wire.met for wire in wires)
    finally:
        for wire in wires:
            wire.mend()


@asynccontextmanager
async def _clock(place: Place, attack: Attack) -> AsyncIterator[Landed]:
    """A node's clock is set wrong, and right again."""
    file: Path = place.skews[attack.node]
    set_skew(file, attack.step)
    try:
        yield lambda: read_skew(file) == attack.step
    finally:
        set_skew(file, 0.0)


FAULTS: Mapping[Kind, Fault] = {
    Kind.KILL: _kill,
    Kind.STOP: _stop,
    Kind.TERM: _term,
    Kind.DATABASE: _database,
    Kind.DISK: _disk,
    Kind.NETWORK: _network,
    Kind.CLOCK: _clock,
}
