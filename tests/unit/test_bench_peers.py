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
from bench.peers import environment, n8n, servers, subject
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
    assert [line.partition("cannot be installed: ")[0] for line in there.skipped] == [
        "skipped: peers: those in Python: ",
        "skipped: peers: n8n: ",
    ]
    assert all("taken" in line for line in there.skipped)
    assert (there.figures, there.failed) == ([], [])


async def test_where_node_is_missing_or_too_old_n8n_is_listed_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = place(tmp_path, replace(HERE, entrants=("n8n",)))
    monkeypatch.setenv("PATH", str(tmp_path))
    await subject.measure(there, tmp_path)
    for name, told in (("node", "v18.20.4"), ("npm", "")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {told}\n")
        (tmp_path / name).chmod(0o755)
    await subject.measure(there, tmp_path)
    assert there.skipped == [
        "skipped: peers: n8n: no node and npm on PATH",
        "skipped: peers: n8n: Node v18.20.4 is too old for it",
    ]
    assert (there.figures, there.failed) == ([], [])


async def test_only_the_named_entrants_are_measured(tmp_path: Path) -> None:
    there = place(tmp_path, replace(HERE, entrants=("dbos", "n8n")))
    await subject.measure(there, taken(tmp_path))
    assert [line.split(": ")[2] for line in there.skipped] == ["those in Python", "n8n"]


def test_a_workflow_of_n8n_makes_its_calls_one_after_another() -> None:
    told = n8n.workflow("http://127.0.0.1:1")
    following = {name: out["main"][0][0]["node"] for name, out in told["connections"].items()}
    assert following == {"Webhook": "Call 1", "Call 1": "Call 2", "Call 2": "Call 3", "Call 3": "Call 4"}
    assert {node["name"] for node in told["nodes"]} == {*following, "Call 4"}


def test_a_command_that_makes_an_environment_is_ended_in_time_with_all_it_started() -> None:
    with pytest.raises(Missing, match="timed out after"):
        environment.run("sh", "-c", "sleep 600 & wait", deadline=0.5)  # Both hold the pipe that is read to its end.


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
