"""Values from a published schema, and values that a careless or unlucky caller might send in their place."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
Json = dict[str, Any]
Known = dict[str, list[Any]]
Query = dict[str, str]

BRIEFLY = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
PATIENCE = 60
"""Seconds within which every answer must have come."""

WORDS = st.sampled_from(
    ["", "a", "0", "-1", "--1", "²", "A B", "é€😀", "\0", "'", '"', "%", "../x", "null", "NaN", "9" * 30, "x" * 300]
)
TEXT = WORDS | st.text(st.characters(codec="utf-8"), max_size=12)
VISIBLE = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="/.")
PARTS = st.text(VISIBLE, min_size=1, max_size=12)
JUNK: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
MOMENTS = st.sampled_from(
    [
        "2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00+01:00",
        "2020-01-01T00:00:00.123Z",
        "2026-11-23T12:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
    ]
)
DAYS = st.sampled_from(["2026-11-23", "0001-01-01", "9999-12-31"])
GUIDS = st.uuids().map(str)
FORMATS = {"uuid": GUIDS, "date-time": MOMENTS, "date": DAYS, "uri": st.just("https://hub.test/x")}
DEEPEST = 4


@contextmanager
def elsewhere(bench: AbstractAsyncContextManager[T]) -> Iterator[tuple[BlockingPortal, T]]:
    """Run a bench in an event loop of another thread, since hypothesis draws from where nothing may be awaited."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(bench) as found:
        yield portal, found


@dataclass
class Account(ABC, Generic[T]):
    """An account in which something has happened, and what is there to be asked for."""

    portal: BlockingPortal = field(repr=False)
    bench: T = field(repr=False)
    known: Known = field(repr=False)

    def ask(self, *asked: Any) -> httpx2.Response:
        answer: httpx2.Response = self.portal.call(self.answer, *asked)
        return answer

    @abstractmethod
    async def answer(self, operation: Any, path: str, query: Query, body: bytes | None) -> httpx2.Response:
        """Ask for an operation after a while, so that no limit stands in the way."""


def values(schema: Json, root: Json, known: Known | None = None, name: str = "", depth: int = 0) -> SearchStrategy[Any]:
    """Return a strategy of values that fit a schema within a document; ``known`` ones are taken by member's name."""
    if "$ref" in schema:
        return values(_referred(schema["$ref"], root), root, known, name, depth)
    made = _plain(schema, root, known, name, depth)
    if known and name in known:
        made = st.sampled_from(known[name]) | made
    return st.none() | made if schema.get("nullable") else made


def _plain(schema: Json, root: Json, known: Known | None, name: str, depth: int) -> SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(list(schema["enum"]))
    for word in ("oneOf", "anyOf", "allOf"):
        if word in schema:
            parts = [values(each, root, known, name, depth + 1) for each in schema[word]]
            return st.one_of(parts) if word != "allOf" else st.tuples(*parts).map(_joined)
    if "discriminator" in schema:
        return _discriminated(schema["discriminator"], root, known, depth)
    make = KINDS.get(_kind(schema))
    return JUNK if make is None else make(schema, root, known, name, depth)


def _kind(schema: Json) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "")
    return str(kind[0] if isinstance(kind, list) else kind)


def _joined(parts: tuple[Any, ...]) -> Any:
    return {key: value for part in parts for key, value in part.items()} if isinstance(parts[0], dict) else parts[0]


def _discriminated(told: Json, root: Json, known: Known | None, depth: int) -> SearchStrategy[Any]:
    branches = [
        values(_referred(reference, root), root, known, "", depth + 1).map(_with(told["propertyName"], value))
        for value, reference in told["mapping"].items()
    ]
    return st.one_of(branches)


def _with(name: str, value: Any) -> Callable[[Json], Json]:
    return lambda made: made | {name: value}


def _referred(reference: str, root: Json) -> Json:
    found = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _object(schema: Json, root: Json, known: Known | None, name: str, depth: int) -> SearchStrategy[Any]:
    needed, members = schema.get("required", []), schema.get("properties", {})
    needed = needed if isinstance(needed, list) else []
    if depth >= DEEPEST:
        members = {each: told for each, told in members.items() if each in needed}
    made = {each: values(told, root, known, each, depth + 1) for each, told in members.items()}
    optional = {each: strategy for each, strategy in made.items() if each not in needed}
    return st.fixed_dictionaries({each: made[each] for each in needed if each in made}, optional=optional)


def _array(schema: Json, root: Json, known: Known | None, name: str, depth: int) -> SearchStrategy[Any]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", 3)
    items = values(schema.get("items", {}), root, known, name, depth + 1)
    return st.lists(items, min_size=least, max_size=max(least, min(most, 3)))


def _text(schema: Json, *_: Any) -> SearchStrategy[Any]:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    least, most = schema.get("minLength", 0), schema.get("maxLength", 40)
    return st.text(st.characters(codec="utf-8"), min_size=least, max_size=min(most, max(least, 40)))


def _integer(schema: Json, *_: Any) -> SearchStrategy[Any]:
    return st.integers(schema.get("minimum", -(2**31)), schema.get("maximum", 2**31 - 1))


def _number(schema: Json, *_: Any) -> SearchStrategy[Any]:
    bounds = {"min_value": schema.get("minimum", -1e6), "max_value": schema.get("maximum", 1e6)}
    return st.floats(**bounds, allow_nan=False).map(lambda number: round(number, 2))


KINDS: dict[str, Callable[..., SearchStrategy[Any]]] = {
    "object": _object,
    "array": _array,
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": lambda *_: st.booleans(),
}


@st.composite
def bent(draw: st.DrawFn, fitting: SearchStrategy[Any]) -> Any:
    """Return a value that fits, one that is wrong in one place, or nonsense."""
    value = deepcopy(draw(fitting))
    match draw(st.sampled_from(["right", "right", "wrong", "nonsense"])):
        case "right":
            return value
        case "nonsense":
            return draw(JUNK)
    places = list(_places(value))
    if not places:
        return draw(JUNK)
    holder, key = draw(st.sampled_from(places))
    if isinstance(holder, dict) and draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = draw(JUNK)
    return value


def _places(value: Any) -> list[tuple[Any, Any]]:
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        for key in keys:
            pairs += [(value, key), *_places(value[key])]
    return pairs


def encoded(value: Any) -> bytes:
    """Return a value as JSON; nothing is null, not an empty body."""
    return json.dumps(value).encode()


def written(value: Any) -> str:
    """Return a value as a query writes it; lists with commas."""
    match value:
        case bool():
            return str(value).lower()
        case list():
            return ",".join(map(written, value))
        case _:
            return str(value)


def queries(parameters: list[Json], root: Json, known: Known | None = None) -> SearchStrategy[Query]:
    """Return a strategy of query parameters, each with a fitting or a careless value, some missing."""
    named = {each["name"]: each.get("schema", each) for each in parameters if each["in"] == "query"}
    made = {name: values(schema, root, known, name).map(written) | TEXT for name, schema in named.items()}
    return st.fixed_dictionaries({}, optional=made)


def addresses(template: str, known: Known) -> SearchStrategy[str]:
    """Return a strategy of paths whose parameters are mostly something that exists; each stays one part of the path."""
    names = re.findall(r"\{([^}]+)\}", template)
    parts = [st.sampled_from(known.get(name, ["x"])).map(str) | PARTS for name in names]
    return st.tuples(*parts).map(lambda chosen: _filled(template, iter(chosen)))


def _filled(template: str, chosen: Iterator[str]) -> str:
    return re.sub(r"\{[^}]+\}", lambda _: quote(next(chosen), safe=""), template)
