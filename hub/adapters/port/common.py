"""What ERP and channels have in common: pages, meters, subscriptions to webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows and where to go on: ``cursor`` is stored after the rows were; ``more`` says read on now.

    The rows are as they were at ``as_of`` or later (UTC); None where the answer was made when it was asked for.
    One that does not follow on the cursor may leave out what changed: ask whether cursors are void.
    """

    rows: tuple[T, ...]
    cursor: str | None
    more: bool = False
    as_of: datetime | None = None
    follows: bool = True


ERRORS = "errors "
"""What the name of a meter of client errors begins with; the endpoint follows."""

LANE = "lane "
"""What the name of a meter of one lane's calls begins with; the lane follows."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A budget as the platform's own headers last told it; ``resets_at`` is UTC, None means unknown.

    ``per_hour`` is the pace at which it was spent lately, None where that is not known or not worth telling.
    ``refused_at`` tells of client errors when each came (UTC, oldest first), nothing where that is not known.
    """

    name: str
    limit: int | None
    remaining: int | None
    resets_at: datetime | None
    per_hour: float | None = None
    refused_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class HookSubscription:
    """A webhook subscription as the platform lists it."""

    topic: str
    external_id: str
    callback: str
    active: bool = True
