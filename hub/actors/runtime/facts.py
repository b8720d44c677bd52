"""What happened to actors, told within the transaction in which it became true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from hub.actors.runtime.address import Address
from hub.store.engine import Work


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn was committed: ``outcome`` is ``done`` or the word it raised.

    ``took`` is the turn's own time and ``waited`` the age of its oldest change when it began, in seconds.
    """

    address: Address
    lane: str
    outcome: str
    messages: int
    took: float
    waited: float


@dataclass(frozen=True, slots=True)
class LaneThrottled:
    """A lane waits until an instant (UTC) because its platform asked for it."""

    address: Address
    lane: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class MessageParked:
    """A message waits for a person."""

    address: Address
    lane: str
    parked_id: str
    kind: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActorSuspended:
    """An actor stopped until its credentials change."""

    address: Address
    reason: str


@dataclass(frozen=True, slots=True)
class ActorCrashed:
    """An actor met a bug and starts anew; ``reason`` names the error and its place, never its data."""

    address: Address
    lane: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class ActorQuarantined:
    """An actor crashed too often and stays out until an instant (UTC)."""

    address: Address
    until: datetime
    reason: str


Fact: TypeAlias = TurnEnded | LaneThrottled | MessageParked | ActorSuspended | ActorCrashed | ActorQuarantined


class Listener(Protocol):
    """Is told facts within the transaction that makes them true; it may write there, and may be called again."""

    async def __call__(self, work: Work, fact: Fact) -> None: ...


async def nobody_listens(work: Work, fact: Fact) -> None:
    """Take no notice."""
