"""State machines as tables: what may follow what, by which event, and where a person presses a button."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


class NotPossible(Exception):
    """The event does not fit the state; the message says what does."""


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """From one state to another by an event; ``button`` is the GraphQL mutation where a person decides it."""

    before: S
    event: str
    after: S
    button: str | None = None


@dataclass(frozen=True, slots=True)
class Machine(Generic[S]):
    """The life of one kind of thing; the code asks this table, and ``docs/states.md`` is drawn from it."""

    name: str
    start: S
    moves: tuple[Move[S], ...]

    def after(self, before: S, event: str) -> S:
        """Return the state that an event leads to; raises NotPossible."""
        for move in self.moves:
            if move.before is before and move.event == event:
                return move.after
        known = sorted(move.event for move in self.moves if move.before is before)
        raise NotPossible(f"{self.name} is {before.value}: {event} is not possible, only {known or 'nothing'}.")

    def allows(self, before: S, event: str) -> bool:
        return any(move.before is before and move.event == event for move in self.moves)

    @property
    def ends(self) -> frozenset[S]:
        """States that nothing leads out of."""
        left = {move.before for move in self.moves}
        return frozenset(move.after for move in self.moves) - left

    def drawn(self) -> Iterator[str]:
        """Yield the lines of a Mermaid state diagram."""
        yield "stateDiagram-v2"
        yield f"    [*] --> {self.start.value}"
        for move in self.moves:
            button = f" ({move.button})" if move.button else ""
            yield f"    {move.before.value} --> {move.after.value}: {move.event}{button}"
        yield from (f"    {end.value} --> [*]" for end in sorted(self.ends))
