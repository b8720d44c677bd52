"""Declaring fields and streams, in a way that type checkers see through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import strawberry

from hub.graphql.permissions import Needs

F = TypeVar("F", bound=Callable[..., Any])


def shown(description: str, *, needs: Sequence[type[Needs]] = ()) -> Callable[[F], F]:
    """Declare a method as a field; ``needs`` are the roles it asks for."""
    declared: Callable[[F], F] = strawberry.field(description=description, permission_classes=list(needs))
    return declared


def streamed(description: str) -> Callable[[F], F]:
    """Declare an async generator as a subscription."""
    declared: Callable[[F], F] = strawberry.subscription(description=description)
    return declared
