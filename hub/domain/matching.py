"""Which product a listing stands for: by its SKU, by rules of the channel, by its EAN; never by a guess.

What a person mapped by hand stays. Else the first of these that finds a product wins: the SKU as it is, the SKU by the
channel's rules (a prefix or suffix taken off, a multipack suffix read), the EAN.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

UNITS = "{units}"
LONGEST_AFFIX = 32


class MappedBy(StrEnum):
    """How a listing came to its product."""

    HAND = "hand"
    SKU = "sku"
    RULE = "rule"
    EAN = "ean"


class MatchProblem(StrEnum):
    """Why a listing has no product: nothing fits, or its EAN fits several."""

    NOTHING_FITS = "nothing_fits"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class MatchingRules:
    """How a channel's SKUs differ from the item codes in Exact.

    ``prefixes`` and ``suffixes`` are taken off, the first that fits of each. ``multipack`` is a suffix in which
    ``{units}`` stands for a number, such as ``-{units}PK``: so many stock units are one offer. ``by_ean`` off
    leaves EANs alone.
    """

    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    multipack: str | None = None
    by_ean: bool = True


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Product ids by item code and by EAN; an EAN may stand for several products."""

    codes: Mapping[str, str]
    eans: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Match:
    """The product that a listing stands for, and how many of its stock units one offer holds.

    ``units`` None leaves that to the stock rule.
    """

    product_id: str
    by: MappedBy
    units: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """What was found for a listing: its match, or the candidates and what keeps them from being one."""

    match: Match | None
    candidates: tuple[Match, ...]

    @property
    def problem(self) -> MatchProblem | None:
        if self.match is not None:
            return None
        return MatchProblem.AMBIGUOUS if self.candidates else MatchProblem.NOTHING_FITS


def match_listing(sku: str | None, ean: str | None, rules: MatchingRules, catalogue: Catalogue) -> Matching:
    """Find the product of a listing that nobody mapped by hand."""
    found = _by_sku(sku, rules, catalogue)
    if found is not None:
        return Matching(found, (found,))
    fitting = catalogue.eans.get(ean or "", ()) if rules.by_ean else ()
    candidates = tuple(Match(one, MappedBy.EAN) for one in fitting)
    return Matching(candidates[0] if len(candidates) == 1 else None, candidates)


def _by_sku(sku: str | None, rules: MatchingRules, catalogue: Catalogue) -> Match | None:
    if not sku:
        return None
    if sku in catalogue.codes:
        return Match(catalogue.codes[sku], MappedBy.SKU)
    for code, units in codes_of(sku, rules):
        if code in catalogue.codes:
            return Match(catalogue.codes[code], MappedBy.RULE, units)
    return None


def codes_to_look_up(sku: str | None, rules: MatchingRules) -> set[str]:
    """Return the item codes that decide what a SKU stands for."""
    return {sku, *(code for code, _ in codes_of(sku, rules))} if sku else set()


def codes_of(sku: str, rules: MatchingRules) -> Iterator[tuple[str, Decimal | None]]:
    """Yield the item codes that a SKU may be read as, with units per offer, the most of it kept first."""
    for bare in (sku, _without_prefix(sku, rules.prefixes)):
        for code in (bare, _without_suffix(bare, rules.suffixes)):
            yield code, None
            if pack := _multipack(code, rules.multipack):
                yield pack
                yield _without_suffix(pack[0], rules.suffixes), pack[1]


def _without_prefix(code: str, prefixes: Sequence[str]) -> str:
    return next((code.removeprefix(one) for one in prefixes if one and code.startswith(one)), code)


def _without_suffix(code: str, suffixes: Sequence[str]) -> str:
    return next((code.removesuffix(one) for one in suffixes if one and code.endswith(one)), code)


def _multipack(code: str, pattern: str | None) -> tuple[str, Decimal] | None:
    if pattern is None:
        return None
    before, _, after = pattern.partition(UNITS)
    found = re.fullmatch(f"(.+){re.escape(before)}([1-9][0-9]{{0,3}}){re.escape(after)}", code)
    return None if found is None else (found[1], Decimal(found[2]))


def rules_problem(rules: MatchingRules) -> tuple[str, str] | None:
    """Return the field of the rules that makes no sense, and why; None where all do."""
    for name, affixes in (("prefixes", rules.prefixes), ("suffixes", rules.suffixes)):
        if any(not one.strip() or len(one) > LONGEST_AFFIX for one in affixes):
            return name, f"Give texts of 1 to {LONGEST_AFFIX} characters."
    if rules.multipack is not None and (rules.multipack.count(UNITS) != 1 or rules.multipack == UNITS):
        return "multipack", f"Write {UNITS} once, where the number stands, such as -{UNITS}PK."
    return None
