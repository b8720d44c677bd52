"""Exact's literals, values and envelopes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.exact.odata import (
    any_guid,
    expanded,
    guid_literal,
    int64_literal,
    read_decimal,
    read_flag,
    read_guid,
    read_instant,
    read_int,
    read_text,
    text_literal,
    unwrap,
    wire_date,
)
from hub.adapters.exact.sync import SyncCursor
from hub.outcome import Rejected

GUID = "0c2f8a7e-5e1b-4d53-9a3e-6c1d2b7f4e90"


@given(st.text())
def test_a_quoted_string_reads_back_as_itself_and_ends_where_it_should(value: str) -> None:
    literal = text_literal(value)
    inner = literal[1:-1]
    assert literal[0] == literal[-1] == "'"
    assert inner.replace("''", "'") == value
    assert "'" not in inner.replace("''", "")


@given(st.uuids())
def test_a_guid_is_written_in_lower_case_with_its_type(value: UUID) -> None:
    assert guid_literal(str(value).upper()) == f"guid'{value}'"


@pytest.mark.parametrize("value", ["", "x", "0c2f8a7e", f"{GUID}' or 1 eq 1", "123456"])
def test_what_is_no_guid_never_reaches_a_query(value: str) -> None:
    with pytest.raises(Rejected) as caught:
        guid_literal(value)
    assert caught.value.code == "bad_id"


def test_filters_over_several_ids() -> None:
    assert any_guid("ID", [GUID, GUID]) == f"ID eq guid'{GUID}' or ID eq guid'{GUID}'"
    assert int64_literal(2**62) == "4611686018427387904L"


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_a_wire_date_reads_as_the_instant_it_was(instant: datetime) -> None:
    milliseconds = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    read = read_instant(f"/Date({milliseconds})/")
    assert read is not None
    assert abs(read - instant) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "value", [None, "", 5, "2026-01-31T00:00:00", "/Date()/", "/Date(1e5)/", "/Date(99999999999999999)/"]
)
def test_what_is_no_wire_date_reads_as_none(value: object) -> None:
    assert read_instant(value) is None


def test_a_wire_dates_offset_suffix_is_ignored() -> None:
    assert read_instant("/Date(1731320070997+0100)/") == read_instant("/Date(1731320070997)/")


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.integers(-12, 14),
)
def test_dates_are_sent_as_the_calendar_date_of_the_zone_without_an_offset(instant: datetime, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    sent = datetime.fromisoformat(wire_date(instant, zone))
    assert sent.tzinfo is None
    assert sent.date() == instant.astimezone(zone).date()
    assert (sent.hour, sent.minute, sent.second) == (0, 0, 0)


def test_values_are_read_leniently() -> None:
    row = {
        "Code": "                10",
        "Hid": "4611686018427387904",
        "Rate": Decimal("0.21"),
        "Null": None,
        "Main": 1,
        "Flag": True,
        "Id": GUID.upper(),
    }
    assert read_text(row, "Code") == "10"
    assert read_text(row, "Null") == read_text(row, "Absent") == ""
    assert read_int(row, "Hid") == 2**62
    assert read_decimal(row, "Rate") == Decimal("0.21")
    assert read_decimal(row, "Null") is None
    assert read_decimal({"x": "NaN"}, "x") is None
    assert read_decimal({"x": True}, "x") is None
    assert read_flag(row, "Main")
    assert read_flag(row, "Flag")
    assert not read_flag(row, "Null")
    assert read_guid(row, "Id") == GUID
    assert read_guid(row, "Null") is None


@pytest.mark.parametrize(
    ("answer", "rows", "following"),
    [
        ({"d": {"results": [{"a": 1}], "__next": "https://x/y?z"}}, 1, "https://x/y?z"),
        ({"d": {"results": []}}, 0, None),
        ({"d": [{"a": 1}, {"a": 2}]}, 2, None),
        ({"d": {"a": 1}}, 1, None),
    ],
)
def test_every_envelope_is_understood(answer: object, rows: int, following: str | None) -> None:
    envelope = unwrap(answer)
    assert len(envelope.rows) == rows
    assert envelope.next_url == following


@pytest.mark.parametrize("answer", [None, [], {}, {"d": None}, {"d": "x"}, {"d": [1]}, {"d": {"results": ["x"]}}])
def test_what_is_no_envelope_is_refused(answer: object) -> None:
    with pytest.raises(Rejected):
        unwrap(answer)


def test_an_expanded_collection_counts_only_when_it_is_whole() -> None:
    assert expanded({"L": {"results": [{"a": 1}]}}, "L") == ({"a": 1},)
    assert expanded({"L": []}, "L") == ()
    assert expanded({"L": {"results": [{"a": 1}], "__next": "u"}}, "L") is None
    assert expanded({"L": {"__deferred": {"uri": "u"}}}, "L") is None
    assert expanded({}, "L") is None


VERSIONS = st.integers(1, 2**63 - 1)


@given(VERSIONS, VERSIONS, st.none() | st.text(), st.lists(VERSIONS).map(tuple))
def test_a_cursor_survives_being_stored(after: int, seen: int, following: str | None, known: tuple[int, ...]) -> None:
    cursor = SyncCursor(after, seen, following, known)
    assert SyncCursor.read(cursor.write()) == cursor


@pytest.mark.parametrize(
    "text", ["", "x", "5", "[]", "[1,2]", '["a",1,null]', "[1,2,3]", '[1,2,null,["a"]]', "[1,2,null,3]"]
)
def test_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Rejected):
        SyncCursor.read(text)
