"""Reports over the API: the same amounts as in the books, and clear words for what cannot be asked."""

from __future__ import annotations

import pytest

from hub.domain.tenant import Role
from hub.store.engine import Database
from tests.api.caller import global_id
from tests.api.conftest import Calling
from tests.api.house import House

REPORT = """query ($from: Date!, $until: Date!, $channel: ID, $span: ReportSpan! = WHOLE) {
  channelReport(from: $from, until: $until, channelId: $channel, span: $span) {
    from until
    rows { period currency orders net vat gross discounts cost uncosted margin channel { slug }
           rates { regime taxedIn rate net vat gross } }
  }
}"""
OSS = "query ($quarter: String!) { ossReturn(quarter: $quarter) { vat lines { state shipsFrom rate net vat } } }"
NOVEMBER = {"from": "2026-11-01", "until": "2026-12-01"}


@pytest.fixture
def database(embedded: Database) -> Database:
    """One kind of database is enough here; the statements are tested on both."""
    return embedded


async def test_a_viewer_reads_what_a_channel_brought(calling: Calling, house: House) -> None:
    viewer = await calling(Role.VIEWER)
    answer = await viewer.ask(REPORT, **NOVEMBER, span="MONTH", channel=global_id("Channel", "shop"))
    report = answer["channelReport"]
    assert (report["from"], report["until"]) == ("2026-11-01", "2026-12-01")
    [row] = report["rows"]
    assert row["channel"] == {"slug": "shop"}
    assert (row["period"], row["orders"], row["net"], row["vat"], row["gross"]) == (
        "2026-11", 1, "20.00", "4.20", "24.20",
    )  # fmt: skip
    assert (row["discounts"], row["cost"], row["uncosted"], row["margin"]) == ("1.21", "9.00", "0.00", "11.00")
    assert row["rates"] == [
        {"regime": "OSS", "taxedIn": "BE", "rate": "0.21", "net": "20.00", "vat": "4.20", "gross": "24.20"}
    ]


async def test_the_one_stop_shop_is_told_per_state_and_rate(calling: Calling, house: House) -> None:
    found = (await (await calling(Role.VIEWER)).ask(OSS, quarter="2026-Q4"))["ossReturn"]
    assert found["lines"] == [{"state": "BE", "shipsFrom": "NL", "rate": "0.21", "net": "20.00", "vat": "4.20"}]
    assert found["vat"] == "4.20"


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"from": "2026-12-01", "until": "2026-11-01"}, "ends after"),
        ({"from": "1990-01-01", "until": "2026-11-01"}, "at most"),
        (NOVEMBER | {"channel": global_id("Order", "shop")}, "not the id of a Channel"),
    ],
)
async def test_what_cannot_be_reported_is_refused_in_words(
    calling: Calling, house: House, asked: dict[str, str], word: str
) -> None:
    [error] = (await (await calling(Role.VIEWER)).answer(REPORT, **asked))["errors"]
    assert word in error["message"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_what_is_no_quarter_is_refused_in_words(calling: Calling, house: House) -> None:
    [error] = (await (await calling(Role.VIEWER)).answer(OSS, quarter="autumn"))["errors"]
    assert "2026-Q4" in error["message"]
