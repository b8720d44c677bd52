"""Budgets of platform calls, as the platforms' own headers told them, are there to be seen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hub.store.tables import budget
from tests.flows.stage import DIVISION, TENANT, Stage, eventually


async def owners(acme: Stage) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in await acme.rows(select(budget).where(budget.c.tenant_id == TENANT)):
        found.setdefault(row.owner, []).append(row)
    return found


async def test_a_division_and_a_limited_channel_show_what_is_left(acme: Stage) -> None:
    wanted = {f"channel/{TENANT}/bol", f"erp/{TENANT}/{DIVISION}"}

    async def told() -> dict[str, list[Any]] | None:
        found = await owners(acme)
        return found if wanted <= found.keys() else None

    found = await eventually(told)
    for owner in wanted:
        assert any(row.remaining is not None and row.remaining <= row.allowed for row in found[owner])
