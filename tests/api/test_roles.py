"""Who may do what: refused as a whole, before anything is done."""

from __future__ import annotations

import pytest
from graphql import GraphQLInputObjectType, GraphQLNonNull, GraphQLObjectType, get_named_type

from hub.domain.tenant import Role
from hub.graphql.permissions import role_needed
from hub.graphql.schema import make_schema
from hub.store.engine import Database
from tests.api.caller import global_id
from tests.api.conftest import Calling
from tests.api.house import House
from tests.api.values import sample

ADMIN_ONLY = {
    "erpConnectionCreate",
    "erpConnectionReconnect",
    "divisionEnable",
    "channelCreate",
    "channelConnect",
    "channelConfigure",
    "channelCredentialsReplace",
    "apiTokenCreate",
    "apiTokenRevoke",
    "taxProfileSet",
    "buyerErase",
    "buyerExport",
}


def mutations() -> dict[str, Role]:
    """Return every mutation with the role it declares."""
    schema = make_schema()
    root = schema._schema.mutation_type
    assert isinstance(root, GraphQLObjectType)
    found = {name: schema.get_field_for_type(name, "Mutation") for name in root.fields}
    return {name: role_needed(field) for name, field in found.items() if field is not None}


@pytest.fixture
def database(embedded: Database) -> Database:
    """One kind of database is enough here."""
    return embedded


def test_every_mutation_declares_the_role_it_needs() -> None:
    declared = mutations()
    assert {name for name, role in declared.items() if role is Role.ADMIN} == ADMIN_ONLY
    assert {name for name, role in declared.items() if role is Role.VIEWER} == set()
    assert len(declared) == 45


def document(name: str) -> str:
    """Return a mutation with the smallest input that can be read."""
    field = make_schema()._schema.mutation_type.fields[name]  # type: ignore[union-attr]
    kind = field.args["input"].type
    assert isinstance(kind, GraphQLNonNull)
    assert isinstance(get_named_type(kind), GraphQLInputObjectType)
    return f"mutation {{ {name}(input: {sample(kind)}) {{ userErrors {{ code }} }} }}"


@pytest.mark.parametrize("name", mutations())
async def test_a_role_below_the_needed_one_is_refused(calling: Calling, house: House, name: str) -> None:
    needed = mutations()[name]
    for role in Role:
        if not role.includes(needed):
            caller = await calling(role)
            for query in (
                document(name),
                document(name).replace("mutation {", "mutation { ...F } fragment F on Mutation {"),
            ):
                answer = await caller.send({"query": query})
                error = answer.json()["errors"][0]
                assert error["extensions"] == {"code": "FORBIDDEN", "needs": needed.name}
                assert answer.status_code == (200 if "fragment" in query else 403)


async def test_a_viewer_sees_no_buyer_and_an_operator_does(calling: Calling, house: House) -> None:
    query = "query ($id: ID!) { order(id: $id) { buyer { email shipTo { city } } } }"
    order = global_id("Order", house.key("order"))
    refused = await (await calling(Role.VIEWER)).answer(query, id=order)
    assert refused["data"]["order"] == {"buyer": None}
    seen = await (await calling(Role.OPERATOR)).ask(query, id=order)
    assert seen["order"]["buyer"] == {"email": "jan@example.org", "shipTo": {"city": "Amsterdam"}}


async def test_only_an_admin_sees_tokens(calling: Calling, house: House) -> None:
    admin, operator = await calling(Role.ADMIN), await calling(Role.OPERATOR)
    tokens = (await admin.ask("{ apiTokens { id label role } }"))["apiTokens"]
    assert {token["label"] for token in tokens} == {"admin of acme", "operator of acme"}
    refused = await operator.answer("{ apiTokens { id } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    found = await operator.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[one["id"] for one in tokens])
    assert found["nodes"] == [None, None]
