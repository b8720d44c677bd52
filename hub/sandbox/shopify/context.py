"""What a running GraphQL operation carries with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from graphql import GraphQLResolveInfo

from hub.sandbox.shopify.apps import covers
from hub.sandbox.shopify.problems import Json


@dataclass
class Asking:
    """One operation: who asks, with which version, and what is told beside the data."""

    scopes: Collection[str]
    version: str
    pagination_limit: int
    bulk: bool = False
    searches: list[Json] = field(default_factory=list)

    @property
    def all_orders(self) -> bool:
        return covers(self.scopes, "read_all_orders")


Info: TypeAlias = GraphQLResolveInfo[Asking]


def iso(at: datetime | None) -> str | None:
    """An instant as GraphQL answers have it: UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def millis(at: datetime) -> int:
    """An instant as a sort value."""
    return int(at.timestamp() * 1_000_000)
