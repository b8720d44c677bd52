"""What is to be tortured, for how long, and how."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from demo.plan import Pace
from demo.plan import Plan as DemoPlan
from torture.schedule import Kind, ways_of

LEASE = 15.0
"""Seconds: the hub's own default. A shorter one is lost by slowness where the machine is shared with much else."""
NODES_ON_POSTGRES = 3
PACE = Pace(sale=3.0, desk=4.0, delivery=1.0, by_hand=15.0, sweep=8.0, check=60.0, gather=1.0, follow=1.0)
SETTINGS: Mapping[str, str] = {
    "HUB_LEASE_SECONDS": f"{LEASE:g}",
    "HUB_POLL_SECONDS": "1",
    "HUB_SETTLE_SECONDS": "3",
}


_SINGLE = tuple(
    f"{kind}:{way}"
    for kind in Kind
    for way in dict.fromkeys(ways_of(kind, sqlite=True, nodes=2) + ways_of(kind, sqlite=False, nodes=2))
)


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
    faults: Sequence[str] = tuple(Kind)
    """Kinds, or single ways such as ``term:all``."""

    @property
    def nodes(self) -> int:
        return 1 if self.store is Store.SQLITE else NODES_ON_POSTGRES

    def __post_init__(self) -> None:
        """Refuse, with ValueError, faults none of which this database can suffer."""
        if not self.ways:
            raise ValueError(f"none of {', '.join(self.faults)} can be done to {self.store} on {self.nodes} node(s)")

    @property
    def ways(self) -> Mapping[Kind, Sequence[str]]:
        """Return what is attacked, and how."""
        ways: dict[Kind, list[str]] = {}
        for kind in Kind:
            possible = ways_of(kind, sqlite=self.store is Store.SQLITE, nodes=self.nodes)
            if chosen := [way for way in possible if kind in self.faults or f"{kind}:{way}" in self.faults]:
                ways[kind] = chosen
        return ways

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


def plans_for(chosen: Chosen, minutes: float, seed: int, faults: Sequence[str]) -> list[Plan]:
    """Return one plan for each chosen database; ValueError where one can suffer none of the faults."""
    return [Plan(store, minutes, seed, faults) for store in chosen.stores]


def read_faults(text: str) -> tuple[str, ...]:
    """Read a list with commas, such as ``kill,network:database-drop``; ValueError for one that does not exist."""
    faults = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    for fault in faults:
        if fault not in tuple(Kind) + _SINGLE:
            raise ValueError(f"'{fault}' is no fault; choose of {', '.join(Kind)}, or singly of {', '.join(_SINGLE)}")
    if not faults:
        raise ValueError(f"no fault is chosen; choose of {', '.join(Kind)}")
    return faults
