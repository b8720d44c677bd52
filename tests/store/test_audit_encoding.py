"""The line that is hashed: different for different rows, the same from whichever database a row comes back."""

from __future__ import annotations

import hashlib
import json
import math
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.store.audit.encoding import ENCODING, FIELDS, GENESIS, canonical, digest_of, plain
from hub.store.engine import Database
from hub.store.tenants import Tenant
from tests.store.audit_stage import NOON, event, found, rows, told

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBER = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUE = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
DETAIL = st.dictionaries(TEXT, VALUE, max_size=4)
ROW = st.fixed_dictionaries(
    {name: st.none() | TEXT for name in FIELDS} | {"seq": st.integers(1, 2**62), "detail": DETAIL}
)
DIGEST = st.binary(min_size=32, max_size=32).map(bytes.hex)


def same(one: Any, other: Any) -> bool:
    """Say whether two values are the same to JSON: numbers by what they are worth, never a number and a truth."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return Decimal(repr(one)) == Decimal(repr(other))
    return bool(one == other)


@given(row=ROW, previous=DIGEST)
def test_the_line_tells_the_whole_row_so_that_no_two_rows_share_one(row: dict[str, Any], previous: str) -> None:
    version, before, *values = json.loads(canonical(row, previous))
    assert (version, before) == (ENCODING, previous)
    assert same(dict(zip(FIELDS, values, strict=True)), row)


@given(row=ROW, other=ROW, name=st.sampled_from(FIELDS), previous=DIGEST)
def test_rows_that_differ_in_one_column_have_different_digests(
    row: dict[str, Any], other: dict[str, Any], name: str, previous: str
) -> None:
    altered = row | {name: other[name]}
    assert (digest_of(altered, previous) == digest_of(row, previous)) is same(row[name], other[name])


@given(row=ROW, moved=TEXT)
def test_text_cannot_move_from_one_column_to_the_next(row: dict[str, Any], moved: str) -> None:
    one = row | {"message": (row["message"] or "") + moved, "trace_id": row["trace_id"] or ""}
    other = row | {"message": row["message"] or "", "trace_id": moved + (row["trace_id"] or "")}
    assert (canonical(one, GENESIS) == canonical(other, GENESIS)) is (moved == "")


def test_the_encoding_is_what_the_documentation_says() -> None:
    """Written out by hand: whoever changes this breaks every chain there is."""
    row = {
        "tenant_id": "acme", "seq": 7, "at": NOON, "kind": "channel.paused", "level": "info", "channel_id": "shop",
        "division": None, "subject_type": None, "subject_id": None, "message": 'Café "X"',
        "detail": {"b": 300.0, "a": [0.5, True, None, 10**15]}, "trace_id": None, "actor": "user:ops",
    }  # fmt: skip
    line = (
        '["handelhub-log/1","' + "0" * 64 + '","acme",7,"2026-11-23T12:00:00.000000Z","channel.paused","info",'
        '"shop",null,null,null,"Caf\\u00e9 \\"X\\"",{"a":[0.5,true,null,1000000000000000],"b":300},null,"user:ops"]'
    )
    assert canonical(plain(row), GENESIS) == line
    assert digest_of(plain(row), GENESIS) == hashlib.sha256(line.encode("ascii")).hexdigest()


STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
STORABLE_DETAIL = st.dictionaries(
    STORABLE,
    st.recursive(
        st.none() | st.booleans() | NUMBER | STORABLE | st.just(math.nan),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STORABLE, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(details=[{"far": 5.030984239156683e17, "near": 5e-324, "nothing": -0.0}], message="")
@given(details=st.lists(STORABLE_DETAIL, min_size=1, max_size=8), message=STORABLE)
async def test_whatever_is_told_holds_when_it_is_read_back(
    database: Database, acme: Tenant, details: list[dict[str, Any]], message: str
) -> None:
    begun = len(await rows(database))
    await told(database, *(event(1, detail=detail, message=message) for detail in details))
    assert await found(database, first=begun + 1) is None
