"""An attack says whether it met what it was meant for, and everything runs on when it is over."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from demo.children import Child, running
from demo.site import Node
from tests.actors.runtime.stage import until
from torture.attacks import FAULTS
from torture.place import Place
from torture.schedule import Attack, Kind

NEVER_ENDS = "import time\nwhile True: time.sleep(60)"


@asynccontextmanager
async def lone_node(folder: Path) -> AsyncIterator[tuple[Place, Child]]:
    """A place with nothing in it but a program that does nothing for ever."""
    async with running(Child("hub-1", (sys.executable, "-c", NEVER_ENDS), {}, folder)) as child:
        yield cast(Place, SimpleNamespace(nodes=(Node(child, ""),), deaf=0)), child


def attack(kind: Kind) -> Attack:
    return Attack(kind, "one", 0, 0.0, 0.0)


async def test_a_frozen_program_is_seen_to_be_frozen_and_goes_on(tmp_path: Path) -> None:
    async with lone_node(tmp_path) as (place, child):
        pid = child.pid
        async with FAULTS[Kind.STOP](place, attack(Kind.STOP)) as landed:
            await until(landed)
        await until(lambda: not landed())
        assert child.pid == pid


@pytest.mark.parametrize("kind", [Kind.KILL, Kind.TERM])
async def test_a_program_that_was_ended_is_started_again_as_another_process(tmp_path: Path, kind: Kind) -> None:
    async with lone_node(tmp_path) as (place, child):
        pid = child.pid
        async with FAULTS[kind](place, attack(kind)) as landed:
            assert landed()
        assert child.pid not in (None, pid)
        assert not landed()
        assert place.deaf == 0
