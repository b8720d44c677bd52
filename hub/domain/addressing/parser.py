"""Street lines taken apart; the raw line is never lost, and whatever does not fit is a doubt, never a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hub.domain.addressing.behind_number import Behind, read_behind
from hub.domain.addressing.parts import AddressParts, Doubt, Kind, ParsedLine, tidy
from hub.domain.addressing.vocabulary import ATTENTION, IN_STREETS, NO_NUMBERS, ORDINAL, PO_BOX, QUADRANT, WAYS

COUNTRIES = frozenset({"NL", "BE", "DE", "AT", "FR", "LU"})
"""Whose lines are taken apart; elsewhere a line goes as it is."""
NUMBER_FIRST = frozenset({"FR", "LU"})
LONGEST = 200
"""Characters; a longer line is no street line, and is not looked at."""

_FIRST = re.compile(
    r"(?:n°\s?)?(?P<number>\d{1,5}(?:\s?[-/]\s?\d{1,5})?)"
    r"(?:\s?(?P<extension>bis|ter|quater|quinquies|[A-Za-z])(?![\w'’.-]))?\s*,?\s+(?P<street>[^\W\d].*)",
    re.IGNORECASE,
)
_ORDINAL_FIRST = re.compile(rf"(?:{ORDINAL}|\d{{1,3}}\.)[\s-]+[^\W\d]", re.IGNORECASE)
_WAY = re.compile(rf"(?:(?:grande?|petite?|vieille|vieux|nouvelle|ancienne?)\s+)?(?:{WAYS})\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)(?<!\d\.)(?:(?:nr|no|n°|num)\.?\s?)?(?P<number>\d{1,5})(?!\d)(?!\.\d)", re.IGNORECASE)
_GLUED = re.compile(r"(?<=[^\W\d]{3})(?P<number>\d{1,5})(?!\d)")
_RANGE = re.compile(r"\s?-\s?(?P<last>\d{1,5})(?!\d)")
_BELGIAN_BOX = re.compile(r"\s?/\s?(?P<box>\w{1,5})")
_TAIL = re.compile(r"[\s,;:-]+$")


def parse_line(line: str, country: str) -> ParsedLine:
    """Return a reading of a street line of one of ``COUNTRIES`` (ISO); of others it is read as German ones are."""
    text = tidy(line)
    if not text:
        return ParsedLine(line, AddressParts(""), doubts=(Doubt.EMPTY,))
    if len(text) > LONGEST:
        return ParsedLine(line, AddressParts(text), doubts=(Doubt.SEVERAL_LINES,))
    if box := PO_BOX.fullmatch(text):
        parts = AddressParts(box["name"], box["number"].strip())
        return ParsedLine(line, parts, Kind.PO_BOX, (Doubt.PO_BOX,))
    if ATTENTION.search(text):
        return _with_attention(line, text, country)
    named = _ORDINAL_FIRST.match(text) or IN_STREETS.match(text)
    first = None if named else _FIRST.fullmatch(text)
    if first is not None:
        return _number_first(line, first, country)
    return _number_last(line, text, country)


def _with_attention(line: str, text: str, country: str) -> ParsedLine:
    """Read the parts between commas that name nobody; where there are none, all of it."""
    others = [part for part in text.split(",") if part.strip() and not ATTENTION.search(part)]
    inner = parse_line(", ".join(others), country) if others else _number_last(line, text, country)
    return ParsedLine(line, inner.parts, inner.kind, (Doubt.ATTENTION, *inner.doubts), inner.number_first)


def _number_first(line: str, found: re.Match[str], country: str) -> ParsedLine:
    street, box, doubts = _split_box(found["street"])
    is_way = _WAY.match(street) is not None
    if country not in NUMBER_FIRST and not (country == "BE" and is_way):
        doubts.append(Doubt.NUMBER_FIRST)
    parts = AddressParts(_TAIL.sub("", street), found["number"], found["extension"], box)
    return ParsedLine(line, parts, doubts=tuple(doubts), number_first=True)


def _split_box(rest: str) -> tuple[str, str | None, list[Doubt]]:
    """Split what follows a French number: the street, and what lies behind the door."""
    for place in re.finditer(r"[\s,]+", rest):
        behind = read_behind(rest[place.end() :])
        if behind.starts_with_box and not behind.doubts:
            return rest[: place.start()], rest[place.end() :], []
    masked = _masked(rest, "FR")
    number = _first_number(rest, masked)
    several = [Doubt.SEVERAL_NUMBERS] if number is not None else []
    lines = [Doubt.SEVERAL_LINES] if "," in rest else []
    return rest, None, several + lines


def _masked(text: str, country: str) -> list[tuple[int, int]]:
    spans = [found.span() for found in IN_STREETS.finditer(text)]
    quadrant = QUADRANT.match(text) if country == "DE" else None
    return spans if quadrant is None else [quadrant.span(), *spans]


def _first_number(
    text: str, masked: Sequence[tuple[int, int]], pattern: re.Pattern[str] = _NUMBER
) -> re.Match[str] | None:
    for found in pattern.finditer(text):
        inside = any(start <= found.start("number") < end for start, end in masked)
        if not inside and re.search(r"\w", text[: found.start()]):
            return found
    return None


def _number_last(line: str, text: str, country: str) -> ParsedLine:
    masked = _masked(text, country)
    plain, glued = _first_number(text, masked), _first_number(text, masked, _GLUED)
    if plain is not None and glued is not None and plain.start() < glued.start():
        glued = None
    found = glued or plain
    if found is None:
        return _without_number(line, text, country)
    street = _TAIL.sub("", text[: found.start()])
    end = _end_of_number(text, found, country)
    behind = _behind(text[end:], country)
    doubts = ([Doubt.GLUED] if glued else []) + ([Doubt.SEVERAL_LINES] if "," in street else [])
    parts = AddressParts(street, text[found.start("number") : end], behind.extension, behind.box)
    return ParsedLine(line, parts, doubts=(*doubts, *behind.doubts))


def _end_of_number(text: str, found: re.Match[str], country: str) -> int:
    """A Dutch 12-14 is number 12 with extension 14; elsewhere it is a house of two numbers."""
    several = None if country == "NL" else _RANGE.match(text, found.end())
    return several.end() if several is not None and int(several["last"]) > int(found["number"]) else found.end()


def _behind(rest: str, country: str) -> Behind:
    box = _BELGIAN_BOX.fullmatch(rest) if country == "BE" else None
    return read_behind(rest) if box is None else Behind(box=box["box"])


def _without_number(line: str, text: str, country: str) -> ParsedLine:
    nameless = country in NUMBER_FIRST and re.match(NO_NUMBERS, text, re.IGNORECASE) is not None
    return ParsedLine(line, AddressParts(text), doubts=() if nameless else (Doubt.NO_NUMBER,))
