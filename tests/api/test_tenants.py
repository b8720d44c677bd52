"""Nothing of one tenant is ever visible to, or changed by, another: the whole schema is walked to try."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLObjectType
from sqlalchemy import select
from starlette.types import ASGIApp

from hub.domain.tenant import Role
from hub.graphql.bounds import Limits
from hub.graphql.context import GraphQLDependencies
from hub.graphql.endpoint import make_graphql_app
from hub.store.engine import Database
from hub.store.tables import metadata
from tests.api.caller import Caller, global_id
from tests.api.conftest import Calling
from tests.api.house import DIVISION, House
from tests.api.walk import SCHEMA, documents

BOUNDLESS = Limits(tokens=10**6, depth=40, aliases=10**6, cost=10**12)


@pytest.fixture
def app(needs: GraphQLDependencies) -> ASGIApp:
    """The API with limits that let the walk through."""
    return make_graphql_app(replace(needs, limits=BOUNDLESS))


def ids_of(house: House) -> dict[str, str]:
    """Return the ids of everything in a house, by kind."""
    keys = {
        "Tenant": house.tenant_id,
        "ErpConnection": house.key("exact"),
        "Division": DIVISION,
        "Channel": "shop",
        "Product": house.key("product"),
        "Listing": house.key("listing"),
        "StockDifference": house.key("listing"),
        "Order": house.key("order"),
        "OrderLine": house.key("order") + ":1",
        "Cancellation": house.key("cancellation"),
        "Parcel": house.key("parcel"),
        "Delivery": house.key("delivery"),
        "Refund": house.key("refund"),
        "GoodsReturn": house.key("return"),
        "SyncEvent": 1,
        "Actor": f"channel/{house.tenant_id}/shop",
        "ParkedMessage": house.key("parked"),
    }
    return {kind: global_id(kind, key) for kind, key in keys.items()}


def root(name: str) -> GraphQLObjectType:
    """Return a root type of the schema."""
    found = SCHEMA.get_type(name)
    assert isinstance(found, GraphQLObjectType)
    return found


async def everything_seen(caller: Caller, ids: dict[str, str]) -> str:
    """Return all answers to all queries, those that take an id with each of the ids."""
    seen = ""
    for query in documents(root("Query"), "query", lambda _: "GIVEN"):
        for one in ids.values() if "GIVEN" in query else [""]:
            asked = query.replace("GIVEN", one).replace("number: 1", f"number: {DIVISION}")
            answer = await caller.send({"query": asked})
            assert answer.status_code == 200, answer.text
            seen += answer.text.replace(one, "") if one else answer.text
    return seen


async def test_no_query_of_a_stranger_shows_anything_of_the_house(calling: Calling, house: House) -> None:
    """Every root field with every id of acme's house, two objects deep, asked by an admin next door."""
    ids = ids_of(house)
    stranger = await everything_seen(await calling(Role.ADMIN, "globex"), ids)
    assert "acme" not in stranger
    assert "globex-product" in stranger or "House of globex" in stranger


async def test_the_walk_would_have_found_it(calling: Calling, house: House) -> None:
    """The same walk by the owner sees every object of the house: the stranger's found nothing for a reason."""
    seen = await everything_seen(await calling(Role.ADMIN, "acme"), ids_of(house))
    assert "globex" not in seen
    for word in ("House of acme", "acme-account", "acme-warehouse", "acme-reference", "acme-entry", "jan@example.org",
                 "Mug, blue", "channel/acme/shop", "No such order.", "erp/acme/123456", "3SABC"):  # fmt: skip
        assert word in seen


async def rows_of(database: Database, tenant_id: str) -> dict[str, list[Any]]:
    """Return everything stored of a tenant."""
    found = {}
    async with database.read() as reading:
        for table in metadata.sorted_tables:
            if "tenant_id" in table.c:
                statement = select(table).where(table.c.tenant_id == tenant_id).order_by(*table.primary_key)
                found[table.name] = [tuple(row) for row in (await reading.execute(statement)).all()]
    return found


KIND_OF = {"channelId": "Channel", "orderId": "Order", "listingId": "Listing", "productId": "Product",
           "connectionId": "ErpConnection", "parkedId": "ParkedMessage", "lineId": "OrderLine",
           "differenceId": "StockDifference"}  # fmt: skip


async def test_no_change_by_a_stranger_touches_the_house(calling: Calling, house: House, database: Database) -> None:
    """Every mutation with the ids of acme's house, by an admin next door: acme's rows stay byte for byte."""
    tokens = (await (await calling(Role.ADMIN, "acme")).ask("{ apiTokens { id } }"))["apiTokens"]
    ids = ids_of(house) | {"ApiToken": tokens[0]["id"]}
    before = await rows_of(database, "acme")
    stranger = await calling(Role.ADMIN, "globex")
    for mutation in documents(root("Mutation"), "mutation", lambda name: ids[KIND_OF.get(name, "ApiToken")]):
        answer = await stranger.send({"query": mutation.replace("number: 1", f"number: {DIVISION}")})
        assert answer.status_code == 200, (mutation, answer.text)
        assert "INTERNAL" not in answer.text, answer.text
        assert "acme" not in answer.text
    assert await rows_of(database, "acme") == before
