"""What stands behind a house number: an extension, a box, or words that nobody expected."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.domain.addressing.parts import Doubt
from hub.domain.addressing.vocabulary import BOX, BOX_NAME, FLOOR, SUFFIX

_TOKEN = re.compile(r"[^\s,/()-]+|[-/]")
_EDGE = " ,-/()."


@dataclass(frozen=True, slots=True)
class Behind:
    """What was read; ``starts_with_box`` where nothing stands before the box."""

    extension: str | None = None
    box: str | None = None
    doubts: tuple[Doubt, ...] = ()

    @property
    def starts_with_box(self) -> bool:
        return self.box is not None and self.extension is None


def read_behind(text: str) -> Behind:
    """Return what stands behind a house number."""
    tokens = list(_TOKEN.finditer(text))
    start = next((place for place in range(len(tokens)) if _begins_box(tokens, place)), len(tokens))
    doubts = _doubts_of_extension(text, tokens[:start])
    if start < len(tokens) and not _is_box(tokens[start:]):
        doubts.append(Doubt.LEFTOVER)
    cut = tokens[start].start() if start < len(tokens) else len(text)
    return Behind(text[:cut].strip(_EDGE) or None, text[cut:].strip(_EDGE) or None, tuple(doubts))


def _begins_box(tokens: list[re.Match[str]], place: int) -> bool:
    """A box begins with its word, or with a floor before it: ``3e verdieping``; a lone ``b`` is an extension."""
    word = tokens[place].group()
    following = tokens[place + 1].group() if place + 1 < len(tokens) else ""
    if BOX.fullmatch(word):
        lone = word.casefold() in ("b", "vh", "hh") and not re.fullmatch(r"\d+\w?", following)
        return not lone
    return FLOOR.fullmatch(word) is not None and BOX.fullmatch(following) is not None and following.casefold() != "b"


def _is_box(tokens: list[re.Match[str]]) -> bool:
    return all(
        BOX.fullmatch(word) or FLOOR.fullmatch(word) or BOX_NAME.fullmatch(word) or word in "-/"
        for word in (token.group() for token in tokens)
    )


def _doubts_of_extension(text: str, tokens: list[re.Match[str]]) -> list[Doubt]:
    doubts: list[Doubt] = []
    joined = False
    for token in tokens:
        word = token.group()
        if word in "-/":
            joined = True
            continue
        glued = token.start() == 0
        if not SUFFIX.fullmatch(word) and not (
            (joined or glued) and re.fullmatch(r"\d{1,5}\w{0,3}|[a-z]{1,3}", word, re.I)
        ):
            doubts.append(Doubt.LEFTOVER)
        elif word.isdigit() and not joined:
            doubts.append(Doubt.SEVERAL_NUMBERS)
        joined = False
    return list(dict.fromkeys(doubts))
