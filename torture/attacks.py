"""How each attack begins and how it ends; whatever happens, it ends."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path

import anyio

from demo.site import Node
from torture.place import Place
from torture.schedule import Attack, Kind
from torture.skew import set_skew
from torture.wire import Cut, Wire

PATIENCE = 30.0

Fault = Callable[[Place, Attack], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def under(place: Place, attack: Attack) -> AsyncIterator[None]:
    """Attack while the block lasts. Where nobody can act meanwhile the ledger is told: that excuses, until it ends."""
    helpless = is_helpless(place, attack)
    if helpless:
        await place.site.control.act("hub-down", on=True)
    try:
        async with FAULTS[attack.kind](place, attack):
            yield
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
async def _kill(place: Place, attack: Attack) -> AsyncIterator[None]:
    """SIGKILL, and the program is started again."""
    met = _met(place, attack)
    for node in met:
        await node.child.kill()
    async with _started_again(met):
        yield


@asynccontextmanager
async def _stop(place: Place, attack: Attack) -> AsyncIterator[None]:
    """SIGSTOP for longer than a lease, then SIGCONT: it goes on as if nothing had happened."""
    met = _met(place, attack)
    for node in met:
        node.child.send(signal.SIGSTOP)
    try:
        yield
    finally:
        for node in met:
            node.child.send(signal.SIGCONT)


@asynccontextmanager
async def _term(place: Place, attack: Attack) -> AsyncIterator[None]:
    """SIGTERM, which a node is to heed in time; then the program is started again."""
    met = _met(place, attack)
    async with anyio.create_task_group() as group:
        for node in met:
            group.start_soon(node.child.stop)
    async with _started_again(met):
        yield


@asynccontextmanager
async def _database(place: Place, attack: Attack) -> AsyncIterator[None]:
    """PostgreSQL ends and is started again; a SQLite file is locked by another program."""
    if place.server is None:
        with closing(_other_program(place.disk.folder / "handelhub.db")) as file:
            await _lock(file)
            yield
        return
    await place.server.end(attack.way)
    try:
        yield
    finally:
        await place.server.start()


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
async def _disk(place: Place, attack: Attack) -> AsyncIterator[None]:
    """The disk is full; a server that ended by it is started again when there is room."""
    place.disk.fill(place.pids())
    try:
        yield
    finally:
        place.disk.free(place.pids())
        if place.server is not None:
            await place.server.start()


@asynccontextmanager
async def _network(place: Place, attack: Attack) -> AsyncIterator[None]:
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
        yield
    finally:
        for wire in wires:
            wire.mend()


@asynccontextmanager
async def _clock(place: Place, attack: Attack) -> AsyncIterator[None]:
    """A node's clock is set wrong, and right again."""
    file: Path = place.skews[attack.node]
    set_skew(file, attack.step)
    try:
        yield
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
