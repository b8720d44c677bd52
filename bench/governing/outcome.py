"""How a day went, as the simulated Exact and the simulated channels saw it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.sandbox.exact.limits import DAY, Limits
from hub.sandbox.exact.office import MAIN_DIVISION
from hub.sandbox.ledger import Free, Shown

LANES = {
    "salesorder/salesorders": "orders",
    "salesorder/salesorderlines": "orders",
    "crm/accounts": "orders",
    "sync/inventory/stockpositions": "stock",
    "sync/deleted": "stock",
    "system/divisions": "stock",
    "sync/salesorder/goodsdeliveries": "tracking",
    "sync/salesorder/goodsdeliverylines": "tracking",
    "salesorder/goodsdeliveries": "tracking",
    "salesorder/goodsdeliverylines": "tracking",
}
"""Which lane an endpoint is mostly called for; all else is catalogue and chores."""


@dataclass
class Tally:
    """What Exact was asked, and what it refused; moments are seconds of the day."""

    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    blocked: list[float] = field(default_factory=list)
    exhausted_at: float | None = None

    def note(self, limits: Limits, path: str, status: int | None, at: float) -> None:
        """Note one answered call; ``path`` begins behind the division."""
        self.calls[LANES.get(path.partition("(")[0].partition("?")[0].lower(), "catalogue")] += 1
        self.statuses[status or 0] += 1
        if blocks(limits) > len(self.blocked):
            self.blocked.append(at)
        if self.exhausted_at is None and left(limits) == 0:
            self.exhausted_at = at


def blocks(limits: Limits) -> int:
    """Return how often the error rule has shut an endpoint."""
    return sum(one.blocks for one in limits._offences.values())


def left(limits: Limits) -> int:
    """Return the calls that the main division has left today."""
    return int(limits.headers(MAIN_DIVISION)["X-RateLimit-Remaining"])


def spend(limits: Limits, calls: int) -> None:
    """Let so many calls of the day be gone."""
    limits._window(MAIN_DIVISION, DAY).used = calls


@dataclass(frozen=True)
class Outcome:
    """The figures of a day: of the hub's, or of the client's that nobody governs (whose later fields stay empty).

    Seconds everywhere; ``waits`` from payment to the sales order in Exact, ``ages`` from a change of FreeStock in Exact
    to every channel that shows it.
    """

    orders: int
    posted: int
    poisoned: int
    calls: dict[str, int]
    statuses: dict[int, int]
    blocked: list[float]
    exhausted_at: float | None
    left: int
    waits: list[float]
    held: dict[str, int] = field(default_factory=dict)
    ages: list[float] = field(default_factory=list)
    unseen: int = 0
    hub_says: dict[str, Any] = field(default_factory=dict)
    cpu: float = 0.0


def ages(free: Sequence[Free], shown: Sequence[Shown], channel: str, sku: str, since: datetime) -> list[float | None]:
    """Return how long each change of FreeStock took to be shown, None where it never was.

    A change that another one overtook counts until the channel shows what is right again.
    """
    moves = [one for one in free if one.sku == sku]
    shows = [one for one in shown if one.sku == sku and one.channel == channel]
    right = _right_moments(moves, shows)
    found: list[float | None] = []
    for move in moves:
        if move.at >= since:
            place = bisect_left(right, move.at)
            found.append((right[place] - move.at).total_seconds() if place < len(right) else None)
    return found


def _right_moments(moves: Sequence[Free], shows: Sequence[Shown]) -> list[datetime]:
    """Return the moments at which a channel came to show what Exact says."""
    steps = sorted([(one.at, 0, int(one.quantity)) for one in moves] + [(one.at, 1, one.quantity) for one in shows])
    truth: int | None = None
    displayed: int | None = None
    right = []
    for at, is_shown, quantity in steps:
        if is_shown:
            displayed = quantity
        else:
            truth = quantity
        if truth is not None and max(truth, 0) == displayed:
            right.append(at)
    return right
