"""Reads leave each other more time while a burst lasts, and none of it to a day's single changes."""

from __future__ import annotations

from hub.domain.pacing import BURST, widened


def test_reads_of_a_burst_double_their_distance_up_to_the_longest() -> None:
    spacing, seen = 1.0, []
    for _ in range(4):
        spacing = widened(spacing, BURST, 1.0, 5.0)
        seen.append(spacing)
    assert seen == [2.0, 4.0, 5.0, 5.0]


def test_few_changes_are_read_as_soon_as_ever() -> None:
    assert widened(5.0, BURST - 1, 1.0, 5.0) == 1.0


def test_a_longest_distance_below_the_shortest_widens_nothing() -> None:
    assert widened(2.0, BURST, 2.0, 1.0) == 2.0
