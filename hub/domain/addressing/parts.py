"""What a street line is made of, and what makes a reading of it doubtful."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """``PO_BOX`` takes letters and no parcels; a ``PICKUP_POINT`` is never taken apart."""

    STREET = "street"
    PO_BOX = "po_box"
    PICKUP_POINT = "pickup_point"


class Doubt(StrEnum):
    """Why a person should look at an address before a label is made.

    ``EMPTY`` no street · ``NO_NUMBER`` · ``SEVERAL_NUMBERS`` any of which may be the house number · ``NUMBER_FIRST``
    where the country writes it last · ``GLUED`` to the street's name · ``LEFTOVER`` words behind the number ·
    ``SEVERAL_LINES`` in one · ``ATTENTION`` of somebody, in the street line · ``PO_BOX`` · ``NUMBER_TWICE``, in the
    street and beside it · ``NO_POSTCODE`` · ``NO_CITY`` · ``PICKUP_POINT_UNNAMED``.
    """

    EMPTY = "empty"
    NO_NUMBER = "no_number"
    SEVERAL_NUMBERS = "several_numbers"
    NUMBER_FIRST = "number_first"
    GLUED = "glued"
    LEFTOVER = "leftover"
    SEVERAL_LINES = "several_lines"
    ATTENTION = "attention"
    PO_BOX = "po_box"
    NUMBER_TWICE = "number_twice"
    NO_POSTCODE = "no_postcode"
    NO_CITY = "no_city"
    PICKUP_POINT_UNNAMED = "pickup_point_unnamed"


SURE_FROM = 0.8
"""A person is asked below this."""
CLEAN = 0.95
GIVEN = 1.0
"""The channel has fields of its own for the parts."""

CONFIDENCE: Mapping[Doubt, float] = {
    Doubt.EMPTY: 0.0,
    Doubt.NO_NUMBER: 0.3,
    Doubt.SEVERAL_NUMBERS: 0.6,
    Doubt.NUMBER_FIRST: 0.7,
    Doubt.GLUED: 0.7,
    Doubt.LEFTOVER: 0.5,
    Doubt.SEVERAL_LINES: 0.5,
    Doubt.ATTENTION: 0.5,
    Doubt.PO_BOX: 0.6,
    Doubt.NUMBER_TWICE: 0.6,
    Doubt.NO_POSTCODE: 0.4,
    Doubt.NO_CITY: 0.4,
    Doubt.PICKUP_POINT_UNNAMED: 0.2,
}
"""The most that a reading with such a doubt can be sure; ranks, chosen by hand, not measured frequencies."""


def confidence_of(doubts: tuple[Doubt, ...], clean: float = CLEAN) -> float:
    """Return how sure a reading is, from 0 to 1."""
    return min((CONFIDENCE[doubt] for doubt in doubts), default=clean)


@dataclass(frozen=True, slots=True)
class AddressParts:
    """A street line taken apart. ``extension`` belongs to the house number, ``box`` lies behind its door."""

    street: str
    house_number: str | None = None
    extension: str | None = None
    box: str | None = None

    def composed(self, *, number_first: bool = False) -> str:
        """Return one line again."""
        number = (self.house_number, self.extension)
        parts = (*number, self.street, self.box) if number_first else (self.street, *number, self.box)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """A reading of ``raw``, which is kept as it came; ``number_first`` as the French write."""

    raw: str
    parts: AddressParts
    kind: Kind = Kind.STREET
    doubts: tuple[Doubt, ...] = ()
    number_first: bool = False

    @property
    def confidence(self) -> float:
        return confidence_of(self.doubts)

    @property
    def sure(self) -> bool:
        return self.confidence >= SURE_FROM

    @property
    def composed(self) -> str:
        return self.parts.composed(number_first=self.number_first)


def tidy(line: str) -> str:
    """Return a line in composed Unicode with single spaces."""
    return " ".join(unicodedata.normalize("NFC", line).split())


def words(line: str) -> list[str]:
    """Return the words and numbers of a line in their order, whatever stands between them and whatever their case."""
    return re.findall(r"\d+|[^\W\d_]+", tidy(line).casefold())
