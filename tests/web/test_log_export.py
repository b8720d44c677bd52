"""The activity log goes out as a file: to admins, of their own tenant, complete and safe to open."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from hub.domain.tenant import Role
from hub.store.audit.reading import PAGE
from hub.store.audit.verifying import verify_file
from hub.store.events import SyncEvent
from hub.store.tenants import create_tenant
from hub.store.tokens import create_token
from tests.store.audit_stage import NOON, event, tamper, told
from tests.web.stage import Stage

SHEET = {"format": "csv"}


async def fetched(
    stage: Stage, role: Role = Role.ADMIN, tenant_id: str = "acme", asked: dict[str, str] | None = None
) -> httpx2.Response:
    """Fetch the export with a fresh token."""
    fresh = await stage.database.write(lambda work: create_token(work, tenant_id, role, "auditor", created_by="test"))
    headers = {"authorization": f"Bearer {fresh.secret}"}
    return await stage.client.get("/export/log", params=asked, headers=headers)


def cells(answer: httpx2.Response) -> list[dict[str, str]]:
    """Return the rows of a CSV answer."""
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_every_row_goes_out_in_order_and_can_be_verified(stage_anywhere: Stage) -> None:
    count = 2 * PAGE + 3
    await told(stage_anywhere.database, *(event(number % 9) for number in range(count)))
    answer = await fetched(stage_anywhere)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jsonl")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="activity-log.jsonl"'
    report = verify_file(answer.content.splitlines())
    assert (report.broken, report.first, report.rows) == (None, 1, count)
    assert [row["seq"] for row in cells(await fetched(stage_anywhere, asked=SHEET))] == [
        str(seq) for seq in range(1, count + 1)
    ]


async def test_a_period_is_cut_out_and_still_hangs_together(stage_anywhere: Stage) -> None:
    await told(stage_anywhere.database, *(event(number) for number in range(1, 9)))
    period = {"since": "2026-11-23T15:00:00Z", "until": (NOON + timedelta(hours=6)).isoformat()}
    lines = (await fetched(stage_anywhere, asked=period)).content.splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["Change 3", "Change 4", "Change 5"]
    report = verify_file(lines)
    assert (report.broken, report.first, report.rows) == (None, 3, 3)
    day = await fetched(stage_anywhere, asked=SHEET | {"since": "2026-11-24"})
    assert (day.status_code, cells(day)) == (200, [])


async def test_the_sheet_tells_who_changed_what_from_what_to_what(stage: Stage) -> None:
    detail: dict[str, Any] = {"before": {"buffer": 1}, "after": {"buffer": 2}, "why": "asked"}
    await told(stage.database, event(1, detail=detail, actor="user:ops"))
    (row,) = cells(await fetched(stage, asked=SHEET))
    assert (row["actor"], row["before"], row["after"]) == ("user:ops", '{"buffer":1}', '{"buffer":2}')
    assert (row["detail"], row["at"]) == ('{"why":"asked"}', "2026-11-23T13:00:00.000000Z")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", '=HYPERLINK("http://x","y")', "\n-1"]
)
async def test_no_cell_is_taken_for_a_formula(stage: Stage, text: str) -> None:
    await told(stage.database, SyncEvent("acme", "order.held", text, NOON, subject_id=text, detail={"before": text}))
    (row,) = cells(await fetched(stage, asked=SHEET))
    assert (row["message"], row["subject_id"], row["before"]) == (f"'{text}",) * 3


async def test_quotes_commas_and_line_ends_stay_in_their_cell(stage: Stage) -> None:
    text = 'a "quoted", broken\r\nline; é'
    await told(stage.database, SyncEvent("acme", "order.held", text, NOON))
    (row,) = cells(await fetched(stage, asked=SHEET))
    assert row["message"] == text


async def test_a_tenant_sees_its_own_log_alone(stage: Stage) -> None:
    await stage.database.write(lambda work: create_tenant(work, "globex", "Globex"))
    await told(stage.database, event(1), event(2, "globex"))
    (line,) = (await fetched(stage, tenant_id="globex")).content.splitlines()
    assert json.loads(line)["tenant_id"] == "globex"
    assert "acme" not in (await fetched(stage, tenant_id="globex", asked={"tenant": "acme"})).text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_it_needs_an_admin(stage: Stage, role: Role) -> None:
    await told(stage.database, event(1))
    answer = await fetched(stage, role)
    assert (answer.status_code, answer.json()) == (403, {"error": "This needs the role admin."})


@pytest.mark.parametrize("header", [None, "Bearer hub_nonsense", "Basic YTpi", "Bearer"])
async def test_it_needs_a_token(stage: Stage, header: str | None) -> None:
    answer = await stage.client.get("/export/log", headers={} if header is None else {"authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("asked", [{"format": "xls"}, {"since": "yesterday"}, {"until": "0001-01-01T00:00:00+14:00"}])
async def test_what_cannot_be_read_is_refused(stage: Stage, asked: dict[str, str]) -> None:
    assert (await fetched(stage, asked=asked)).status_code == 400


async def test_a_row_that_is_no_text_is_refused_by_name(stage: Stage) -> None:
    await told(stage.database, event(1), event(2))
    await tamper(stage.database, text("UPDATE sync_event SET message = CAST(x'66ff' AS TEXT) WHERE seq = 2"))
    answer = await fetched(stage)
    assert (answer.status_code, "row 2 of acme" in answer.text) == (409, True)
