"""Whatever is asked of the simulated Exact, every answer has the form and the fields of the published catalogue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import anyio
import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hub.sandbox.exact.catalogue import ENTITIES
from tests.contract.defects import exact as published
from tests.contract.generated import (
    BRIEFLY,
    DAYS,
    GUIDS,
    JUNK,
    PARTS,
    PATIENCE,
    TEXT,
    Json,
    Query,
    bent,
    elsewhere,
    encoded,
)
from tests.sandbox.exact_bench import ExactBench, exact_bench
from tests.sandbox.test_exact_contract import check_row, live_a_little

pytestmark = pytest.mark.skipif(not published.FOLDER.exists(), reason="Exact's catalogue is not on this machine")
READABLE = sorted(path for path, entity in ENTITIES.items() if "GET" in entity.methods)
WRITABLE = sorted(path for path, entity in ENTITIES.items() if "POST" in entity.methods)

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8) | st.sampled_from(
    ["4", "C", "WEB-1"]
)
NUMBERS = st.integers(-(2**31), 2**31 - 1) | st.integers(-3, 30)
LITERALS: dict[str, SearchStrategy[str]] = {
    "Edm.Guid": GUIDS.map(lambda text: f"guid'{text}'"),
    "Edm.String": TEXTS.map(lambda text: "'{}'".format(text.replace("'", "''"))),
    "Edm.DateTime": (DAYS | DAYS.map(lambda day: f"{day}T12:00:00")).map(lambda text: f"datetime'{text}'"),
    "Edm.Boolean": st.sampled_from(["true", "false"]),
    "Edm.Int64": NUMBERS.map(lambda number: f"{number}L"),
    "Edm.Double": NUMBERS.map(lambda number: f"{number / 4}"),
    **dict.fromkeys(("Edm.Int16", "Edm.Int32", "Edm.Byte"), NUMBERS.map(str)),
}
BODIES: dict[str, SearchStrategy[Any]] = {
    "Edm.Guid": GUIDS,
    "Edm.String": TEXTS,
    "Edm.DateTime": DAYS,
    "Edm.Boolean": st.booleans(),
    "Edm.Double": st.integers(-100, 10_000).map(lambda number: number / 4),
    **dict.fromkeys(("Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Byte"), st.integers(-3, 300)),
}


def fields_of(path: str) -> Json:
    """Return the published fields of an entity that hold plain values; nothing where the catalogue is absent."""
    fields: Json = published.read()[path]["fields"] if published.FOLDER.exists() else {}
    return {name: told for name, told in fields.items() if told["type"] in LITERALS}


def clauses(path: str) -> SearchStrategy[str]:
    """Return a strategy of single conditions on documented fields."""
    fields = fields_of(path)
    operators = st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"])
    compared = st.sampled_from(sorted(fields)).flatmap(
        lambda name: st.tuples(st.just(name), operators, LITERALS[fields[name]["type"]] | st.just("null"))
    )
    texts = [name for name, told in fields.items() if told["type"] == "Edm.String"]
    plain = compared.map(" ".join)
    if not texts:
        return plain
    called = st.tuples(st.sampled_from(sorted(texts)), LITERALS["Edm.String"])
    inside = called.map(lambda pair: f"substringof({pair[1]},{pair[0]}) eq true")
    return plain | inside | called.map(lambda pair: f"startswith({pair[0]},{pair[1]})")


def filters(path: str) -> SearchStrategy[str]:
    """Return a strategy of filters: conditions joined, bracketed and negated, or nonsense."""
    joined = st.recursive(
        clauses(path),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map("".join),
            inner.map(lambda text: f"({text})"),
            inner.map(lambda text: f"not ({text})"),
        ),
        max_leaves=4,
    )
    return joined | TEXT


def options(path: str) -> SearchStrategy[Query]:
    """Return a strategy of query options."""
    names = sorted(fields_of(path))
    some = st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True)
    ordered = st.lists(
        st.tuples(st.sampled_from(names), st.sampled_from(["", " asc", " desc"])).map("".join), max_size=2
    )
    return st.fixed_dictionaries(
        {},
        optional={
            "$select": some.map(",".join) | st.just("*") | TEXT,
            "$filter": filters(path),
            "$orderby": ordered.map(",".join) | TEXT,
            "$top": st.integers(0, 70).map(str) | TEXT,
            "$skip": st.integers(0, 70).map(str) | TEXT,
            "$inlinecount": st.sampled_from(["allpages", "none", "x"]),
            "$skiptoken": GUIDS.map(lambda text: f"guid'{text}'") | st.just("7L") | TEXT,
        },
    )


def bodies(path: str) -> SearchStrategy[bytes]:
    """Return a strategy of bodies, mostly of fields that may be posted."""
    fields = {name: told for name, told in fields_of(path).items() if "POST" in told["methods"]}
    made = {name: BODIES[told["type"]] | st.none() for name, told in fields.items()}
    needed = {name: strategy for name, strategy in made.items() if fields[name]["mandatory"]}
    optional = {name: strategy for name, strategy in made.items() if name not in needed}
    few = st.lists(st.sampled_from(sorted(optional)), max_size=3, unique=True) if optional else st.just([])
    chosen = few.flatmap(lambda names: st.fixed_dictionaries(needed | {name: optional[name] for name in names}))
    return bent(chosen).map(encoded)


@asynccontextmanager
async def lived_in() -> AsyncIterator[ExactBench]:
    async with exact_bench() as exact:
        await live_a_little(exact)
        settings = exact.platform.office.settings
        settings.minute_limit = settings.day_limit = 10**6
        settings.error_rule = settings.validate_hooks = False
        yield exact


@pytest.fixture(scope="module")
def office() -> Iterator[tuple[BlockingPortal, ExactBench]]:
    with elsewhere(lived_in()) as found:
        yield found


async def ask(exact: ExactBench, method: str, path: str, query: Query, body: bytes | None) -> httpx2.Response:
    with anyio.fail_after(PATIENCE):
        return await exact.call(method, path, params=query, content=body)


def check_refusal(answer: httpx2.Response) -> None:
    """Fail where a refusal has another form than Exact's."""
    error = answer.json()["error"]
    assert error["code"] == ""
    assert error["message"]["lang"] == ""
    assert error["message"]["value"]


