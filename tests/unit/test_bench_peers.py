"""The hub is measured beside others as far as they can be had, and what cannot is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from bench import cpu
from bench.effort import FULL, QUICK, Effort
from bench.failure import NotMeasured
from bench.peers import servers, subject
from bench.peers.entrants import hubs, peers
from bench.peers.environment import Missing, binary
from bench.peers.rounds import Aftermath, aftermath
from bench.place import Place

HERE = replace(FULL, postgres=False, rounds=1)


def place(folder: Path, effort: Effort = HERE) -> Place:
    return Place(folder, effort, None, lambda line: None)


def taken(folder: Path) -> Path:
    """Return where no environment can be made, for a file is there already."""
    file = folder / "taken"
    file.write_text("no folder")
    return file


async def test_peers_that_cannot_be_installed_are_listed_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "hubs", tuple)
    there = place(tmp_path)
    await subject.measure(there, taken(tmp_path))
    (told,) = [line for line in there.skipped if "all but the hub" in line]
    assert told.startswith("skipped: peers: all but the hub: their environment cannot be made: ")
    assert "taken" in told
    assert (there.figures, there.failed) == ([], [])


async def test_who_lacks_its_server_is_skipped_and_the_next_one_has_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_postgresql = [one for one in (*peers(tmp_path), *hubs()) if one.served is servers.postgresql]
    monkeypatch.setattr(subject, "hubs", lambda: on_postgresql)
    there = place(tmp_path)
    await subject.measure(there, taken(tmp_path))
    assert [line for line in there.skipped if line.endswith(": no PostgreSQL")] == [
        f"skipped: peers: {one.name}: no PostgreSQL" for one in on_postgresql
    ]
    assert len(on_postgresql) == 3


async def test_an_entrant_that_cannot_be_measured_is_told_and_the_next_one_has_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> NoReturn:
        raise NotMeasured("it fell over")

    asked = [replace(hubs()[0], name=name, start=broken) for name in ("one", "two")]
    monkeypatch.setattr(subject, "hubs", lambda: asked)
    there = place(tmp_path)
    await subject.measure(there, taken(tmp_path))
    assert there.failed == ["failed: peers: one: it fell over", "failed: peers: two: it fell over"]


async def test_a_first_look_leaves_peers_out(tmp_path: Path) -> None:
    there = place(tmp_path, QUICK)
    await subject.measure(there)
    assert there.skipped == ["skipped: peers are measured without --quick"]


def test_a_server_that_is_nowhere_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no nonsense-server on PATH or in a wheel"):
        binary("nonsense-server", tmp_path)


def test_lost_and_repeated_are_counted_by_what_the_platform_saw() -> None:
    done = {f"/a/{step}": 1.0 for step in range(1, 5)}
    halfway = {"/b/1": 1.0, "/b/2": 1.1}
    again = {"/b/2": 11.0, "/b/3": 11.1, "/b/4": 11.5}
    assert aftermath(["a", "b", "c"], done | halfway, again, 10.0) == Aftermath(
        unfinished=2, lost=1, repeated=1, seconds=1.5
    )


def test_nothing_left_to_do_after_a_kill_takes_no_time() -> None:
    done = {f"/a/{step}": 1.0 for step in range(1, 5)}
    assert aftermath(["a"], done, {}, 10.0) == Aftermath(unfinished=0, lost=0, repeated=0, seconds=0.0)


def test_the_cpu_of_a_process_holds_that_of_what_it_started() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert cpu.seconds([process.pid]) >= 0.3
        assert cpu.descent([os.getpid()]).count(process.pid) == 1
        process.send_signal(signal.SIGKILL)
    assert cpu.seconds([process.pid]) == 0.0
