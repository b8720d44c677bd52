"""Asking how asynchronous writes ended, with a second look where a refusal may only mean that it was done before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from hub.adapters.port import Channel, Refused, WriteResult


class InProcess(Protocol):
    """Something that the channel still works on, by its process id."""

    @property
    def process_id(self) -> str | None: ...


One = TypeVar("One", bound=InProcess)


async def ends_of(
    channel: Channel, pending: Sequence[One], second_opinion: Callable[[One], Awaitable[dict[str, WriteResult]]]
) -> dict[str, WriteResult]:
    """Return what the channel says of each, by process id; a second opinion replaces a refusal."""
    answers = await channel.follow([one.process_id for one in pending if one.process_id])
    for one in [one for one in pending if isinstance(answers.get(one.process_id or ""), Refused)]:
        answers |= await second_opinion(one)
    return answers
