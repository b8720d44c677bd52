"""Exact's budgets and the wire before them: 429s, errors that add up, answers that never come."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import httpx2
import pytest

from hub.sandbox.faults import Fault, Forced
from tests.sandbox.exact_bench import ExactBench, exact_bench

DAY = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}
MINUTE = {"x-ratelimit-minutely-limit", "x-ratelimit-minutely-remaining", "x-ratelimit-minutely-reset"}


def families(answer: httpx2.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("x-ratelimit")}


async def test_every_served_call_tells_both_budgets_in_epoch_milliseconds(exact: ExactBench) -> None:
    before = exact.sandbox.world.clock.epoch() * 1000
    answer = await exact.get("vat/VATCodes")
    after = exact.sandbox.world.clock.epoch() * 1000
    assert families(answer) == DAY | MINUTE
    assert answer.headers["x-ratelimit-minutely-limit"] == "60"
    assert answer.headers["x-ratelimit-minutely-remaining"] == "59"
    assert answer.headers["x-ratelimit-remaining"] == "4999"
    reset = int(answer.headers["x-ratelimit-minutely-reset"])
    assert reset % 60_000 == 0
    assert before < reset <= after + 60_000
    assert int(answer.headers["x-ratelimit-reset"]) % 86_400_000 == 0


async def test_past_the_minutes_budget_the_answer_is_empty_and_names_only_the_minute(exact: ExactBench) -> None:
    exact.platform.office.settings.minute_limit = 3
    exact.pass_time(60 - exact.sandbox.world.clock.epoch() % 60)
    statuses = [(await exact.get("vat/VATCodes")).status_code for _ in range(3)]
    refused = await exact.get("vat/VATCodes")
    assert statuses == [200] * 3
    assert (refused.status_code, refused.content) == (429, b"")
    assert families(refused) == MINUTE
    assert refused.headers["x-ratelimit-minutely-remaining"] == "0"
    assert "retry-after" not in refused.headers
    exact.pass_time(60)
    assert (await exact.get("vat/VATCodes")).status_code == 200


async def test_past_the_days_budget_only_the_day_is_named(exact: ExactBench) -> None:
    exact.platform.office.settings.day_limit = 1
    exact.pass_time(86_400 - exact.sandbox.world.clock.epoch() % 86_400)
    await exact.log_in()
    await exact.get("vat/VATCodes")
    refused = await exact.get("vat/VATCodes")
    assert refused.status_code == 429
    assert families(refused) == DAY


async def test_each_division_has_its_own_budget(exact: ExactBench) -> None:
    exact.platform.office.settings.minute_limit = 1
    exact.pass_time(60 - exact.sandbox.world.clock.epoch() % 60)
    await exact.get("vat/VATCodes")
    assert (await exact.get("vat/VATCodes")).status_code == 429
    assert (await exact.call("GET", "/exact/api/v1/654321/vat/VATCodes")).status_code == 200


async def test_windows_shrink_with_the_speed_and_resets_stay_real() -> None:
    async with exact_bench(speed=10) as exact:
        before = exact.sandbox.world.clock.epoch()
        answer = await exact.get("vat/VATCodes")
        after = exact.sandbox.world.clock.epoch()
        assert before < int(answer.headers["x-ratelimit-minutely-reset"]) / 1000 <= after + 6


async def test_more_than_ten_errors_on_an_endpoint_within_the_hour_shut_it(exact: ExactBench) -> None:
    for _ in range(11):
        assert (await exact.get("vat/VATCodes", filter="Nonsense")).status_code == 400
    blocked = await exact.get("vat/VATCodes")
    assert blocked.status_code == 429
    assert families(blocked) == set()
    assert (await exact.get("inventory/Warehouses")).status_code == 200
    exact.pass_time(590)
    await exact.log_in()
    assert (await exact.get("vat/VATCodes")).status_code == 429
    exact.pass_time(3600)
    await exact.log_in()
    assert (await exact.get("vat/VATCodes")).status_code == 200


async def test_validation_errors_count_unless_told_otherwise(exact: ExactBench) -> None:
    for _ in range(11):
        assert (await exact.post("salesorder/SalesOrders", {})).status_code == 500
    assert (await exact.post("salesorder/SalesOrders", exact.order_body())).status_code == 429
    async with exact_bench() as lenient:
        lenient.platform.office.settings.count_validation_errors = False
        for _ in range(11):
            await lenient.post("salesorder/SalesOrders", {})
        assert (await lenient.post("salesorder/SalesOrders", lenient.order_body())).status_code == 201


async def test_the_error_rule_can_be_switched_off(exact: ExactBench) -> None:
    exact.platform.office.settings.error_rule = False
    for _ in range(12):
        assert (await exact.get("vat/VATCodes", filter="Nonsense")).status_code == 400


def force(exact: ExactBench, fault: Fault) -> None:
    exact.sandbox.world.faults.forced.append(Forced(fault, "exact", "POST", "SalesOrders"))


def orders(exact: ExactBench) -> int:
    return len(exact.books.table("salesorder/SalesOrders").rows)


@pytest.mark.parametrize(("fault", "booked"), [(Fault.LOST_REQUEST, 0), (Fault.LOST_ANSWER, 1)])
async def test_a_dropped_connection_answers_nothing_before_or_after_the_effect(
    exact: ExactBench, fault: Fault, booked: int
) -> None:
    force(exact, fault)
    with pytest.raises(httpx2.RemoteProtocolError):
        await exact.post("salesorder/SalesOrders", exact.order_body())
    assert orders(exact) == booked
    assert exact.sandbox.world.faults.met[f"exact.{fault}"] == 1


@pytest.mark.parametrize(
    ("fault", "status", "booked"),
    [(Fault.BROKEN, 503, 0), (Fault.BROKEN_ANSWER, 502, 1)],
)
async def test_a_broken_answer_is_html_before_or_after_the_effect(
    exact: ExactBench, fault: Fault, status: int, booked: int
) -> None:
    force(exact, fault)
    answer = await exact.post("salesorder/SalesOrders", exact.order_body())
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert orders(exact) == booked


async def test_throttling_by_chance_looks_like_an_exhausted_minute(exact: ExactBench) -> None:
    force(exact, Fault.THROTTLE)
    answer = await exact.post("salesorder/SalesOrders", exact.order_body())
    assert (answer.status_code, answer.content, families(answer)) == (429, b"", MINUTE)
    assert orders(exact) == 0


async def test_an_outage_breaks_every_call_until_it_ends(exact: ExactBench) -> None:
    await exact.client.post("/_control/outage", json={"platform": "exact", "on": True})
    assert (await exact.get("vat/VATCodes")).status_code == 503
    await exact.client.post("/_control/outage", json={"platform": "exact", "on": False})
    assert (await exact.get("vat/VATCodes")).status_code == 200
    assert exact.sandbox.world.ledger.outages[0][2] is not None


async def test_calls_and_refusals_are_counted(exact: ExactBench) -> None:
    before = exact.sandbox.world.ledger.calls["exact"]
    await exact.get("vat/VATCodes")
    await exact.get("nonsense/Path")
    assert exact.sandbox.world.ledger.calls["exact"] == before + 2
    assert exact.sandbox.world.ledger.refusals == {"exact.404": 1}


async def test_the_date_header_follows_the_sandboxs_clock(exact: ExactBench) -> None:
    exact.pass_time(3600)
    await exact.log_in()
    before = exact.sandbox.world.clock.now().replace(microsecond=0)
    told = parsedate_to_datetime((await exact.get("vat/VATCodes")).headers["date"])
    assert before <= told <= exact.sandbox.world.clock.now()


async def test_harsh_chance_never_loses_the_answer_of_the_token_endpoint() -> None:
    async with exact_bench() as exact:
        faults = exact.sandbox.world.faults
        faults.profile = "harsh"
        drawn = {faults.request("exact", "POST", "/api/oauth2/token", spared=True) for _ in range(3000)}
        assert drawn == {None, Fault.THROTTLE, Fault.BROKEN, Fault.LOST_REQUEST}
