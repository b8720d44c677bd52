"""The search syntax of ``query:`` arguments; an unknown filter is ignored, with a warning beside the data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from hub.sandbox.shopify.problems import Json

T = TypeVar("T")
Read = Callable[[T], Any]
WORD = re.compile(
    r"""\s*(?:(?P<paren>[()])
    |(?P<minus>-)?(?:(?P<field>\w+):)?(?P<compare>>=|<=|>|<)?
     (?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<value>[^\s()]+)))""",
    re.VERBOSE,
)
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    ">=": lambda ours, theirs: bool(ours >= theirs),
    "<=": lambda ours, theirs: bool(ours <= theirs),
    ">": lambda ours, theirs: bool(ours > theirs),
    "<": lambda ours, theirs: bool(ours < theirs),
}
RANGES = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}


@dataclass(frozen=True, slots=True)
class Term:
    """One filter: a field (empty for free text), a comparison and a value."""

    field: str
    compare: str
    value: str
    negated: bool = False


@dataclass
class Search(Generic[T]):
    """A parsed query: alternatives of terms that must all hold; ``fields`` tell how to read what is searched."""

    text: str
    fields: Mapping[str, Read[T]]
    split_times: bool = True
    alternatives: list[list[Term]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.alternatives = _alternatives(_words(self.text, split_times=self.split_times))

    def matches(self, row: T) -> bool:
        """Say whether a row fits one of the alternatives."""
        return any(all(self._holds(term, row) for term in terms) for terms in self.alternatives) or not self.terms

    @property
    def terms(self) -> list[Term]:
        return [term for terms in self.alternatives for term in terms]

    def _holds(self, term: Term, row: T) -> bool:
        read = self.fields.get(term.field)
        if term.field and read is None:
            return True
        if read is None:
            found = any(_equal(reader(row), f"{term.value}*") for reader in self.fields.values())
        else:
            found = _fits(read(row), term)
        return found is not term.negated

    def report(self, path: Sequence[str]) -> Json | None:
        """Return the entry for ``extensions.search`` where a filter was ignored."""
        wrong = [term.field for term in self.terms if term.field and term.field not in self.fields]
        if not wrong:
            return None
        told = [_told(term) for term in self.terms]
        text = "Invalid search field for this query."
        return {
            "path": list(path),
            "query": self.text,
            "parsed": told[0] if len(told) == 1 else {"and": told},
            "warnings": [{"field": name, "message": text, "code": "invalid_field"} for name in wrong],
        }


def _told(term: Term) -> Json:
    if term.compare:
        return {"field": term.field, "range": {RANGES[term.compare]: term.value}}
    return {"field": term.field, "match_all": term.value}


def _words(text: str, *, split_times: bool) -> list[str | Term]:
    """Return terms, parentheses and connectives. Without quotes a value ends at a colon, as at Shopify."""
    found: list[str | Term] = []
    place = 0
    while (match := WORD.match(text, place)) is not None:
        place = match.end()
        if match["paren"]:
            found.append(match["paren"])
            continue
        plain = match["value"]
        value = plain if plain is not None else match["double"] if match["double"] is not None else match["single"]
        if plain in ("AND", "OR", "NOT") and not match["field"]:
            found.append(plain)
            continue
        if split_times and plain is not None and ":" in plain:
            value, _, rest = plain.partition(":")
            place = match.end() - len(rest)
        found.append(Term(match["field"] or "", match["compare"] or "", value, bool(match["minus"])))
    return found


def _alternatives(words: list[str | Term]) -> list[list[Term]]:
    """Return alternatives joined by OR; parentheses only group alternatives of one AND."""
    groups: list[list[list[Term]]] = [[[]]]
    negated = False
    for word in words:
        match word:
            case Term():
                term = Term(word.field, word.compare, word.value, word.negated is not negated)
                groups[-1][-1].append(term)
                negated = False
            case "OR":
                groups[-1].append([])
            case "NOT":
                negated = True
            case "(":
                groups.append([[]])
            case ")" if len(groups) > 1:
                inner = groups.pop()
                outer = groups[-1].pop()
                groups[-1].extend([*outer, *terms] for terms in inner)
    while len(groups) > 1:
        inner = groups.pop()
        outer = groups[-1].pop()
        groups[-1].extend([*outer, *terms] for terms in inner)
    return [terms for terms in groups[0] if terms]


def _fits(ours: Any, term: Term) -> bool:
    if isinstance(ours, list):
        return any(_fits(each, term) for each in ours)
    if ours is None:
        return False
    if term.compare or isinstance(ours, datetime):
        return _ranged(ours, term)
    return _equal(ours, term.value)


def _ranged(ours: Any, term: Term) -> bool:
    theirs: Any = _moment(term.value) if isinstance(ours, datetime) else _number(term.value)
    if theirs is None:
        return False
    return COMPARED[term.compare](ours, theirs) if term.compare else bool(ours == theirs)


def _equal(ours: Any, wanted: str) -> bool:
    if isinstance(ours, list):
        return any(_equal(each, wanted) for each in ours)
    text, asked = str(ours if ours is not None else "").lower().removeprefix("#"), wanted.lower().removeprefix("#")
    return text.startswith(asked[:-1]) if asked.endswith("*") else text == asked


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        try:
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        except ValueError:
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
