"""The short way through plain fields answers as Strawberry's own executor does, its errors included."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from hub.domain.tenant import Principal, Role
from hub.graphql.context import ApiContext, GraphQLDependencies
from hub.graphql.plain import PlainExecutor
from hub.graphql.schema import make_schema
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
