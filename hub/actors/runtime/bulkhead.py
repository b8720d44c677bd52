"""Where errors stop: the one place in the hub that catches every one of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from hub.actors.runtime.turn import Actor, Turn
from hub.outcome import Outcome, Rejected, Throttled, Unauthorized, Unavailable

SEVERITY = (Unauthorized, Throttled, Unavailable, Rejected)


async def caught(call: Callable[[], Awaitable[object]]) -> Exception | None:
    """Run something that belongs to one actor and return what it raised, so that its siblings never notice."""
    try:
        await call()
    except Exception as error:  # noqa: BLE001
        return error
    return None


async def spoken(actor: Actor, turn: Turn) -> Outcome | None:
    """Let the actor handle its turn and return the word it ended with; of several, the one that stops most."""
    try:
        await actor.handle(turn)
    except Outcome as outcome:
        return outcome
    except ExceptionGroup as group:
        word = word_of(group)
        if word is None:
            raise
        return word
    return None


def word_of(error: BaseException) -> Outcome | None:
    """Return the outcome that an error means, where it means nothing else."""
    found = leaves(error)
    words = [one for one in found if isinstance(one, Outcome)]
    return min(words, key=severity) if len(words) == len(found) else None


def severity(outcome: Outcome) -> int:
    return next((place for place, kind in enumerate(SEVERITY) if isinstance(outcome, kind)), len(SEVERITY))


def leaves(error: BaseException) -> list[BaseException]:
    """Return the errors in a group, however deep, or the error itself."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for one in error.exceptions for leaf in leaves(one)]
    return [error]
