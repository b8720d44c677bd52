"""What happens on the day, drawn from a seed: the same for the hub and for the client without a governor."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from hub.sandbox.catalogue import make_catalogue

HOURS = (1, 1, 1, 1, 2, 4, 10, 16, 20, 22, 22, 24, 26, 24, 24, 26, 30, 36, 50, 60, 52, 30, 12, 4)
"""How many orders come in each hour of the day (UTC), in proportion: a third of all in the three hours of evening."""

CHANNELS = ("woocommerce", "generic")
REFUSED = 2
"""Goods that Exact takes no order for, although its lists show nothing wrong."""
MOVED = 24
"""Goods that the desk alone moves, so that what channels should show is what Exact says."""
BAD_BATCH = 0.4
"""The part of the poisoned orders that come within the bad half hour; the rest come with the others."""

Kind = Literal["order", "poison", "move", "deliver", "price", "desk"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody does ``at`` so many seconds after the day began."""

    at: float
    number: int
    kind: Kind
    channel: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Day:
    """How much happens between ``begins`` (UTC) and the end, ``seconds`` later.

    ``spent`` calls of the day's ``limit`` are gone when it begins. ``bad_at`` is when the bad half hour begins, and
    ``down`` when the node with the division's actor dies, and for how long; seconds after the beginning.
    """

    seed: int
    begins: datetime
    seconds: float
    orders: int
    poisoned: int
    moves: int
    deliveries: int
    prices: int
    desk: int
    bad_at: float
    down: tuple[float, float]
    goods: int = 120
    limit: int = 5000
    spent: int = 0

    @property
    def skus(self) -> list[str]:
        """Return the goods in both shops: those that are refused, those that the desk moves, then what buyers buy."""
        return [good.sku for good in make_catalogue(self.goods // 2, self.seed)]

    @property
    def refused(self) -> list[str]:
        return self.skus[:REFUSED]

    @property
    def moved(self) -> list[str]:
        return self.skus[REFUSED : REFUSED + MOVED]

    @property
    def bought(self) -> list[str]:
        return self.skus[REFUSED + MOVED :]

    def events(self) -> list[Event]:
        """Return everything that happens, in order."""
        chance = Random(f"day/{self.seed}")
        return list(heapq.merge(*(sorted(each, key=_when) for each in self._kinds(chance)), key=_when))

    def _kinds(self, chance: Random) -> Iterator[list[Event]]:
        bad = round(self.poisoned * BAD_BATCH)
        yield [
            self._event(chance, self._moment(chance), "order", self.bought) for _ in range(self.orders - self.poisoned)
        ]
        yield [self._event(chance, self.bad_at + chance.uniform(0, 1800), "poison", self.refused) for _ in range(bad)]
        yield [self._event(chance, self._moment(chance), "poison", self.refused) for _ in range(self.poisoned - bad)]
        counts: tuple[tuple[Kind, int, list[str]], ...] = (
            ("move", self.moves, self.moved),
            ("deliver", self.deliveries, self.bought),
            ("price", self.prices, self.bought),
            ("desk", self.desk, self.bought),
        )
        for kind, count, skus in counts:
            yield [self._event(chance, chance.uniform(0, self.seconds), kind, skus) for _ in range(count)]

    def _moment(self, chance: Random) -> float:
        """Draw a moment of the day that suits a buyer."""
        first = self.begins.hour
        hours = [HOURS[(first + hour) % 24] for hour in range(max(1, int(self.seconds // 3600)))]
        (hour,) = chance.choices(range(len(hours)), hours)
        return (hour + chance.random()) * min(3600.0, self.seconds)

    def _event(self, chance: Random, at: float, kind: Kind, skus: list[str]) -> Event:
        quantity = chance.choice((-3, -2, -1, 1, 2, 3, 4)) if kind == "move" else chance.choice((1, 1, 2))
        return Event(at, chance.randrange(10**9), kind, chance.choice(CHANNELS), chance.choice(skus), quantity)

    def hour(self, at: float) -> datetime:
        """Return the moment (UTC) that lies so many seconds after the beginning."""
        return self.begins + timedelta(seconds=at)


def _when(event: Event) -> float:
    return event.at


MIDNIGHT = datetime.fromisoformat("2026-11-24T00:00:00+00:00")
FULL_DAY = Day(
    7, MIDNIGHT, 86_400.0, orders=2_000, poisoned=20, moves=2_880, deliveries=400, prices=200, desk=100,
    bad_at=10 * 3600.0, down=(10 * 3600.0 + 600, 1_200.0),
)  # fmt: skip
EVENING = Day(
    7, datetime.fromisoformat("2026-11-24T22:00:00+00:00"), 7_200.0, orders=100, poisoned=4, moves=160, deliveries=10,
    prices=5, desk=5, bad_at=0.0, down=(1_500.0, 300.0), spent=4_620,
)  # fmt: skip
