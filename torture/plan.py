"""What is to be tortured, for how long, and how."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from demo.plan import Pace
from demo.plan import Plan as DemoPlan
from torture.schedule import Kind

LEASE = 15.0
"""Seconds: the hub's own default. A shorter one is lost by slowness where the machine is shared with much else."""
NODES_ON_POSTGRES = 3
PACE = Pace(sale=3.0, desk=4.0, delivery=1.0, by_hand=15.0, sweep=8.0, check=60.0, gather=1.0, follow=1.0)
SETTINGS: Mapping[str, str] = {
    "HUB_LEASE_SECONDS": f"{LEASE:g}",
    "HUB_POLL_SECONDS": "1",
    "HUB_SETTLE_SECONDS": "3",
}


class Store(StrEnum):
    """A database that the hub runs on."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Chosen(StrEnum):
    """What the command line offers."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    BOTH = "both"

    @property
    def stores(self) -> tuple[Store, ...]:
        return tuple(Store) if self is Chosen.BOTH else (Store(self.value),)


@dataclass(frozen=True, slots=True)
class Plan:
    """One run on one database: SQLite with one node, PostgreSQL with three."""

    store: Store
    minutes: float = 10.0
    seed: int = 7
    kinds: Sequence[Kind] = tuple(Kind)

    @property
    def nodes(self) -> int:
        return 1 if self.store is Store.SQLITE else NODES_ON_POSTGRES

    def demo(self, database: str) -> DemoPlan:
        """Return the plan of the day that goes on meanwhile."""
        return TorturedDay(
            for_seconds=self.minutes * 60,
            seed=self.seed,
            nodes=self.nodes,
            database=database,
            program=(sys.executable, "main.py"),
            settings=SETTINGS,
        )


class TorturedDay(DemoPlan):
    """A busy day, a little calmer than the demo's, for it is a long one."""

    @property
    def pace(self) -> Pace:
        return PACE


def read_kinds(text: str) -> tuple[Kind, ...]:
    """Read a list with commas, such as ``kill,network``; ValueError with a sentence for one that does not exist."""
    known = ", ".join(Kind)
    try:
        kinds = tuple(dict.fromkeys(Kind(word.strip()) for word in text.split(",") if word.strip()))
    except ValueError as error:
        raise ValueError(f"{error}; choose of {known}") from None
    if not kinds:
        raise ValueError(f"no fault is chosen; choose of {known}")
    return kinds
