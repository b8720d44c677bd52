"""VIES answers valid, invalid or unknown, and says why; never does a fault pass for an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.vat_register import VatRegister
from hub.adapters.vies.register import Vies, open_vies
from hub.domain.tax.evidence import VatStatus
from hub.domain.tax.vat_number import read_vat_number
from hub.outcome import Outcome
from hub.sandbox.app import Options, Sandbox, running
from hub.sandbox.faults import Fault, Forced
from hub.sandbox.vies.platform import TEST_ANSWERS, ViesPlatform
from tests.adapters.handclock import START, HandClock
from tests.adapters.scripted import Script, says

NUMBER, OURS = read_vat_number("DE136695976"), read_vat_number("NL004495445B01")


@dataclass
class Bench:
    """The adapter before the simulated register, over real HTTP."""

    sandbox: Sandbox
    vies: Vies

    @property
    def platform(self) -> ViesPlatform:
        found = self.sandbox.world.platforms["vies"]
        assert isinstance(found, ViesPlatform)
        return found

    async def status(self) -> tuple[VatStatus, str | None]:
        answer = await self.vies.check(NUMBER)
        return answer.status, answer.reason


@pytest.fixture
async def bench(clock: HandClock) -> AsyncIterator[Bench]:
    async with (
        running(Options(goods=1, platforms={"vies": ViesPlatform})) as sandbox,
        open_vies(f"{sandbox.options.base_url}/vies", clock) as vies,
    ):
        yield Bench(sandbox, vies)


async def test_a_known_number_is_valid_and_the_sellers_own_number_brings_proof(bench: Bench) -> None:
    register: VatRegister = bench.vies
    answer = await register.check(NUMBER, OURS)
    assert (answer.number, answer.status, answer.at) == ("DE136695976", VatStatus.VALID, START)
    assert answer.consultation is not None
    assert (await register.check(NUMBER)).consultation is None


async def test_a_number_that_was_struck_off_is_invalid(bench: Bench) -> None:
    bench.platform.switches.struck_off.append("DE136695976")
    assert await bench.status() == (VatStatus.INVALID, None)


async def test_a_number_that_cannot_be_one_is_not_asked_about(bench: Bench) -> None:
    answer = await bench.vies.check(read_vat_number("DE136695970"))
    assert (answer.status, answer.reason) == (VatStatus.INVALID, "form: mistyped")
    assert bench.sandbox.world.ledger.calls == {}


@pytest.mark.parametrize("code", sorted(set(TEST_ANSWERS.values()) - {"INVALID_INPUT"}))
@pytest.mark.parametrize("status", [200, 400, 500])
async def test_every_error_of_the_service_is_unknown_with_its_own_word(bench: Bench, code: str, status: int) -> None:
    switches = bench.platform.switches
    switches.error, switches.error_status, switches.errors = code, status, 1
    assert await bench.status() == (VatStatus.UNKNOWN, code)
    assert await bench.status() == (VatStatus.VALID, None)


async def test_an_error_beside_valid_false_does_not_make_a_number_invalid(bench: Bench) -> None:
    bench.platform.switches.as_user_error = True
    bench.platform.switches.states_down.append("DE")
    assert await bench.status() == (VatStatus.UNKNOWN, "MS_UNAVAILABLE")


async def test_input_that_the_service_refuses_is_an_invalid_number(bench: Bench) -> None:
    bench.platform.switches.error, bench.platform.switches.errors = "INVALID_INPUT", 1
    assert await bench.status() == (VatStatus.INVALID, "INVALID_INPUT")


async def test_a_requester_that_cannot_be_one_is_told_apart(bench: Bench) -> None:
    answer = await bench.vies.check(NUMBER, read_vat_number("NL1"))
    assert (answer.status, answer.reason) == (VatStatus.UNKNOWN, "INVALID_REQUESTER_INFO")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.THROTTLE, "TOO_MANY_REQUESTS"),
        (Fault.BROKEN, "SERVICE_UNAVAILABLE"),
        (Fault.LOST_REQUEST, "SERVICE_UNAVAILABLE"),
        (Fault.LOST_ANSWER, "SERVICE_UNAVAILABLE"),
        (Fault.BROKEN_ANSWER, "SERVICE_UNAVAILABLE"),
    ],
)
async def test_a_fault_on_the_way_is_unknown(bench: Bench, fault: Fault, reason: str) -> None:
    bench.sandbox.world.faults.forced.append(Forced(fault, "vies"))
    assert await bench.status() == (VatStatus.UNKNOWN, reason)
    assert await bench.status() == (VatStatus.VALID, None)


async def test_the_states_that_are_away_are_told(bench: Bench) -> None:
    bench.platform.switches.states_down.append("EL")
    states = await bench.vies.availability()
    assert (states["EL"], states["DE"], states["XI"], len(states)) == (False, True, True, 28)


async def test_an_outage_is_an_outcome_where_no_state_can_be_told(bench: Bench) -> None:
    bench.sandbox.world.faults.outages.add("vies")
    with pytest.raises(Outcome):
        await bench.vies.availability()


async def test_what_is_asked_has_the_shape_of_the_contract(clock: HandClock) -> None:
    script = Script(says({"valid": True, "requestIdentifier": "WAPI1", "requestDate": "2026-11-23T09:00:00.000Z"}))
    async with open_vies("https://vies.test/rest-api", clock, transport=script.transport) as vies:
        answer = await vies.check(read_vat_number("GR094259216"), OURS)
    asked = script.requests[0]
    assert (asked.method, str(asked.url)) == ("POST", "https://vies.test/rest-api/check-vat-number")
    assert orjson.loads(asked.content) == {
        "countryCode": "EL",
        "vatNumber": "094259216",
        "requesterMemberStateCode": "NL",
        "requesterNumber": "004495445B01",
    }
    assert answer.consultation == "WAPI1"


odd = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.integers(-(2**53), 2**53),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["valid", "userError", "errorWrappers", "actionSucceed", "requestIdentifier", "error"]),
            inner,
        )
    ),
    max_leaves=8,
)


@given(odd, st.sampled_from([200, 400, 404, 500]))
async def test_no_odd_answer_is_taken_for_valid(payload: Any, status: int) -> None:
    async with open_vies("https://vies.test", HandClock(), transport=Script(says(payload, status)).transport) as vies:
        answer = await vies.check(NUMBER)
    if answer.status is VatStatus.VALID:
        assert payload["valid"] is True
        assert not payload.get("errorWrappers")


async def test_a_page_instead_of_json_is_unknown(clock: HandClock) -> None:
    page = httpx2.Response(200, html="<html>maintenance</html>")
    async with open_vies("https://vies.test", clock, transport=Script(page).transport) as vies:
        assert (await vies.check(NUMBER)).status is VatStatus.UNKNOWN
