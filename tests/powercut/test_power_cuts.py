"""Power cuts: whatever was promised is there, nothing is half, and with a weaker setting the test would notice."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import anyio
import pytest

from hub.actors.runtime.mailbox import post
from hub.actors.runtime.turn import Turn
from hub.clock import SystemClock
from hub.store.engine import Database, Work, checkpoints, sqlite
from hub.store.events import tell
from hub.store.tenants import create_tenant
from tests.actors.runtime.stage import BOL, BRISK, Note, Script, node, until, waiting
from tests.powercut.driver import sqlite3_on
from tests.powercut.recorder import Platter, Promise, Recorder, Replay, Step, Sync
from tests.store.audit_stage import event

ASKED, DONE = "asked", "done"
NAME = "hub.sqlite"
SEED = 20261126
SEEDS = int(os.environ.get("POWERCUT_SEEDS", "1"))
"""How often every place is cut with other losses; each more is another few thousand cuts."""
ROUNDS, AT_ONCE = 40, 6
CUTS, ENOUGH = 3000, 400
MOVED_BY = {"a commit": (48, 10**9), "another connection beside the commits": (10**9, 30)}
"""Who moves the log into the file: after how many of its pages, and after how many works. There are few of both, so
that a short run has many such moments."""


async def live(recorder: Recorder, url: str) -> None:
    """Take orders and do them, many at once, with the hub's own store and actors; note each promise as it is given."""

    async def ask(number: int) -> None:
        async def work(work: Work) -> None:
            tell(work, event(number, kind=ASKED, detail={"number": number}))
            post(work, BOL, Note(number))

        await database.write(work)
        recorder.note(Promise(ASKED, number))

    async def do(turn: Turn) -> None:
        for envelope in turn.messages:
            assert isinstance(envelope.body, Note)
            turn.state["count"] = turn.state.get("count", 0) + 1
            turn.write(partial(keep, number=envelope.body.number))

    async def keep(work: Work, number: int) -> None:
        tell(work, event(number, kind=DONE, detail={"number": number}))
        work.after_commit(lambda: recorder.note(Promise(DONE, number)))

    async with Database.open(url, SystemClock()) as database:
        await database.write(lambda work: create_tenant(work, "acme", "Acme"))
        async with node(database, Script(handle=do, batches=5), replace(BRISK, poll=0.01)):
            for number in range(0, ROUNDS * AT_ONCE, AT_ONCE):
                async with anyio.create_task_group() as tasks:
                    for each in range(number, number + AT_ONCE):
                        tasks.start_soon(ask, each)
            await until(lambda: _idle(database))


async def _idle(database: Database) -> bool:
    return await waiting(database) == 0


@dataclass(frozen=True)
class Found:
    """What is in the database after a power cut."""

    asked: frozenset[int]
    done: frozenset[int]
    waiting: frozenset[int]
    counted: int
    whole: bool
    chained: bool


def look(path: Path) -> Found:
    """Start on what the disk holds, as the hub would."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous=OFF")  # what is looked at once need not last
        whole = database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        events = database.execute("SELECT seq, kind, detail, digest FROM sync_event ORDER BY seq").fetchall()
        letters = database.execute("SELECT body FROM message WHERE lane = 'order'").fetchall()
        states = database.execute("SELECT state FROM lane WHERE lane = 'order'").fetchall()
        heads = database.execute("SELECT event_seq, event_digest FROM tenant").fetchall()
    last = (events[-1][0], events[-1][3]) if events else (0, "0" * 64)
    return Found(
        asked=frozenset(json.loads(detail)["number"] for _, kind, detail, _ in events if kind == ASKED),
        done=frozenset(json.loads(detail)["number"] for _, kind, detail, _ in events if kind == DONE),
        waiting=frozenset(json.loads(body)["number"] for (body,) in letters),
        counted=sum(json.loads(state or "{}").get("count", 0) for (state,) in states),
        whole=whole,
        chained=[seq for seq, *_ in events] == list(range(1, len(events) + 1)) and heads in ([], [last]),
    )


async def record(
    folder: Path, template: Path, monkeypatch: pytest.MonkeyPatch, synchronous: str, mover: str = "a commit"
) -> list[Step]:
    """Run the hub's store, with its own settings but for these two, and return what the disk was told."""
    recorder = Recorder(f"recorder-{synchronous}")
    shutil.copy(template, folder / NAME)
    pragmas = [one if "synchronous" not in one else f"synchronous={synchronous}" for one in sqlite.WRITER_PRAGMAS]
    pages, works = MOVED_BY[mover]
    monkeypatch.setattr(sqlite, "WRITER_PRAGMAS", (*pragmas, f"wal_autocheckpoint={pages}"))
    monkeypatch.setattr(checkpoints, "EVERY", works)
    monkeypatch.setattr(sqlite, "sqlite3", sqlite3_on(recorder))
    await live(recorder, f"sqlite+aiosqlite:///{folder / NAME}")
    monkeypatch.undo()
    return recorder.steps


