"""What can be left in a mailbox at the end of a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

Key: TypeAlias = tuple[str, str]
"""A tenant and an address as text."""


class Status(StrEnum):
    """Whether an actor works; whatever it is, mail is collected."""

    ACTIVE = "active"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    QUARANTINED = "quarantined"


class Fenced(Exception):
    """Somebody else owns the actor by now; nothing of this turn was or will be written."""


@dataclass(slots=True, eq=False)
class Post:
    """A message on its way into a lane; a ``stale`` one gives way to a message of its fold key that waits.

    ``body`` is its JSON text. ``revision`` counts the posts that it stands for; of several, the newest came at
    ``folded_at``. ``seq`` is the number that it took, where that is told when it is written, and ``is_new`` whether
    its row is surely its own, as it folded into none.
    """

    key: Key
    lane: str
    kind: str
    version: int
    body: str
    fold: str | None
    due_at: datetime
    posted_at: datetime
    traceparent: str | None
    dedupe: str | None = None
    stale: bool = False
    revision: int = 1
    folded_at: datetime | None = None
    seq: int | None = None
    is_new: bool = False

    @property
    def is_timer(self) -> bool:
        """Whether it was to wait when it was posted."""
        return self.due_at > self.posted_at


@dataclass(frozen=True, slots=True)
class Retry:
    """A handled message that comes again later, if no newer value has folded into it."""

    seq: int
    revision: int
    attempts: int
    crashes: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class LaneState:
    """What a lane remembers; ``attempts`` counts failed turns in a row."""

    state: bytes
    wait_until: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """How an actor fares after a crash or a lost grant."""

    status: Status
    reason: str
    crashes: list[float]
    restarts: int
    quarantines: int
    quarantine_until: datetime | None


@dataclass(slots=True)
class Settlement:
    """How a turn ended; it counts only for the owner of the epoch. ``status`` is the actor's, found on commit."""

    key: Key
    epoch: int
    lane: str
    done: list[tuple[int, int]] = field(default_factory=list)
    retried: list[Retry] = field(default_factory=list)
    parked: list[dict[str, Any]] = field(default_factory=list)
    memory: LaneState | None = None
    trouble: Trouble | None = None
    status: Status = Status.ACTIVE


@dataclass(frozen=True, slots=True)
class Release:
    """An owner lets go of an actor; anybody may claim it when its next mail is due."""

    key: Key
    epoch: int


@dataclass(frozen=True, slots=True)
class Steer:
    """A person or a change of credentials decides whether an actor works; ``fresh`` ends all waiting to try again."""

    key: Key
    status: Status
    at: datetime
    reason: str | None
    only_from: frozenset[Status]
    fresh: bool


Letter: TypeAlias = Post | Settlement | Release | Steer
L = TypeVar("L")


def chosen(letters: Sequence[Letter], kind: type[L]) -> list[L]:
    """Return the letters of one kind."""
    return [letter for letter in letters if isinstance(letter, kind)]
