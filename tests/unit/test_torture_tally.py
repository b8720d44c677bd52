"""Attacks are counted by kind, recoveries summed up, and what did not recover in time is named."""

from __future__ import annotations

import os

from torture import machine
from torture.recovery import Recovery, Tally
from torture.schedule import Attack, Kind


def attack(kind: Kind, way: str) -> Attack:
    return Attack(kind, way, 0, 1.0, 1.0)


def test_recoveries_are_told_by_kind_and_by_way_and_what_failed_stands_apart() -> None:
    tally = Tally()
    tally.note(attack(Kind.KILL, "one"), Recovery(2.0), landed=True)
    tally.note(attack(Kind.KILL, "all"), Recovery(4.0), landed=True)
    tally.note(attack(Kind.DISK, "full"), Recovery(180.0, frozenset({"hub-1 is not ready"})), landed=True)
    told = tally.told()
    assert told["attacks"] == {"kill": 2, "disk": 1}
    assert told["recovery_seconds"] == {"kill": {"count": 2, "median": 3.0, "worst": 4.0}}
    assert told["recovery_by_way"]["kill:all"] == {"count": 1, "median": 4.0, "worst": 4.0}
    assert told["unrecovered"] == ["disk:full: hub-1 is not ready"]
    assert tally.longest == 180.0


def test_an_attack_that_met_nothing_counts_for_nothing_and_is_named() -> None:
    tally = Tally()
    tally.note(attack(Kind.NETWORK, "doors-mid-answer"), Recovery(0.2), landed=False)
    told = tally.told()
    assert (told["attacks"], told["recovery_seconds"]) == ({}, {})
    assert told["missed"] == ["network:doors-mid-answer"]


def test_the_machine_is_told_with_the_part_of_the_time_that_a_process_waited_for_it() -> None:
    told = machine.told(os.getpid())
    assert told["cores"] == os.cpu_count()
    assert told["waited_for_a_core"] is None or 0 <= told["waited_for_a_core"] < 1
    assert machine.told(None)["waited_for_a_core"] is None
