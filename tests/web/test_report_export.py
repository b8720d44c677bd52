"""Reports go out as sheets: to everybody of the tenant, of its own books alone, safe to open."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import httpx2
import pytest

from hub.domain.booking import Booking, BookingKind
from hub.domain.tenant import Role
from hub.store.bookings import add_bookings
from hub.store.engine import Work
from hub.store.tenants import create_tenant
from hub.store.tokens import create_token
from tests.web.stage import Stage

DAY = date(2026, 11, 23)
NOVEMBER = {"from": "2026-11-01", "until": "2026-12-01"}


async def book(stage: Stage, tenant_id: str = "acme", channel_id: str = "bol-1", net: str = "20.00") -> None:
    """Book one sale under the one stop shop."""
    amount = Decimal(net)
    one = Booking(BookingKind.LINE, 0, DAY, DAY, "EUR", "oss", "BE", "NL", Decimal("0.21"), net=amount,
                  vat=amount * Decimal("0.21"))  # fmt: skip

    async def write(work: Work) -> None:
        await add_bookings(work, tenant_id, f"order-of-{channel_id}", channel_id, [one])

    await stage.database.write(write)


async def fetched(
    stage: Stage, path: str, asked: dict[str, str], tenant_id: str = "acme", role: Role = Role.VIEWER
) -> httpx2.Response:
    """Fetch a sheet with a fresh token."""
    fresh = await stage.database.write(lambda work: create_token(work, tenant_id, role, "books", created_by="test"))
    headers = {"authorization": f"Bearer {fresh.secret}"}
    return await stage.client.get(f"/export/{path}", params=asked, headers=headers)


def cells(answer: httpx2.Response) -> list[dict[str, str]]:
    """Return the rows of a sheet."""
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_a_report_is_a_sheet_of_what_was_booked(stage_anywhere: Stage) -> None:
    await book(stage_anywhere)
    await book(stage_anywhere, channel_id="shop", net="1.00")
    answer = await fetched(stage_anywhere, "report", NOVEMBER | {"span": "month"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="report-2026-11-01-2026-12-01.csv"'
    assert [(row["channel"], row["period"], row["net"], row["vat"], row["gross"]) for row in cells(answer)] == [
        ("bol-1", "2026-11", "20.00", "4.20", "24.20"),
        ("shop", "2026-11", "1.00", "0.21", "1.21"),
    ]
    [one] = cells(await fetched(stage_anywhere, "report", NOVEMBER | {"channel": "shop"}))
    assert one["channel"] == "shop"


async def test_the_one_stop_shop_has_a_sheet_of_its_own(stage_anywhere: Stage) -> None:
    await book(stage_anywhere)
    [row] = cells(await fetched(stage_anywhere, "oss", {"quarter": "2026-Q4"}))
    assert (row["part"], row["state"], row["rate"], row["net"], row["vat"]) == ("sales", "BE", "0.21", "20.00", "4.20")
    assert cells(await fetched(stage_anywhere, "oss", {"quarter": "2026-Q3"})) == []


async def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_quoted(stage: Stage) -> None:
    await book(stage, channel_id="=1+1")
    await book(stage, channel_id='@SUM(A1),"x"', net="-3.00")
    rows = cells(await fetched(stage, "report", NOVEMBER))
    assert {(row["channel"], row["net"]) for row in rows} == {("'=1+1", "20.00"), ('\'@SUM(A1),"x"', "-3.00")}


@pytest.mark.parametrize(("path", "asked"), [("report", NOVEMBER), ("oss", {"quarter": "2026-Q4"})])
async def test_a_tenant_sees_its_own_books_alone(stage: Stage, path: str, asked: dict[str, str]) -> None:
    await stage.database.write(lambda work: create_tenant(work, "globex", "Globex"))
    await book(stage)
    assert cells(await fetched(stage, path, asked | {"tenant": "acme"}, "globex")) == []


@pytest.mark.parametrize("path", ["report", "oss"])
@pytest.mark.parametrize("header", [None, "Bearer hub_nonsense", "Basic YTpi"])
async def test_a_sheet_needs_a_token(stage: Stage, path: str, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    answer = await stage.client.get(f"/export/{path}", params=NOVEMBER, headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"][:6]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("report", {}),
        ("report", {"from": "2026-11-01"}),
        ("report", {"from": "soon", "until": "later"}),
        ("report", NOVEMBER | {"span": "week"}),
        ("report", {"from": "2026-11-01", "until": "2026-11-01"}),
        ("report", {"from": "1990-01-01", "until": "2026-11-01"}),
        ("oss", {}),
        ("oss", {"quarter": "2026-Q5"}),
    ],
)
async def test_what_cannot_be_read_is_refused(stage: Stage, path: str, asked: dict[str, str]) -> None:
    assert (await fetched(stage, path, asked)).status_code == 400
