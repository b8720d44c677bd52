"""What a person may ask about their own data: to be shown it, and to be forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from hub.domain.tenant import Role
from hub.store import tables
from hub.store.engine import Database
from tests.api.caller import Caller, global_id
from tests.api.changing import SHOP, kinds_posted, newest_events
from tests.api.conftest import Calling
from tests.api.house import House

ERASED = "order { buyer { email } buyerErasedAt total { amount } country }"
EXPORTED = "orders complete"


async def shown(caller: Caller, **given: Any) -> list[Any]:
    """Return what is exported of a person or an order."""
    answer = await caller.change("buyerExport", EXPORTED, **given)
    assert (answer["complete"], answer["userErrors"]) == (True, [])
    found: list[Any] = answer["orders"]
    return found


async def test_a_buyer_who_asks_is_forgotten_for_good_and_the_money_stays(
    calling: Calling, house: House, database: Database
) -> None:
    caller, order = await calling(), global_id("Order", house.key("order"))
    query = "query ($id: ID!) { order(id: $id) { buyer { email } buyerErasedAt } }"
    assert (await caller.ask(query, id=order))["order"] == {
        "buyer": {"email": "jan@example.org"},
        "buyerErasedAt": None,
    }
    erased = await caller.change("buyerErase", ERASED, orderId=order)
    assert erased["order"]["buyer"] is None
    assert erased["order"]["buyerErasedAt"]
    assert (erased["order"]["total"]["amount"], erased["order"]["country"]) == ("24.20", "NL")
    async with database.read() as reading:
        assert [row.tenant_id for row in await reading.execute(select(tables.buyer))] == ["globex"]
    again = await caller.change("buyerErase", ERASED, orderId=order)
    assert [error["code"] for error in again["userErrors"]] == ["NOTHING_KEPT"]


async def test_an_erasure_is_logged_and_what_sqlite_still_keeps_of_it_goes_soon(
    calling: Calling, house: House, database: Database
) -> None:
    caller = await calling()
    await caller.change("buyerErase", ERASED, orderId=global_id("Order", house.key("order")))
    [event] = await newest_events(caller)
    assert (event["kind"], event["actor"], event["detail"]) == ("buyers.erased", "user:admin of acme", {"count": 1})
    assert await kinds_posted(database, "privacy/acme/shop") == {"privacy.buyers.erase"}


@pytest.mark.parametrize("by", ["order", "email"])
async def test_all_that_is_kept_of_a_person_is_shown_and_noted_without_a_name(
    calling: Calling, house: House, by: str
) -> None:
    caller = await calling()
    given = {"order": {"orderId": global_id("Order", house.key("order"))}, "email": {"email": " JAN@example.org"}}[by]
    [found] = await shown(caller, **given)
    assert (found["order_id"], found["channel_id"], found["number"]) == (house.key("order"), "shop", "#order")
    assert found["buyer"]["email"] == "jan@example.org"
    assert found["buyer"]["ship_to"]["name"] == "Jan Jansen"
    [event] = await newest_events(caller)
    assert (event["kind"], event["detail"]) == ("buyers.exported", {"orders": [house.key("order")]})


async def test_nothing_is_shown_of_a_stranger_or_of_one_who_was_forgotten(calling: Calling, house: House) -> None:
    caller, order = await calling(), global_id("Order", house.key("order"))
    assert await shown(caller, email="somebody@example.org") == []
    await caller.change("buyerErase", ERASED, orderId=order)
    assert await shown(caller, email="jan@example.org") == []
    assert await shown(caller, orderId=order) == []


@pytest.mark.parametrize("given", [{}, {"email": " "}, {"email": "x", "orderId": global_id("Order", "1")}])
async def test_an_export_names_one_thing_to_look_for(calling: Calling, house: House, given: dict[str, Any]) -> None:
    caller = await calling()
    document = "mutation ($input: BuyerExportInput!) { buyerExport(input: $input) { orders } }"
    answer = await caller.send({"query": document, "variables": {"input": given}})
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("days", "codes"), [(1, []), (3650, []), (None, []), (0, ["DAYS_UNFIT"]), (3651, ["DAYS_UNFIT"])]
)
async def test_a_wholesaler_chooses_how_long_buyers_are_kept(
    calling: Calling, house: House, days: int | None, codes: list[str]
) -> None:
    caller = await calling(Role.ADMIN)
    answer = await caller.change(
        "channelConfigure", "channel { settings { buyerDays } }", channelId=SHOP, settings={"buyerDays": days}
    )
    assert [error["code"] for error in answer["userErrors"]] == codes
    if not codes:
        assert answer["channel"]["settings"]["buyerDays"] == days
