"""The consent: a link that works once, a state bound to its connection, and a grant stored before it is used."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from hub.outcome import Throttled
from hub.store.connections import ConnectionStatus, Step, load_connection, make_ticket
from hub.store.engine import Database
from hub.store.grants import StoredGrant
from hub.web.oauth import start_link
from tests.web.stage import UNREACHABLE, Stage


async def link(stage: Stage) -> str:
    return await start_link(stage.database, "https://hub.test", "acme", stage.connection.connection_id)


async def state_of(stage: Stage) -> str:
    answer = await stage.client.get(await link(stage))
    assert answer.status_code == 303
    return parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]


async def status(database: Database, stage: Stage) -> ConnectionStatus:
    async with database.read() as connection:
        found = await load_connection(connection, "acme", stage.connection.connection_id)
    assert found is not None
    return found.status


async def test_a_consent_ends_with_a_stored_grant_and_a_woken_connection(stage_anywhere: Stage) -> None:
    stage = stage_anywhere
    answer = await stage.client.get("/oauth/exact/callback", params={"code": "good", "state": await state_of(stage)})
    assert answer.status_code == 200
    assert "1 divisions" in answer.text
    grant = await StoredGrant(stage.database, stage.vault, "acme", stage.connection.connection_id).load()
    assert grant is not None
    assert grant.refresh_token == "refresh"
    assert stage.exact.granted_for == [stage.connection.connection_id]
    assert stage.exact.seen_redirect == "https://hub.test/oauth/exact/callback"
    assert await status(stage.database, stage) is ConnectionStatus.CONNECTED


async def test_a_link_and_a_state_work_once(stage: Stage) -> None:
    address = await link(stage)
    assert (await stage.client.get(address)).status_code == 303
    assert (await stage.client.get(address)).status_code == 400
    state = await state_of(stage)
    given = {"code": "good", "state": state}
    assert (await stage.client.get("/oauth/exact/callback", params=given)).status_code == 200
    assert (await stage.client.get("/oauth/exact/callback", params=given)).status_code == 400
    assert stage.exact.granted_for == [stage.connection.connection_id]


async def test_looking_at_a_link_does_not_use_it_up(stage: Stage) -> None:
    address = await link(stage)
    assert (await stage.client.head(address)).status_code == 405
    assert (await stage.client.get(address)).status_code == 303


async def test_a_ticket_of_one_step_is_not_good_for_the_other(stage: Stage) -> None:
    ticket = await stage.database.write(
        lambda work: make_ticket(work, "acme", stage.connection.connection_id, Step.START)
    )
    given = {"code": "good", "state": ticket}
    assert (await stage.client.get("/oauth/exact/callback", params=given)).status_code == 400
    assert (await stage.client.get("/oauth/exact/start", params={"state": await state_of(stage)})).status_code == 400


@pytest.mark.parametrize(
    "given", [{}, {"state": ""}, {"state": "\x00"}, {"code": "good"}, {"code": "good", "state": "é" * 500}]
)
async def test_a_made_up_state_opens_nothing(stage: Stage, given: dict[str, str]) -> None:
    assert (await stage.client.get("/oauth/exact/callback", params=given)).status_code == 400
    assert (await stage.client.get("/oauth/exact/start", params=given)).status_code == 400
    assert stage.exact.granted_for == []


async def test_a_refused_consent_says_what_to_do_and_stores_nothing(stage: Stage) -> None:
    answers = [
        await stage.client.get("/oauth/exact/callback", params={"code": "bad", "state": await state_of(stage)}),
        await stage.client.get(
            "/oauth/exact/callback", params={"error": "<script>alert(1)</script>", "state": await state_of(stage)}
        ),
    ]
    assert [answer.status_code for answer in answers] == [502, 400]
    assert all("Make a new link" in answer.text and "<script" not in answer.text for answer in answers)
    assert await StoredGrant(stage.database, stage.vault, "acme", stage.connection.connection_id).load() is None
    assert await status(stage.database, stage) is ConnectionStatus.CONNECTING


async def test_a_busy_exact_does_not_cost_the_person_another_consent(stage: Stage) -> None:
    stage.exact.failures = [UNREACHABLE, Throttled(0.01)]
    answer = await stage.client.get("/oauth/exact/callback", params={"code": "good", "state": await state_of(stage)})
    assert answer.status_code == 200


async def test_pages_load_nothing_and_say_nothing_of_where_they_came_from(stage: Stage) -> None:
    answer = await stage.client.get("/oauth/exact/callback")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "max-age" in answer.headers["strict-transport-security"]
    assert "set-cookie" not in answer.headers
