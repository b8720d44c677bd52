"""Lists whose rows become the answer are answered as Strawberry's own executor does, the first time and ever after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type
from sqlalchemy import insert, update
from sqlalchemy.exc import SQLAlchemyError
from strawberry.http import GraphQLRequestData
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from hub.domain.tenant import Principal, Role
from hub.graphql.context import ApiContext, GraphQLDependencies
from hub.graphql.known_lists import KnownLists
from hub.graphql.schema import make_schema
from hub.store import tables
from hub.store.engine import Database, Fetch, StoreUnavailable, Work
from tests.api.caller import Caller
from tests.api.conftest import Calling
from tests.api.house import NOON, House, order_row

pytestmark = pytest.mark.anyio

SWITCHES = ("", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @include(if: false)", " @skip(if: $no)")
DEEPER = {
    "Order": ("hold { cause message }", "charges { gross }", "channel { id name }", "lines { sku quantity }"),
    "Listing": ("stopped", "channel { name }", "product { code }", "explanation { name }"),
    "SyncEvent": ("channel { id }",),
}
"""Fields for which a row is not enough."""


@pytest.fixture
async def odd_house(database: Database, house: House) -> House:
    """A house with orders whose values are unusual, and a difference that nobody knows the price of."""
    values: list[dict[str, Any]] = [
        {"total": Decimal("24.2"), "number": 'qu"ote\\ \n \u2028 é €', "country": None, "ship_by": None},
        {"total": Decimal("-0.123456"), "placed_at": NOON + timedelta(microseconds=1), "your_ref": "W1"},
        {"total": Decimal(0), "sales_order_id": "exact", "division": 123456, "sales_order_number": 7,
         "forwarded_at": NOON, "derivation": {"a": [1, None, "é"]}, "cancelled": True},
        {"total": Decimal("123456789.1"), "sales_order_id": "", "trace_id": ""},
    ]  # fmt: skip

    async def fill(work: Work) -> None:
        for number, fields in enumerate(values):
            row = order_row(house, f"odd{number}", **fields)
            await work.execute(insert(tables.orders).values(tenant_id=house.tenant_id, **row))
        other = {"channel_id": "shop", "cause": "changed_by_hand", "state": "open", "settled": False, "units": -2}
        times = {"since": NOON, "found_at": NOON, "looked_at": NOON}
        row = {"tenant_id": house.tenant_id, "listing_id": "other", **other, **times}
        await work.execute(insert(tables.stock_difference).values(row))

    await database.write(fill)
    return house


def lists() -> Mapping[str, GraphQLObjectType]:
    """Return the types of the nodes of all lists that can be asked for, by the name of their field."""
    query: Any = make_schema()._schema.query_type
    kinds = {name: get_named_type(field.type) for name, field in query.fields.items() if "first" in field.args}
    return {name: get_named_type(kind.fields["nodes"].type) for name, kind in kinds.items() if "nodes" in kind.fields}


def listed(kind: GraphQLObjectType) -> list[str]:
    """Return the fields of a type that are columns, objects with all of theirs."""
    sources = kind.extensions["strawberry-definition"].origin.listed
    found = {name: getattr(one, "fields", one if isinstance(one, Mapping) else None) for name, one in sources.items()}
    return [name if below is None else f"{name} {{ __typename {' '.join(below)} }}" for name, below in found.items()]


class Ways:
    """The ways to answer a request; ``short`` tells how often it was answered by what was known."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.short = 0

        async def answer(known: KnownLists, asked: GraphQLRequestData, context: ApiContext) -> Any:
            found = await usual(known, asked, context)
            self.short += found is not None
            return found

        usual = KnownLists.answer
        monkeypatch.setattr(KnownLists, "answer", answer)

    async def all(self, caller: Caller, query: str, **variables: Any) -> list[bytes]:
        """Return the answers of Strawberry's own executor, of the hub's, and of the hub's when asked again."""
        schema, answers = make_schema(), []
        for executor in (StrawberryGraphQLCoreExecutionContext, schema.execution_context_class, None):
            if executor is not None:
                self._monkeypatch.setattr(schema, "execution_context_class", executor)
            answers.append((await caller.send({"query": query, "variables": variables})).content)
        return answers


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    """Both executors."""
    return Ways(monkeypatch)


