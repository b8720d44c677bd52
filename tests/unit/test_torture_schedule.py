"""Attacks are drawn from a seed, none is left out, and impossible wishes are refused in words."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from torture.plan import Chosen, Plan, Store, plans_for, read_faults
from torture.schedule import HOLDS, Attack, Kind, draw, ways_of
from torture.skew import SkewedClock, read_skew, set_skew

LEASE = 6.0


def some(seed: int, count: int, *, sqlite: bool = False) -> list[Attack]:
    plan = Plan(Store.SQLITE if sqlite else Store.POSTGRESQL)
    return list(islice(draw(seed, plan.ways, nodes=plan.nodes, lease=LEASE), count))


def test_the_same_seed_brings_the_same_attacks_and_another_one_others() -> None:
    assert some(5, 30) == some(5, 30)
    assert some(5, 30) != some(6, 30)


def test_every_kind_comes_once_before_any_comes_again() -> None:
    attacks = some(3, 3 * len(Kind))
    for start in range(0, len(attacks), len(Kind)):
        assert {attack.kind for attack in attacks[start : start + len(Kind)]} == set(Kind)


@pytest.mark.parametrize("sqlite", [True, False])
def test_every_way_comes_in_its_turn(sqlite: bool) -> None:
    nodes = 1 if sqlite else 3
    seen = {attack.name for attack in some(1, 20 * len(Kind), sqlite=sqlite)}
    assert seen == {f"{kind}:{way}" for kind in Kind for way in ways_of(kind, sqlite=sqlite, nodes=nodes)}


def test_a_frozen_node_stays_so_for_longer_than_its_lease() -> None:
    frozen = [attack for attack in some(2, 70) if attack.kind is Kind.STOP]
    assert all(attack.hold > LEASE for attack in frozen)
    others = [attack for attack in some(2, 70) if attack.kind is not Kind.STOP]
    assert all(HOLDS[one.kind][0] <= one.hold <= HOLDS[one.kind][1] for one in others)


def test_a_clock_is_wrong_in_the_direction_that_the_attack_is_named_for() -> None:
    for attack in some(4, 70):
        assert (attack.step > 0, attack.step < 0) == (attack.way == "ahead", attack.way == "behind")


def test_a_wrong_clock_is_set_while_it_runs_and_is_right_again_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    set_skew(file, 0.0)
    clock = SkewedClock(file)
    before = clock.now()
    set_skew(file, -3600.0)
    assert read_skew(file) == -3600.0
    assert 3500 < (before - clock.now()).total_seconds() <= 3600
    set_skew(file, 0.0)
    assert clock.now() >= before


def test_faults_are_read_from_a_list_and_unknown_ones_are_refused_with_those_there_are() -> None:
    assert read_faults("kill, network:database-drop,kill") == ("kill", "network:database-drop")
    for unknown in ("fire", "term:some", "kill:ahead"):
        with pytest.raises(ValueError, match=rf"'{unknown}'.*kill, stop, term.*term:all"):
            read_faults(f"kill,{unknown}")
    with pytest.raises(ValueError, match="no fault is chosen"):
        read_faults(" ,")


def test_a_single_way_comes_alone_and_a_whole_kind_in_every_way() -> None:
    assert Plan(Store.POSTGRESQL, faults=("term:all", "clock")).ways == {
        Kind.TERM: ["all"],
        Kind.CLOCK: ["ahead", "behind"],
    }


def test_what_a_database_cannot_suffer_is_left_out_there_and_refused_where_nothing_is_left() -> None:
    both = plans_for(Chosen.BOTH, 1.0, 7, ("network:database-stall", "kill"))
    assert [list(plan.ways) for plan in both] == [[Kind.KILL], [Kind.KILL, Kind.NETWORK]]
    with pytest.raises(ValueError, match="none of network:database-stall can be done to sqlite"):
        plans_for(Chosen.BOTH, 1.0, 7, ("network:database-stall",))


def test_sqlite_has_one_node_and_postgresql_three() -> None:
    assert Chosen.BOTH.stores == (Store.SQLITE, Store.POSTGRESQL)
    assert [Plan(store).nodes for store in Chosen.BOTH.stores] == [1, 3]
    assert [Plan(store).demo("sqlite:///x").problem() for store in Chosen.SQLITE.stores] == [None]
