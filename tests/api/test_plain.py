"""The short way through plain fields answers as Strawberry's own executor does, its errors included."""

from __future__ import annotations

from enum import Enum
from itertools import count
from random import Random
from typing import Any

import orjson
import pytest
import strawberry
from sqlalchemy import update
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from hub.domain.tenant import Principal, Role
from hub.graphql.context import ApiContext, GraphQLDependencies
from hub.graphql.plain import PlainExecutor
from hub.graphql.schema import make_schema
from hub.store import tables
from tests.api.house import House

pytestmark = pytest.mark.anyio

ORDERS = """query Orders($deep: Boolean!) {
  kind: __typename
  orders(first: 10) {
    __typename
    edges { cursor node { id again: id number } }
    nodes { ...Head cancelled hold { cause message detail } charges { kind gross }
            lines @include(if: $deep) { sku quantity } channel { id name } buyer { email } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
  node(id: "T3JkZXI6YWNtZS1vcmRlcg==") { id ... on Order { total { amount currency } shipBy } }
  platforms { platform }
}
fragment Head on Order { __typename id status placedAt total { amount currency } payment certificate { yourRef } }"""


@strawberry.enum
class Colour(Enum):
    RED = "red"


@strawberry.type
class Inner:
    text: str


@strawberry.type
class Outer:
    fine: int
    number: int
    maybe: int | None
    colour: Colour | None
    texts: list[str | None]
    inner: Inner
    perhaps: Inner | None

    @strawberry.field
    def double(self) -> int:
        return self.number * 2


def outer(**fields: Any) -> Outer:
    usual = {"fine": 1, "number": 2, "maybe": None, "colour": Colour.RED, "texts": ["a", None]}
    return Outer(**(usual | {"inner": Inner(text="in"), "perhaps": None} | fields))


FAULTS: list[dict[str, Any]] = [
    {},
    {"number": None},
    {"number": "many"},
    {"maybe": "many"},
    {"colour": "green"},
    {"texts": None},
    {"texts": ("a", "b")},
    {"inner": None},
    {"inner": Inner(text=None)},  # type: ignore[arg-type]
    {"perhaps": Inner(text=None)},  # type: ignore[arg-type]
    {"perhaps": ValueError("told")},
]


@pytest.mark.parametrize("fields", FAULTS)
async def test_what_is_not_as_it_should_be_is_told_in_the_same_words(fields: dict[str, Any]) -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        async def all(self) -> list[Outer | None]:
            return [outer(), outer(**fields)]

    query = "{ all { fine number double maybe colour texts inner { text } perhaps { text } } }"
    answers = []
    for executor in (StrawberryGraphQLCoreExecutionContext, PlainExecutor):
        schema = strawberry.Schema(Query, execution_context_class=executor)
        answer = await schema.execute(query)
        answers.append((answer.data, [error.formatted for error in answer.errors or ()]))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("deep", [True, False])
@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_lists_are_answered_alike(
    house: House, needs: GraphQLDependencies, monkeypatch: pytest.MonkeyPatch, role: Role, deep: bool
) -> None:
    schema, answers = make_schema(), []
    for executor in (StrawberryGraphQLCoreExecutionContext, schema.execution_context_class):
        monkeypatch.setattr(schema, "execution_context_class", executor)
        context = ApiContext(needs, Principal(house.tenant_id, role, "test"))
        answer = await schema.execute(ORDERS, variable_values={"deep": deep}, context_value=context)
        errors = [(error.message, error.path) for error in answer.errors or ()]
        answers.append((list((answer.data or {}).items()), errors))
    assert answers[0] == answers[1]
    assert "orders" in dict(answers[0][0])


LEAVES = ("id", "externalId", "number", "yourRef", "status", "placedAt", "changedAt", "importedAt", "shipBy", "country",
          "payment", "fulfilledBy", "rawStatus", "cancelled", "traceId", "__typename")  # fmt: skip
DEEPER = ("total { amount currency }", "total { currency ...Amount }", "hold { cause message }", "charges { gross }",
          "channel { id name }", "lines { sku quantity }", "salesOrder { number }")  # fmt: skip
SWITCHES = ("", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @include(if: false)", " @skip(if: $no)")
LISTS = ("orders(first: 3)", "orders(last: 2)", "riskList", 'orders(filter: { search: "W" })', "syncEvents(first: 4)")
EVENT_LEAVES = ("id", "at", "kind", "level", "message", "detail", "cursor", "actor", "digest", "subjectId", "division")


def drawn(random: Random) -> str:
    """Return a list query with fields, aliases, fragments and directives as chance will have it."""
    asked, aliases = random.choice(LISTS), count()
    leaves, deeper, name = (EVENT_LEAVES, (), "SyncEvent") if "sync" in asked else (LEAVES, DEEPER, "Order")

    def fields(depth: int = 0) -> str:
        chosen = [
            f"{random.choice(['', '', f'a{next(aliases)}: '])}{field}{random.choice(SWITCHES)}"
            for field in random.choices(leaves, k=random.randint(1, 7))
        ]
        chosen += [] if random.random() < 0.5 else random.sample(deeper, k=min(len(deeper), random.randint(0, 2)))
        if depth < 2 and random.random() < 0.4:
            chosen.append(f"... {random.choice(['', f'on {name}'])}{random.choice(SWITCHES)} {{ {fields(depth + 1)} }}")
        return " ".join(chosen)

    others = random.sample(
        ["pageInfo { hasNextPage endCursor startCursor }", "__typename", f"edges {{ cursor node {{ {fields()} }} }}",
         f"again: nodes {{ {fields()} }}"], k=random.randint(0, 2))  # fmt: skip
    query = f"{asked} {{ nodes {{ {fields()} }} {' '.join(others)} }}"
    amount = "fragment Amount on Money { amount __typename }" if "...Amount" in query else ""
    used = "yes: __typename @include(if: $yes) no: __typename @skip(if: $no)"
    return f"query Drawn($yes: Boolean!, $no: Boolean!) {{ {used} {query} }} {amount}"


@pytest.mark.parametrize("seed", range(4))
async def test_lists_drawn_at_random_are_answered_alike(
    house: House, needs: GraphQLDependencies, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random, schema = Random(seed), make_schema()
    own, context = schema.execution_context_class, ApiContext(needs, Principal(house.tenant_id, Role.VIEWER, "test"))
    for _ in range(20):
        query, yes = drawn(random), random.random() < 0.5
        answers = []
        for executor in (StrawberryGraphQLCoreExecutionContext, own, own):
            monkeypatch.setattr(schema, "execution_context_class", executor)
            answer = await schema.execute(query, {"yes": yes, "no": not yes}, context)
            errors = [(error.message, error.path) for error in answer.errors or ()]
            answers.append((orjson.dumps(answer.data, default=str), errors))
        assert answers[0] == answers[1] == answers[2], query
        assert not answers[0][1], query


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
    read: list[list[str]] = []

    async def page(self: ApiContext, statement: Any, order: Any, window: Any) -> Any:
        read.append([column.name for column in statement.selected_columns])
        return await usual(self, statement, order, window)

    usual = ApiContext.page
    monkeypatch.setattr(ApiContext, "page", page)
    context = ApiContext(needs, Principal(house.tenant_id, Role.VIEWER, "test"))
    for fields in ("number total { currency }", "number channel { id }"):
        await make_schema().execute(f"{{ orders {{ nodes {{ {fields} }} }} }}", context_value=context)
    assert read[0] == ["number", "currency", "placed_at", "order_id"]
    assert len(read[1]) == len(tables.orders.c)