async def test_every_column_is_shown_as_strawberry_shows_it(calling: Calling, odd_house: House, ways: Ways) -> None:
    caller, asked = await calling(Role.VIEWER), 0
    info = "pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor }"
    for name, kind in lists().items():
        fields = " ".join(listed(kind))
        for window in ("first: 3", "last: 2", "first: 0") if fields else ():
            nodes = f"nodes {{ __typename {fields} }} edges {{ cursor node {{ id }} }}"
            query = f"{{ {name}({window}) {{ __typename {nodes} {info} }} }}"
            answers = await ways.all(caller, query)
            assert answers[0] == answers[1] == answers[2], query
            assert b'"errors"' not in answers[0]
            asked += 1
    assert ways.short == asked > 30


def drawn(random: Random) -> tuple[str, bool]:
    """Return a list query as chance will have it, and whether it asks for columns alone."""
    name, kind = random.choice(list(lists().items()))
    leaves, deeper, aliases = [*listed(kind), "id", "__typename"], DEEPER.get(kind.name, ()), count()

    def fields(depth: int = 0) -> str:
        chosen = [
            f"{random.choice(['', '', f'a{next(aliases)}: '])}{one}{random.choice(SWITCHES) if '{' not in one else ''}"
            for one in ["id", *random.choices(leaves, k=random.randint(1, 7))]
        ]
        chosen += [] if random.random() < 0.7 else random.sample(deeper, k=min(len(deeper), random.randint(0, 2)))
        if depth < 2 and random.random() < 0.4:
            condition = random.choice(["", f"on {kind.name}"])
            chosen.append(f"... {condition}{random.choice(SWITCHES)} {{ {fields(depth + 1)} }}")
        return " ".join(chosen)

    others = random.sample(
        ["pageInfo { hasNextPage endCursor startCursor }", "__typename", f"edges {{ cursor node {{ {fields()} }} }}",
         f"again: nodes {{ {fields()} ...More }}"], k=random.randint(1, 3))  # fmt: skip
    used = "yes: __typename @include(if: $yes) no: __typename @skip(if: $no)"
    window = random.choice(["first: 3", "last: 2", "first: $size", "last: $size, before: $cursor", ""])
    query = f"list: {name}{f'({window})' if window else ''} {{ {used} {' '.join(others)} }}"
    declared = "$yes: Boolean!, $no: Boolean!"
    declared += ", $size: Int" if "$size" in query else ""
    declared += ", $cursor: String" if "$cursor" in query else ""
    more = f"fragment More on {kind.name} {{ {fields()} }}" if "...More" in query else ""
    return f"query Drawn({declared}) {{ {query} }} {more}", bool(listed(kind)) and not any(
        one in query + more for one in deeper
    )


@pytest.mark.parametrize("seed", range(2))
async def test_lists_drawn_at_random_are_answered_alike(
    calling: Calling, odd_house: House, ways: Ways, seed: int
) -> None:
    random, caller, wanted = Random(seed), await calling(Role.VIEWER), 0
    for _ in range(30):
        (query, short), yes = drawn(random), random.random() < 0.5
        variables = {"yes": yes, "no": not yes, "size": random.randint(1, 3)}
        before, answers = ways.short, await ways.all(caller, query, **variables)
        assert answers[0] == answers[1] == answers[2], query
        assert b'"errors"' not in answers[0], query
        assert ways.short > before or not short, query
        wanted += short
    assert wanted > 5


async def test_a_page_after_another_is_read_the_short_way(calling: Calling, odd_house: House, ways: Ways) -> None:
    query = """query Page($size: Int!, $after: String, $before: String) {
        orders(first: $size, after: $after, before: $before) { nodes { number } pageInfo { endCursor } } }"""
    caller = await calling(Role.VIEWER)
    found: list[Any] = []
    after = None
    whole = (await caller.ask("{ orders { nodes { number } } }"))["orders"]["nodes"]
    for _ in whole:
        page = (await caller.ask(query, size=1, after=after, before=None))["orders"]
        found, after = found + page["nodes"], page["pageInfo"]["endCursor"]
    assert found == whole
    assert ways.short == len(whole) - 1
    for wrong in ("nonsense", 7, "W10"):
        faulty = [await caller.answer(query, size=1, after=wrong) for _ in range(2)]
        assert faulty[0] == faulty[1]
        assert faulty[0]["errors"]


