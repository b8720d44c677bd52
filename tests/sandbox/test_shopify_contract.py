"""The slice is a true part of the published schema, and answers with everything it promises."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
    print_ast,
)

from hub.sandbox.shopify.admin_schema import admin_schema
from hub.sandbox.shopify.context import Asking
from tests.sandbox.shopify_bench import A, B, ShopifyBench, group, shopify_bench

FOLDER = Path(__file__).parents[2].parent / "shared" / "contracts" / "shopify"
published_only = pytest.mark.skipif(not FOLDER.exists(), reason=f"the published schema in {FOLDER} is absent")
DEPTH = 3


@cache
def published() -> GraphQLSchema:
    """Return the published schema, read without its descriptions: they are most of it."""
    text = (FOLDER / "admin-2026-10.schema.graphql").read_text()
    return build_schema(re.sub(r'""".*?"""', "", text, flags=re.DOTALL))


def own_types() -> list[GraphQLNamedType]:
    builtin = ("__", "String", "Int", "Float", "Boolean", "ID")
    return [each for name, each in admin_schema().type_map.items() if not name.startswith(builtin)]


def default(argument: Any) -> Any:
    node = argument.ast_node.default_value
    return None if node is None else print_ast(node)


def compare_fields(ours: Any, theirs: Any) -> list[str]:
    """Return what differs between the fields of two types of one name."""
    wrong = []
    for name, field in ours.fields.items():
        known = theirs.fields.get(name)
        if known is None or known.deprecation_reason or str(known.type) != str(field.type):
            wrong.append(f"{ours.name}.{name}: {field.type}")
            continue
        for argument, value in getattr(field, "args", {}).items():
            other = known.args.get(argument)
            if other is None or other.deprecation_reason or str(other.type) != str(value.type):
                wrong.append(f"{ours.name}.{name}({argument}: {value.type})")
            elif default(other) != default(value):
                wrong.append(f"{ours.name}.{name}({argument}) defaults to {default(value)}")
    return wrong


@published_only
def test_every_type_field_argument_and_enum_value_is_published() -> None:
    wrong: list[str] = []
    for ours in own_types():
        theirs = published().type_map.get(ours.name)
        assert type(theirs) is type(ours), ours.name
        if isinstance(ours, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            wrong += compare_fields(ours, theirs)
        elif isinstance(ours, GraphQLEnumType) and isinstance(theirs, GraphQLEnumType):
            wrong += [f"{ours.name}.{value}" for value in ours.values if value not in theirs.values]
        elif isinstance(ours, GraphQLUnionType) and isinstance(theirs, GraphQLUnionType):
            published_names = {each.name for each in theirs.types}
            wrong += [f"{ours.name} = {each.name}" for each in ours.types if each.name not in published_names]
    assert wrong == []


@published_only
def test_what_the_published_schema_demands_the_slice_demands_too() -> None:
    """An input field or argument that must be given must not be missing from the slice."""
    missing: list[str] = []
    for ours in own_types():
        theirs: Any = published().type_map[ours.name]
        if isinstance(ours, GraphQLInputObjectType):
            needed = {
                name for name, each in theirs.fields.items() if str(each.type).endswith("!") and not default(each)
            }
            missing += [f"{ours.name}.{name}" for name in needed - ours.fields.keys()]
        if isinstance(ours, GraphQLObjectType):
            for name, field in ours.fields.items():
                asked = theirs.fields[name].args.items()
                needed = {each for each, value in asked if str(value.type).endswith("!") and default(value) is None}
                missing += [f"{ours.name}.{name}({each})" for each in needed - field.args.keys()]
    assert missing == []


@published_only
def test_interfaces_are_published_and_the_directive_is_the_same() -> None:
    for ours in own_types():
        if isinstance(ours, GraphQLObjectType):
            theirs = published().type_map[ours.name]
            assert isinstance(theirs, GraphQLObjectType)
            assert {each.name for each in ours.interfaces} <= {each.name for each in theirs.interfaces}, ours.name
    own, other = admin_schema().get_directive("idempotent"), published().get_directive("idempotent")
    assert own is not None
    assert other is not None
    assert (str(own.args["key"].type), own.locations) == (str(other.args["key"].type), other.locations)


def everything(kind: GraphQLNamedType, depth: int = DEPTH) -> str:
    """Return a selection of all that a type has, some levels deep."""
    if isinstance(kind, GraphQLUnionType):
        parts = " ".join(f"... on {each.name} {everything(each, depth - 1)}" for each in kind.types)
        return f"{{ __typename {parts} }}"
    chosen = ["__typename"]
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            chosen.append(name)
        elif depth > 0 and not any(
            str(each.type).endswith("!") and name != "quantities" for each in field.args.values()
        ):
            arguments = "(first: 2)" if "first" in field.args else ""
            if name == "quantities":
                arguments = '(names: ["available", "on_hand", "committed"])'
            step = 0 if inner.name.endswith(("Connection", "Edge")) else 1
            chosen.append(f"{name}{arguments} {everything(inner, depth - step)}" if depth - step >= 0 else "")
    return f"{{ {' '.join(chosen)} }}"


async def busy(shop: ShopifyBench) -> dict[str, str]:
    """Make an order with everything on it, and return ids of each kind."""
    for counter in ("gift_cards", "line_discounts", "foreign_buyers"):
        setattr(shop.switches, counter, 1)
    order = await shop.sell((A, 3), (B, 2), shipping=Decimal(5), discount=Decimal(2), company=True)
    [found] = await shop.to_send(order)
    await shop.fulfil(group(found, 1, 0), numbers=["3S1", "3S2"])
    await shop.platform.refund(order.rpartition("/")[2], [])
    made = next(iter(shop.platform.shop.fulfilments))
    return {
        "order": order,
        "fulfillmentOrder": found["id"],
        "fulfillment": f"gid://shopify/Fulfillment/{made}",
        "inventoryItem": shop.item(A),
        "location": shop.place(),
        "product": f"gid://shopify/Product/{shop.variant(A).product.number}",
        "productVariant": f"gid://shopify/ProductVariant/{shop.variant(A).number}",
        "webhookSubscription": await shop.subscribe("ORDERS_CREATE"),
    }


async def test_every_field_of_the_slice_is_answered_as_the_schema_promises() -> None:
    async with shopify_bench() as shop:
        shop.switches.plan = "enterprise"
        ids = await busy(shop)
        query = admin_schema().query_type
        assert query is not None
        engine, asking = shop.platform.engine, asking_for(shop)
        for name, number in ids.items():
            kind = get_named_type(query.fields[name].type)
            text = f'{{ {name}(id: "{number}") {everything(kind)} }}'
            result = engine.run(engine.prepare(text, {}), asking)
            assert result.errors is None, (name, result.errors)
            assert result.data is not None
            assert result.data[name] is not None
        for name in ("shop", "currentAppInstallation"):
            text = f"{{ {name} {everything(get_named_type(query.fields[name].type))} }}"
            assert engine.run(engine.prepare(text, {}), asking).errors is None


def asking_for(shop: ShopifyBench) -> Asking:
    return Asking(shop.switches.scopes, "2026-10", shop.switches.pagination_limit)