def check_list(path: str, answer: httpx2.Response, select: str | None) -> None:
    told = answer.json()["d"]
    if isinstance(told, dict):
        assert told.keys() <= {"results", "__next", "__count"}
        told = told["results"]
    for row in told:
        check_row(path, row, published.read()[path]["fields"], whole=False)
        if select and "*" not in select:
            assert row.keys() <= {"__metadata", *(name.strip() for name in select.split(","))}


@pytest.mark.parametrize("path", READABLE)
@given(data=st.data())
@settings(BRIEFLY, max_examples=15)
def test_every_question_gets_rows_or_a_refusal(
    office: tuple[BlockingPortal, ExactBench], path: str, data: st.DataObject
) -> None:
    portal, exact = office
    query = data.draw(options(path))
    answer: httpx2.Response = portal.call(ask, exact, "GET", path, query, None)
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        check_list(path, answer, query.get("$select"))
    else:
        check_refusal(answer)


@pytest.mark.parametrize("path", WRITABLE)
@given(data=st.data())
@settings(BRIEFLY, max_examples=15)
def test_everything_posted_is_booked_or_refused(
    office: tuple[BlockingPortal, ExactBench], path: str, data: st.DataObject
) -> None:
    """What breaks a rule of business is refused with status 500 at Exact, but in words."""
    portal, exact = office
    answer: httpx2.Response = portal.call(ask, exact, "POST", path, {}, data.draw(bodies(path)))
    assert answer.status_code in (201, 400, 500), answer.text
    if answer.status_code == 201:
        check_row(path, answer.json()["d"], published.read()[path]["fields"], whole=False)
    else:
        check_refusal(answer)


@pytest.mark.parametrize("path", ["salesorder/SalesOrders", "crm/Accounts", "logistics/Items"])
@given(key=GUIDS.map(lambda text: f"guid'{text}'") | PARTS, body=JUNK)
@settings(BRIEFLY, max_examples=15)
def test_what_is_not_there_is_refused(
    office: tuple[BlockingPortal, ExactBench], path: str, key: str, body: Any
) -> None:
    portal, exact = office
    for method in ("GET", "PUT", "DELETE"):
        content = encoded(body) if method == "PUT" else None
        answer: httpx2.Response = portal.call(ask, exact, method, f"{path}({quote(key)})", {}, content)
        assert answer.status_code in (400, 403, 404)
