"""The schema as committed, and the conventions that all of it keeps."""

from __future__ import annotations

import re
from pathlib import Path

from graphql import (
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    validate_schema,
)

from hub.graphql.schema import make_schema, sdl

COMMITTED = Path(__file__).parents[2] / "schema.graphql"
SCHEMA = make_schema()._schema


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    """After a change: ``python main.py schema > schema.graphql``, and read the difference."""
    assert COMMITTED.read_text() == sdl()


def test_the_committed_schema_stands_on_its_own() -> None:
    assert validate_schema(build_schema(COMMITTED.read_text())) == []


def objects(ending: str) -> list[GraphQLObjectType]:
    """Return the object types of this ending."""
    found = SCHEMA.type_map.values()
    return [one for one in found if isinstance(one, GraphQLObjectType) and one.name.endswith(ending)]


def test_every_mutation_takes_one_input_and_answers_with_the_thing_and_user_errors() -> None:
    assert SCHEMA.mutation_type is not None
    for name, field in SCHEMA.mutation_type.fields.items():
        kind = name[0].upper() + name[1:]
        assert str(field.type) == f"{kind}Payload!"
        assert {argument: str(one.type) for argument, one in field.args.items()} == {"input": f"{kind}Input!"}
        assert str(SCHEMA.type_map[f"{kind}Payload"].fields["userErrors"].type) == "[UserError!]!"  # type: ignore[attr-defined]


def test_every_connection_pages_by_keys_both_ways() -> None:
    for connection in objects("Connection"):
        if connection.name == "ErpConnection":
            continue
        assert set(connection.fields) == {"pageInfo", "edges", "nodes"}
    for one in objects(""):
        for field in one.fields.values():
            if "pageInfo" in getattr(get_named_type(field.type), "fields", {}):
                assert {"first", "after", "last", "before"} <= set(field.args)


def test_no_amount_is_a_float_and_no_argument_names_a_tenant() -> None:
    for one in SCHEMA.type_map.values():
        if isinstance(one, GraphQLObjectType | GraphQLInputObjectType):
            floats = {name for name, field in one.fields.items() if get_named_type(field.type).name == "Float"}
            assert floats <= {"sweepSeconds", "oldestSeconds", "confidence", "perHour"}
            assert not isinstance(one, GraphQLInputObjectType) or "tenantId" not in one.fields


def test_no_secret_can_be_asked_for() -> None:
    """Secrets go in; the one that comes out is a fresh token, once."""
    secret = re.compile("secret|credential|password|sealed|digest", re.IGNORECASE)
    for one in objects(""):
        if not one.name.endswith("Payload") and not one.name.startswith("__"):
            found = [f"{one.name}.{name}" for name in one.fields if secret.search(name) and one.name != "Mutation"]
            assert set(found) <= {"SyncEvent.digest"}, "that one is for everybody to compare"


def test_everything_that_is_unbounded_is_described() -> None:
    assert SCHEMA.query_type is not None
    assert all(field.description for field in SCHEMA.query_type.fields.values())
    assert isinstance(SCHEMA.query_type.fields["nodes"].type, GraphQLNonNull)
