"""The consent: a link that works once, a state bound to its connection, and a grant stored before it is used."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from hub.store.tickets import Step, Subject, make_ticket
from hub.web.oauth import BROWSER, start_link
from tests.web.stage import Stage


def subject(stage: Stage) -> Subject:
    return Subject("acme", stage.connection.connection_id)


async def link(stage: Stage) -> str:
    return await start_link(stage.database, "https://hub.test", "exact", subject(stage))


async def state_of(stage: Stage) -> str:
    answer = await stage.client.get(await link(stage))
    assert answer.status_code == 303
    return parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]


async def test_a_consent_comes_back_to_what_it_is_for(stage_anywhere: Stage) -> None:
    stage = stage_anywhere
    answer = await stage.client.get("/oauth/exact/callback", params={"code": "good", "state": await state_of(stage)})
    assert answer.status_code == 200
    assert "1 divisions" in answer.text
    assert stage.exact.granted_for == [subject(stage)]
    assert stage.exact.seen_redirect == "https://hub.test/oauth/exact/callback"


async def test_a_link_and_a_state_work_once(stage: Stage) -> None:
    address = await link(stage)
    assert (await stage.client.get(address)).status_code == 303
    assert (await stage.client.get(address)).status_code == 400
    state = await state_of(stage)
    given = {"code": "good", "state": state}
    assert (await stage.client.get("/oauth/exact/callback", params=given)).status_code == 200
    assert (await stage.client.get("/oauth/exact/callback", params=given)).status_code == 400
    assert stage.exact.granted_for == [subject(stage)]


async def test_looking_at_a_link_does_not_use_it_up(stage: Stage) -> None:
    address = await link(stage)
    assert (await stage.client.head(address)).status_code == 405
    assert (await stage.client.get(address)).status_code == 303


async def test_a_ticket_of_one_step_is_not_good_for_the_other(stage: Stage) -> None:
    ticket = await stage.database.write(lambda work: make_ticket(work, subject(stage), Step.START))
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
    assert stage.exact.granted_for == []


async def test_a_consent_ends_in_the_browser_it_began_in(stage: Stage) -> None:
    given = {"code": "good", "state": await state_of(stage)}
    mine = dict(stage.client.cookies)
    for others in ({}, {BROWSER: "A" * 43}, {BROWSER: "short"}):
        stage.client.cookies = httpx2.Cookies(others)
        assert (await stage.client.get("/oauth/exact/callback", params=given)).status_code == 400
    stage.client.cookies = httpx2.Cookies(mine)
    assert (await stage.client.get("/oauth/exact/callback", params=given)).status_code == 200


async def test_the_mark_of_the_browser_is_out_of_reach_of_scripts_and_other_sites(stage: Stage) -> None:
    answer = await stage.client.get(await link(stage))
    words = {word.strip().lower() for word in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "secure", "samesite=lax", "path=/oauth", "max-age=600"} <= words


async def test_two_consents_may_run_in_one_browser(stage: Stage) -> None:
    states = [await state_of(stage), await state_of(stage)]
    for state in states:
        answer = await stage.client.get("/oauth/exact/callback", params={"code": "good", "state": state})
        assert answer.status_code == 200


async def test_a_platform_without_a_consent_has_no_doors(stage: Stage) -> None:
    for step in ("start", "callback"):
        assert (await stage.client.get(f"/oauth/bol/{step}")).status_code == 404


async def test_pages_load_nothing_and_say_nothing_of_where_they_came_from(stage: Stage) -> None:
    answer = await stage.client.get("/oauth/exact/callback")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "max-age" in answer.headers["strict-transport-security"]
    assert "set-cookie" not in answer.headers
