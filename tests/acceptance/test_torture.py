"""The torture as anybody starts it: a short run on SQLite keeps every promise and says so in one JSON object."""

from __future__ import annotations

import json
import sys

import anyio
import pytest

from demo.plan import ROOT

TORTURE = (sys.executable, "main.py", "torture")


@pytest.mark.timeout(1200)
async def test_a_short_run_is_survived_with_nothing_lost_and_tells_how_long_recovery_took() -> None:
    words = ("--minutes", "0.2", "--database", "sqlite", "--faults", "disk,kill", "--json")
    done = await anyio.run_process((*TORTURE, *words), cwd=ROOT, check=False)
    summary = json.loads(done.stdout.splitlines()[-1])
    told = summary["databases"]["sqlite"]
    assert told["problems"] == [], done.stderr.decode()
    assert (done.returncode, summary["ok"]) == (0, True)
    assert set(told["attacks"]) <= {"disk", "kill"}
    assert sum(told["attacks"].values()) == sum(one["count"] for one in told["recovery_seconds"].values()) > 0
    assert (told["lost"], told["doubled"], told["wrong_totals"], told["oversold_by_hub"]) == (0, 0, 0, 0)
    assert told["certificates"] == told["orders_in_exact"]
    assert told["sold"] > 0


async def test_an_unknown_fault_is_refused_with_those_there_are() -> None:
    done = await anyio.run_process((*TORTURE, "--faults", "fire"), cwd=ROOT, check=False)
    assert done.returncode == 2
    assert "kill, stop, term, database, disk, network, clock" in done.stderr.decode()
