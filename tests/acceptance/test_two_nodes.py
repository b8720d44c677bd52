"""Two nodes on one PostgreSQL, one of them killed in the middle of the day, keep the same promises as one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import anyio
import pytest

from tests.postgres import Server

ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty_database(postgres_server: Server) -> str:
    """The URL of a database without tables."""
    postgres_server.run("CREATE DATABASE two_nodes")
    return postgres_server.url("two_nodes")


@pytest.mark.timeout(600)
async def test_a_day_on_two_nodes_survives_the_death_of_one(empty_database: str) -> None:
    command = [sys.executable, "main.py", "demo", "--for", "15", "--json", "--nodes", "2", "--database", empty_database]
    done = await anyio.run_process(command, cwd=ROOT, check=False)
    verdict = json.loads(done.stdout.splitlines()[-1])
    assert verdict["problems"] == []
    assert (verdict["ok"], verdict["nodes"], verdict["restarts"]) == (True, 2, 1)
    assert (verdict["lost"], verdict["duplicates"], verdict["oversold_by_hub"]) == (0, 0, 0)
