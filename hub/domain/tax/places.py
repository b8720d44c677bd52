"""Where goods lie and go, as VAT sees it: member states, regions with rates of their own, and what lies outside.

Source: VAT directive, articles 5 to 8, and the Commission's table of territories (``territories.json``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import ascii_uppercase

MEMBER_STATES = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)
WITH_UNION_RULES = MEMBER_STATES | {"XI"}
"""Member states, and Northern Ireland, where the union's rules hold for goods."""

_SAME = {"EL": "GR", "UK": "GB", "EA": "ES-CE"}
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Territory:
    """A part of a country with a status of its own; ``treated_as`` is where its rates are, None outside the union."""

    code: str
    name: str
    country: str
    postcode: re.Pattern[str]
    treated_as: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A place as VAT sees it.

    ``state`` is the member state (or XI) whose VAT holds there, None outside the VAT area.
    ``region`` names its rates: the state itself, or a region such as the Azores (PT-AC).
    """

    code: str
    name: str
    state: str | None
    region: str

    @property
    def inside(self) -> bool:
        return self.state is not None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An address without a country that could be one."""

    said: str


def place_of(country: str | None, postcode: str | None = None) -> Place | Unplaced:
    """Return the place of an address; ``country`` is ISO 3166-1 alpha-2, and EL, UK and XI are understood too."""
    said = (country or "").strip().upper()
    code = _SAME.get(said, said)
    for territory in territories():
        if territory.code == code or _lies_in(territory, code, postcode):
            return _special(territory)
    if not _COUNTRY.fullmatch(code):
        return Unplaced(said)
    state = code if code in WITH_UNION_RULES else None
    return Place(code, code, state, code)


def _lies_in(territory: Territory, country: str, postcode: str | None) -> bool:
    if territory.country != country or postcode is None:
        return False
    plain = re.sub(r"[^0-9A-Z]", "", postcode.upper())
    if country != "GB":
        plain = plain.lstrip(ascii_uppercase)
    return territory.postcode.fullmatch(plain) is not None


def _special(territory: Territory) -> Place:
    region = territory.treated_as
    if region is None:
        return Place(territory.code, territory.name, None, territory.code)
    return Place(territory.code, territory.name, region.partition("-")[0], region)


@cache
def territories() -> tuple[Territory, ...]:
    """Return every territory with a status of its own."""
    plain = json.loads(files(__package__).joinpath("territories.json").read_text("utf-8"))
    return tuple(
        Territory(row["code"], row["name"], row["country"], re.compile(row["postcode"]), row["treated_as"])
        for row in plain["territories"]
    )
