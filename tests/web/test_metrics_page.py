"""The metrics page: closed without a token, opened by that one alone, and silent about people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from hub.web.app import make_app
from hub.web.doors import Doors
from tests.web.stage import NoApi, Stage

TOKEN = "metrics-token-of-16"


def client(stage: Stage, **changes: Any) -> httpx2.AsyncClient:
    doors = Doors(
        database=stage.database, vault=stage.vault, clock=stage.clock, readers={}, graphql=NoApi(),
        authenticate=nobody, consents={}, public_url="https://hub.test",
    )  # fmt: skip
    app = make_app(replace(doors, **changes))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://hub.test")


async def nobody(token: str) -> None:
    """Open nothing."""


@pytest.mark.parametrize("changes", [{}, {"metrics_token": TOKEN}, {"scrape": lambda: b"hub_up 1\n"}])
async def test_there_is_no_page_without_a_token_and_metrics(stage: Stage, changes: dict[str, Any]) -> None:
    async with client(stage, **changes) as door:
        answer = await door.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "given", [None, "", "Bearer ", "Bearer metrics-token-of-17", f"Basic {TOKEN}", "Bearer ünknown"]
)
async def test_another_token_opens_nothing(stage: Stage, given: str | None) -> None:
    async with client(stage, metrics_token=TOKEN, scrape=lambda: b"hub_up 1\n") as door:
        answer = await door.get("/metrics", headers={} if given is None else {b"authorization": given.encode()})
    assert answer.status_code == 401
    assert b"hub_up" not in answer.content


async def test_the_token_opens_the_page_in_the_format_that_prometheus_reads(stage: Stage) -> None:
    async with client(stage, metrics_token=TOKEN, scrape=lambda: b"hub_up 1\n") as door:
        answer = await door.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.content) == (200, b"hub_up 1\n")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_token_is_not_shown_where_the_doors_are(stage: Stage) -> None:
    assert TOKEN not in repr(Doors(
        database=stage.database, vault=stage.vault, clock=stage.clock, readers={}, graphql=NoApi(),
        authenticate=nobody, consents={}, public_url="https://hub.test", metrics_token=TOKEN,
    ))  # fmt: skip
