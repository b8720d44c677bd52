"""A field that ends in ``connect`` decides by its arguments, the tenant and the role: its list may be read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from graphql import GraphQLField, get_named_type

from hub.domain.tenant import Role
from hub.graphql import query
from hub.graphql.connection import connect
from hub.graphql.context import ApiContext, GraphQLDependencies
from hub.graphql.schema import make_schema
from hub.store.engine import Database
from tests.api.caller import global_id
from tests.api.house import House
from tests.api.values import sample

WINDOW = {"first", "last", "after", "before"}


@dataclass(frozen=True, slots=True)
class Bearer:
    """All that a field may know of who asks."""

    tenant_id: str
    role: Role


class Closed:
    """What a field may not look at before its statement is made."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, asked: str) -> Any:
        raise AssertionError(f"a list decides by {self._name}.{asked}")


def one_id(name: str) -> str:
    """Return an id that fits an argument such as ``channelId``."""
    return global_id(name.removesuffix("Id").capitalize(), "shop")


def calls() -> Iterator[tuple[str, str]]:
    """Yield each list of ``Query`` by name, asked without arguments and with all of them."""
    root: Any = make_schema()._schema.query_type
    fields: dict[str, GraphQLField] = root.fields
    for name, field in fields.items():
        if "nodes" in getattr(get_named_type(field.type), "fields", ()):
            others = {one: argument.type for one, argument in field.args.items() if one not in WINDOW}
            given = ", ".join(f"{one}: {sample(kind, one_id, one, whole=True)}" for one, kind in others.items())
            yield name, ""
            if given:
                yield name, f"({given})"


@pytest.fixture
def database(embedded: Database) -> Database:
    """One kind of database is enough here."""
    return embedded


async def test_a_list_decides_by_its_arguments_the_tenant_and_the_role_alone(
    house: House, needs: GraphQLDependencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut: Any = {one: Closed(one) for one in ("database", "clock", "vault", "announcer")}
    who: Any = Bearer(house.tenant_id, Role.ADMIN)
    read: list[str] = []

    async def read_it(info: Any, *given: Any) -> Any:
        read.append(info.field_name)
        info.context.needs = needs
        return await connect(info, *given)

    monkeypatch.setattr(query, "connect", read_it)
    asked = list(calls())
    for name, arguments in asked:
        context = ApiContext(replace(needs, **shut), who)
        answer = await make_schema().execute(f"{{ {name}{arguments} {{ nodes {{ id }} }} }}", context_value=context)
        assert not answer.errors, (name, arguments)
    assert read == [name for name, _ in asked]
    assert len(set(read)) > 10
