"""Contracts that others implement are there for everybody to read."""

from __future__ import annotations

from tests.web.stage import Stage


async def test_the_generic_contract_is_served_to_everybody(stage: Stage) -> None:
    answer = await stage.client.get("/contracts/generic.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json()["openapi"] == "3.1.0"
    assert answer.headers["cache-control"].startswith("public")


async def test_platforms_with_contracts_of_their_own_have_none_here(stage: Stage) -> None:
    assert (await stage.client.get("/contracts/bol.json")).status_code == 404