async def test_what_is_known_is_the_tenants_own_and_as_new_as_the_store(
    calling: Calling, house: House, database: Database, ways: Ways
) -> None:
    query = "{ orders { nodes { id number status } } }"
    acme, globex = [await calling(Role.VIEWER, tenant) for tenant in ("acme", "globex")]
    first = {caller: [await caller.ask(query) for _ in range(2)] for caller in (acme, globex)}
    assert first[acme][0] == first[acme][1] != first[globex][0] == first[globex][1]
    change = update(tables.orders).where(tables.orders.c.tenant_id == "acme").values(status="ready")
    await database.write(lambda work: work.execute(change))
    (node,) = (await acme.ask(query))["orders"]["nodes"]
    assert node["status"] == "READY"
    assert (await globex.ask(query)) == first[globex][0]
    assert ways.short == 4


async def test_a_variable_that_says_more_than_where_to_begin_is_no_cursor(
    calling: Calling, odd_house: House, ways: Ways
) -> None:
    query = """query Twice($text: String) {
        orders(after: $text, filter: { search: $text }) { nodes { number } } }"""
    caller = await calling(Role.VIEWER)
    end = (await caller.ask("{ orders(first: 1) { pageInfo { endCursor } } }"))["orders"]["pageInfo"]["endCursor"]
    everything = await caller.ask(query, text=None)
    assert (await caller.ask(query, text=end)) == {"orders": {"nodes": []}} != everything


@pytest.mark.parametrize(("column", "value"), [("status", "unheard of"), ("payment", "promised")])
async def test_a_row_that_cannot_be_shown_is_told_in_the_same_words(
    house: House, needs: GraphQLDependencies, monkeypatch: pytest.MonkeyPatch, column: str, value: str
) -> None:
    await needs.database.write(lambda work: work.execute(update(tables.orders).values({column: value})))
    schema, answers = make_schema(), []
    for executor in (StrawberryGraphQLCoreExecutionContext, schema.execution_context_class):
        monkeypatch.setattr(schema, "execution_context_class", executor)
        context = ApiContext(needs, Principal(house.tenant_id, Role.VIEWER, "test"))
        answer = await schema.execute("{ orders { nodes { number status payment } } }", context_value=context)
        answers.append((answer.data, [(error.message, error.path) for error in answer.errors or ()]))
    assert answers[0] == answers[1]
    assert answers[0][1]


async def test_only_the_columns_that_are_asked_for_are_read(
    house: House, needs: GraphQLDependencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    async def fetch(self: Database, one: Fetch, given: Mapping[str, Any]) -> Any:
        read.append(one.text)
        return await usual(self, one, given)

    usual = Database.fetch
    monkeypatch.setattr(Database, "fetch", fetch)
    context = ApiContext(needs, Principal(house.tenant_id, Role.VIEWER, "test"))
    for fields in ("number total { currency }", "number channel { id }"):
        await make_schema().execute(f"{{ orders {{ nodes {{ {fields} }} }} }}", context_value=context)
    (text,) = read
    chosen = text.partition("FROM orders")[0]
    columns = {column.name for column in tables.orders.c if f"orders.{column.name}" in chosen}
    assert columns == {"number", "currency", "placed_at", "order_id"}


@pytest.mark.parametrize(
    ("fault", "code"), [(StoreUnavailable("away"), "UNAVAILABLE"), (SQLAlchemyError("broken"), "INTERNAL")]
)
async def test_what_goes_wrong_with_a_known_list_is_told_in_the_usual_words(
    calling: Calling, house: House, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str
) -> None:
    async def fetch(self: Database, one: Fetch, given: Mapping[str, Any]) -> Any:
        raise fault

    caller = await calling(Role.VIEWER)
    await caller.ask("{ orders { nodes { number } } }")
    monkeypatch.setattr(Database, "fetch", fetch)
    answer = await caller.answer("{ orders { nodes { number } } }")
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
    assert answer["data"] is None
