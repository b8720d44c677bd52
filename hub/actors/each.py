"""Several messages of one turn side by side, each with an outcome of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import anyio

from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.outcome import Rejected, Throttled, Unauthorized, Unavailable

AT_ONCE = 4


async def for_each(
    turn: Turn,
    envelopes: Sequence[Envelope],
    handle: Callable[[Turn, Envelope], Awaitable[None]],
    at_once: int = AT_ONCE,
) -> None:
    """Handle messages concurrently; a message that must wait or is refused does not touch its neighbours.

    A handler gathers its writes at its end, without a pause between them, so that they are kept or dropped together.
    Raises Unauthorized after the others ended, for then the whole actor must stop.
    """

    async def whole(turn: Turn, envelope: Envelope) -> None:
        await handle(turn, envelope)
        turn.done(envelope)

    await begin_each(turn, envelopes, whole, at_once)


async def begin_each(
    turn: Turn,
    envelopes: Sequence[Envelope],
    handle: Callable[[Turn, Envelope], Awaitable[None]],
    at_once: int = AT_ONCE,
) -> None:
    """Do as ``for_each`` does, but leave it to ``handle`` to settle a message as done, or to leave it open."""
    stops: list[Unauthorized] = []
    limit = anyio.Semaphore(at_once)

    async def one(envelope: Envelope) -> None:
        async with limit:
            try:
                await handle(turn, envelope)
            except (Throttled, Unavailable) as wait:
                turn.retry(envelope, wait)
            except Rejected as refusal:
                turn.reject(envelope, refusal)
            except Unauthorized as stop:
                stops.append(stop)
                turn.retry(envelope, Unavailable(stop.reason))

    async with anyio.create_task_group() as tasks:
        for envelope in envelopes:
            tasks.start_soon(one, envelope)
    if stops:
        raise stops[0]
