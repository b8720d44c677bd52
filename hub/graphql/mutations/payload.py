"""What every change answers with: the thing as it is now, or what to correct."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry

from hub.actors.commands import CommandRefused
from hub.graphql.context import Info
from hub.store.engine import Work

T = TypeVar("T")


@strawberry.type(description="Why the input cannot be taken; nothing was changed.")
class UserError:
    field: list[str] = strawberry.field(description="The path of what to correct, from the input on.")
    code: str = strawberry.field(description="A stable word for programs.")
    message: str = strawberry.field(description="A sentence for a person.")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a command returned, or why it refused."""

    value: T | None
    user_errors: list[UserError]

    @property
    def done(self) -> bool:
        """Whether the command was carried out."""
        return not self.user_errors


async def carry_out(info: Info, command: Callable[..., Awaitable[T]], *arguments: Any) -> Answer[T]:
    """Run ``command(work, who, now, *arguments)`` in one durable unit of work."""
    context = info.context

    async def run(work: Work) -> T:
        return await command(work, context.who, context.now, *arguments)

    try:
        return Answer(await context.needs.database.write(run), [])
    except CommandRefused as refusal:
        error = UserError(field=list(refusal.field), code=refusal.code, message=refusal.message)
        return Answer(None, [error])
