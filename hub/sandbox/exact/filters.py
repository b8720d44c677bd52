"""The $filter language: operators, typed literals and the functions Exact is known to accept."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hub.sandbox.exact.edm import Edm
from hub.sandbox.exact.entity import Entity
from hub.sandbox.exact.errors import Refusal
from hub.sandbox.exact.table import Row
from hub.sandbox.exact.tokens import Operand, literal, syntax, tokenise

Predicate = Callable[[Row], bool]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_NUMBERS = (Edm.INT16, Edm.INT32, Edm.INT64, Edm.BYTE, Edm.DOUBLE)


@dataclass(frozen=True, slots=True)
class Filter:
    """A read filter and the fields it names."""

    holds: Predicate
    fields: frozenset[str]


def parse_filter(text: str, entity: Entity) -> Filter:
    """Read a $filter; Refusal 400 for what Exact would not understand."""
    parser = _Parser(text, entity)
    holds = parser.disjunction()
    parser.end()
    return Filter(holds, frozenset(parser.named))


class _Parser:
    def __init__(self, text: str, entity: Entity) -> None:
        self._tokens = tokenise(text)
        self._at = 0
        self._entity = entity
        self.named: set[str] = set()

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _skip(self, text: str) -> bool:
        if self._peek()[1] != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._skip(text):
            raise syntax()

    def end(self) -> None:
        if self._peek()[0] != "end":
            raise syntax()

    def disjunction(self) -> Predicate:
        terms = [self._conjunction()]
        while self._skip("or"):
            terms.append(self._conjunction())
        return terms[0] if len(terms) == 1 else lambda row: any(term(row) for term in terms)

    def _conjunction(self) -> Predicate:
        terms = [self._negation()]
        while self._skip("and"):
            terms.append(self._negation())
        return terms[0] if len(terms) == 1 else lambda row: all(term(row) for term in terms)

    def _negation(self) -> Predicate:
        if self._skip("not"):
            inner = self._negation()
            return lambda row: not inner(row)
        if self._skip("("):
            inner = self.disjunction()
            self._expect(")")
            return inner
        return self._statement()

    def _statement(self) -> Predicate:
        kind, text = self._peek()
        if kind == "word" and text in ("substringof", "startswith"):
            return self._function()
        left = self._operand()
        kind, text = self._take()
        if kind != "word" or text not in _COMPARE:
            raise syntax()
        return _comparison(text, left, self._operand())

    def _function(self) -> Predicate:
        name = self._take()[1]
        self._expect("(")
        first = self._operand()
        self._expect(",")
        second = self._operand()
        self._expect(")")
        if {first.kind, second.kind} != {Edm.STRING}:
            raise syntax()
        self._true_follows()
        if name == "startswith":
            return lambda row: str(first.of(row) or "").lower().startswith(str(second.of(row) or "").lower())
        return lambda row: str(first.of(row) or "").lower() in str(second.of(row) or "").lower()

    def _true_follows(self) -> None:
        if self._skip("eq"):
            self._expect("true")

    def _operand(self) -> Operand:
        kind, text = self._take()
        match kind:
            case "word" if text in ("true", "false"):
                return Operand(Edm.BOOLEAN, text == "true")
            case "word" if text == "null":
                return Operand(None)
            case "word":
                return self._field(text)
            case "guid" | "datetime" | "string" | "number":
                return literal(kind, text)
        raise syntax()

    def _field(self, name: str) -> Operand:
        found = self._entity.fields.get(name)
        if found is None:
            raise Refusal(400, f"No property '{name}' exists in type '{self._entity.model}'.")
        self.named.add(name)
        return Operand(found.kind, field=self._entity.alias.get(name, name))


def _comparison(name: str, left: Operand, right: Operand) -> Predicate:
    if not _fit(left.kind, right.kind):
        raise syntax()
    compare = _COMPARE[name]

    def holds(row: Row) -> bool:
        mine, theirs = left.of(row), right.of(row)
        if mine is None or theirs is None:
            return name in ("eq", "ne") and compare(mine, theirs)
        return compare(mine, theirs)

    return holds


def _fit(left: Edm | None, right: Edm | None) -> bool:
    if left is None or right is None or left is right:
        return True
    return left in _NUMBERS and right in _NUMBERS