def cuts(steps: list[Step], template: Path, folder: Path, seed: int) -> Iterator[tuple[Found, list[Promise]]]:
    """Cut the power at many places; where, and what is lost, is chance that the seed tells again."""
    chance, replay = Random(seed), Replay({NAME: Platter(bytearray(template.read_bytes()))})
    places = set(chance.sample(range(len(steps)), min(CUTS, len(steps))))
    for place, step in enumerate(steps):
        replay.take(place, step)
        if place in places:
            replay.cut(folder, chance)
            yield look(folder / NAME), replay.promised


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder for what is left after a cut, in memory where the machine has such a place."""
    memory = Path("/dev/shm")  # noqa: S108
    folder = Path(mkdtemp(prefix="hub-powercut-", dir=memory if memory.is_dir() else tmp_path))
    yield folder
    shutil.rmtree(folder)


def broken(found: Found, promised: list[Promise]) -> list[str]:
    """Return the promises that were not kept."""
    kept = {ASKED: found.asked, DONE: found.done}
    return [f"{one.what} {one.number} is lost" for one in promised if one.number not in kept[one.what]]


def half(found: Found) -> list[str]:
    """Return what is there in part: an event without its message, a turn without its state, a chain without its end."""
    wrong = {
        "the file is damaged": not found.whole,
        "the log is not chained": not found.chained,
        "a message was taken and not done": found.asked != found.done | found.waiting,
        "a message was done and still waits": bool(found.done & found.waiting),
        "the state is not that of the turns": found.counted != len(found.done),
    }
    return [what for what, is_so in wrong.items() if is_so]


@pytest.mark.parametrize("mover", MOVED_BY)
async def test_nothing_promised_is_lost_and_nothing_is_half(
    sqlite_template: Path, tmp_path: Path, disk: Path, monkeypatch: pytest.MonkeyPatch, mover: str
) -> None:
    steps = await record(tmp_path, sqlite_template, monkeypatch, synchronous_of(sqlite.WRITER_PRAGMAS), mover)
    moves = sum(isinstance(step, Sync) and step.file == NAME for step in steps)
    assert moves > 5, "the log was moved into the file now and then"
    for seed in range(SEED, SEED + SEEDS):
        tried = 0
        for found, promised in cuts(steps, sqlite_template, disk, seed):
            tried += 1
            assert broken(found, promised) + half(found) == [], f"at the {tried}th cut of seed {seed}"
        assert tried > 1000


async def test_without_an_fsync_per_commit_promises_would_be_broken(
    sqlite_template: Path, tmp_path: Path, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first test can notice: the same run with ``synchronous=NORMAL`` keeps whole files and loses rows."""
    steps = await record(tmp_path, sqlite_template, monkeypatch, "NORMAL")
    lost = 0
    for tried, (found, promised) in enumerate(cuts(steps, sqlite_template, disk, SEED), 1):
        lost += bool(broken(found, promised))
        assert half(found) == [], f"at the {tried}th cut of seed {SEED}"
        if tried == ENOUGH:
            break
    assert lost > ENOUGH / 10


def synchronous_of(pragmas: tuple[str, ...]) -> str:
    """Return the hub's own setting."""
    return next(one.partition("=")[2] for one in pragmas if one.startswith("synchronous="))
