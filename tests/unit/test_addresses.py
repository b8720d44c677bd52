"""Street lines are taken apart as a person would, or doubted; what was written is never lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.addressing import parse_line
from hub.domain.addressing.parts import words

GOLDEN = Path(__file__).parent / "golden" / "addresses"
COLUMNS = 6
WORDS_FOR_NUMBER = {"nr", "no", "n", "num"}
"""What only says that a number follows."""


def cases() -> Iterator[tuple[str, str, list[str]]]:
    """Yield country, raw line and the other columns of every case."""
    for file in sorted(GOLDEN.glob("*.txt")):
        for row in file.read_text().splitlines():
            if row and not row.startswith("#"):
                raw, *expected = [cell.strip() for cell in row.split("|")]
                yield file.stem.upper(), raw, expected


CASES = list(cases())


def told(line: str) -> list[str]:
    """Return the words of a line in their order, but for those that only announce a number."""
    return [word for word in words(line) if word not in WORDS_FOR_NUMBER]


def test_there_are_enough_cases_and_none_twice() -> None:
    assert len(CASES) >= 200
    assert len({(country, raw) for country, raw, _ in CASES}) == len(CASES)
    assert {len(expected) for _, _, expected in CASES} == {COLUMNS - 1}


@pytest.mark.parametrize(("country", "raw", "expected"), CASES, ids=[f"{one[0]}: {one[1]}" for one in CASES])
def test_a_line_is_read_as_a_person_reads_it(country: str, raw: str, expected: list[str]) -> None:
    line = parse_line(raw, country)
    parts = line.parts
    read = [parts.street, parts.house_number or "", parts.extension or "", parts.box or ""]
    assert [*read, " ".join(doubt.value for doubt in line.doubts)] == expected
    assert line.raw == raw
    assert line.sure is (expected[-1] == "")


letters = st.text("abcdefghijklmnoprstuvwzéßü", min_size=1, max_size=12)
lines = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.one_of(
            letters,
            st.integers(0, 3000).map(str),
            st.sampled_from(
                [",", "-", "/", "bus 3", "bis", "2e", "17. Juni", "bte 4", "rue", "Plein", "1944", "A", "t.a.v."]
            ),
        ),
        max_size=8,
    ).map(" ".join),
)


@given(lines, st.sampled_from(["NL", "BE", "DE", "FR"]))
def test_no_word_of_a_line_is_lost_in_a_sure_reading(raw: str, country: str) -> None:
    line = parse_line(raw, country)
    assert line.raw == raw
    if line.sure:
        assert told(line.composed) == told(raw)
        assert line.parts.street


@pytest.mark.parametrize(("country", "raw"), [one[:2] for one in CASES])
def test_the_words_of_a_sure_case_come_back_in_their_order(country: str, raw: str) -> None:
    line = parse_line(raw, country)
    assert not line.sure or told(line.composed) == told(raw)


def test_what_is_too_long_for_a_street_line_is_doubted_at_once() -> None:
    line = parse_line("12 rue " + "A 1, " * 20_000, "FR")
    assert [doubt.value for doubt in line.doubts] == ["several_lines"]


@given(letters, st.integers(1, 999), st.sampled_from(["NL", "BE", "DE"]))
def test_a_plain_street_and_number_are_always_told_apart(name: str, number: int, country: str) -> None:
    line = parse_line(f"{name.title()}straat {number}", country)
    assert line.sure
    assert (line.parts.street, line.parts.house_number) == (f"{name.title()}straat", str(number))
