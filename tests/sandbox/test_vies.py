"""The simulated register keeps to the service's contract: fields, types and the test service's numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from hub.sandbox.app import Options, running
from hub.sandbox.vies.platform import TEST_ANSWERS, ViesPlatform

MATCH = {"enum": ["VALID", "INVALID", "NOT_PROCESSED"]}
TEXT = {"type": "string"}
PARTS = ("Name", "Street", "PostalCode", "City", "CompanyType")
ANSWER = {
    "type": "object",
    "properties": {
        "countryCode": TEXT,
        "vatNumber": TEXT,
        "requestDate": TEXT,
        "valid": {"type": "boolean"},
        "requestIdentifier": TEXT,
        "name": TEXT,
        "address": TEXT,
        **{f"trader{part}": TEXT for part in PARTS},
        **{f"trader{part}Match": MATCH for part in PARTS},
    },
    "required": ["valid", "countryCode", "vatNumber", "requestDate"],
    "additionalProperties": False,
}
FAILURE = {
    "type": "object",
    "properties": {
        "actionSucceed": {"const": False},
        "errorWrappers": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"error": TEXT, "message": TEXT},
                "required": ["error"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["actionSucceed", "errorWrappers"],
    "additionalProperties": False,
}
STATUS = {
    "type": "object",
    "properties": {
        "vow": {"type": "object", "properties": {"available": {"type": "boolean"}}, "required": ["available"]},
        "countries": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "countryCode": TEXT,
                    "availability": {"enum": ["Available", "Unavailable", "Monitoring Disabled"]},
                },
                "required": ["countryCode", "availability"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["vow", "countries"],
    "additionalProperties": False,
}
"""The definitions of the service's published contract (Vies on-the-Web Endpoint 1.0.0)."""


def fits(schema: dict[str, Any], answer: httpx2.Response) -> Any:
    Draft202012Validator(schema).validate(answer.json())
    return answer.json()


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with (
        running(Options(goods=1, platforms={"vies": ViesPlatform})) as sandbox,
        httpx2.AsyncClient(base_url=f"{sandbox.options.base_url}/vies", trust_env=False) as made,
    ):
        yield made


async def ask(client: httpx2.AsyncClient, number: str, path: str = "check-vat-number", **more: str) -> httpx2.Response:
    return await client.post(path, json={"countryCode": number[:2], "vatNumber": number[2:], **more})


async def test_an_answer_has_the_fields_of_the_contract(client: httpx2.AsyncClient) -> None:
    plain = fits(ANSWER, await ask(client, "DE136695976"))
    assert (plain["valid"], plain["requestIdentifier"]) == (True, "")
    proof = {"requesterMemberStateCode": "NL", "requesterNumber": "004495445B01"}
    assert fits(ANSWER, await ask(client, "DE136695976", **proof))["requestIdentifier"]


async def test_a_number_of_the_wrong_form_is_a_bad_request(client: httpx2.AsyncClient) -> None:
    for number in ("DE12", "GB980780684", "ZZ1"):
        answer = await ask(client, number)
        assert answer.status_code == 400
        assert fits(FAILURE, answer)["errorWrappers"] == [{"error": "INVALID_INPUT"}]


async def test_the_test_service_gives_each_answer_on_demand(client: httpx2.AsyncClient) -> None:
    assert fits(ANSWER, await ask(client, "DE100", "check-vat-test-service"))["valid"] is True
    assert fits(ANSWER, await ask(client, "DE200", "check-vat-test-service"))["valid"] is False
    for number, code in TEST_ANSWERS.items():
        failure = fits(FAILURE, await ask(client, f"DE{number}", "check-vat-test-service"))
        assert failure["errorWrappers"] == [{"error": code}]


async def test_the_status_lists_every_state(client: httpx2.AsyncClient) -> None:
    assert len(fits(STATUS, await client.get("check-status"))["countries"]) == 28


async def test_other_doors_do_not_exist(client: httpx2.AsyncClient) -> None:
    assert (await client.get("check-vat-number")).status_code == 405
    assert (await client.get("ms/DE/vat/1")).status_code == 404
