"""What is wrong in the platforms' own published files, written down as edits that the tests make before they read them.

Tests read a file only through ``mended``, so nothing is worked around that is not listed; and a test of its own fails
when a listed defect is no longer there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

CONTRACTS: Final = Path(__file__).parents[3].parent / "shared" / "contracts"
Place = tuple[str | int, ...]


class Gap(Enum):
    """What stands where nothing stands."""

    NOTHING = "nothing"


NOTHING: Final = Gap.NOTHING


@dataclass(frozen=True)
class Defect:
    """One wrong place: what is published there, what the tests read instead, why, and who says so."""

    file: str
    place: Place
    published: Any
    mended: Any
    wrong: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{'/'.join(map(str, self.place))}"


@cache
def published(path: Path) -> Any:
    """Return a file as it was published."""
    return json.loads(path.read_text())


def found(document: Any, place: Place) -> Any:
    """Return what stands at a place; NOTHING where nothing does."""
    for step in place:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return NOTHING
    return document


def mended(folder: Path, file: str, defects: Iterable[Defect]) -> Any:
    """Return a file with the defects that are listed for it mended."""
    document = deepcopy(published(folder / file))
    for each in defects:
        if each.file == file:
            _mend(document, each)
    return document


def _mend(document: Any, defect: Defect) -> None:
    holder = found(document, defect.place[:-1])
    if defect.mended is NOTHING:
        del holder[defect.place[-1]]
    else:
        holder[defect.place[-1]] = deepcopy(defect.mended)
