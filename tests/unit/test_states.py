"""The page of states is what the code's own tables say, and every button in it is a mutation."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest

from hub.domain.life.drawing import MACHINES, page
from hub.domain.life.machine import Machine
from hub.graphql.schema import sdl

PAGE = Path(__file__).parents[2] / "docs" / "states.md"


def test_the_page_in_docs_is_drawn_from_the_tables() -> None:
    assert PAGE.read_text() == page()


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_button_is_a_mutation(machine: Machine[StrEnum]) -> None:
    text = sdl()
    for move in machine.moves:
        assert move.button is None or f"  {move.button}(" in text
