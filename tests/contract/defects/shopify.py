"""Known defects of Shopify's published Admin schema, version 2026-10."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    build_schema,
    parse,
)

from tests.contract.defects.defect import CONTRACTS

FOLDER = CONTRACTS / "shopify"
SCHEMA = FOLDER / "admin-2026-10.schema.graphql"


@dataclass(frozen=True)
class TypeDefect:
    """One wrong field of a type."""

    kind: str
    field: str
    wrong: str
    source: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.field}"


DEPRECATED = tuple(
    TypeDefect(
        kind,
        field,
        "deprecated in the type but not in the interface that demands it, which GraphQL does not allow",
        "graphql-core's validate_schema, by the GraphQL specification's rules for interfaces and @deprecated",
    )
    for kind, field in (
        ("ChannelDefinition", "id"),
        ("ChannelInformation", "id"),
        ("Customer", "hasTimelineComment"),
        ("DiscountAutomaticBxgy", "id"),
        ("MediaImage", "metafield"),
        ("MediaImage", "metafields"),
    )
)
DEMANDED = (
    TypeDefect(
        "InventoryQuantityInput",
        "changeFromQuantity",
        "optional by its type, yet the mutation fails where it is not mentioned; null is a value",
        "the field's own description, and answers recorded from Shopify: inventory-quantity-contracts-2026-04.json",
    ),
)


@cache
def text() -> str:
    return SCHEMA.read_text()


def published() -> GraphQLSchema:
    """Return the schema as it was published, without its descriptions: they are most of it."""
    return build_schema(re.sub(r'""".*?"""', "", text(), flags=re.DOTALL), assume_valid=True)


def described(defect: TypeDefect) -> InputValueDefinitionNode:
    """Return a field of an input type with its description."""
    start = text().index(f"\ninput {defect.kind} {{")
    (kind,) = parse(text()[start : text().index("\n}", start) + 2]).definitions
    assert isinstance(kind, InputObjectTypeDefinitionNode)
    return next(each for each in kind.fields or () if each.name.value == defect.field)


def deprecated(schema: GraphQLSchema, defect: TypeDefect) -> GraphQLField:
    kind = schema.type_map[defect.kind]
    assert isinstance(kind, GraphQLObjectType)
    field: GraphQLField = kind.fields[defect.field]
    return field


@cache
def read() -> GraphQLSchema:
    """Return the schema with the known defects of its types mended, so that it is a valid one."""
    return mended(published())


def mended(schema: GraphQLSchema) -> GraphQLSchema:
    """Mend a schema in place, and let graphql-core look at it anew."""
    for defect in DEPRECATED:
        deprecated(schema, defect).deprecation_reason = None
    schema._validation_errors = None
    return schema
