"""Rehearsals over the API: what would change is told, and nothing is sent or written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from sqlalchemy import delete, insert, update

from hub.actors.rehearsing import Proposal, Rehearsing
from hub.domain.rehearsal import Difference
from hub.domain.tenant import Role
from hub.store import tables
from hub.store.channels import load_channel
from hub.store.engine import Database, Work
from tests.api.caller import global_id
from tests.api.conftest import Calling
from tests.api.house import VAULT, House, line_row, order_row
from tests.api.test_tenants import rows_of

CHANNEL = global_id("Channel", "shop")
SETTINGS = """query ($settings: ChannelSettingsInput!, $listing: ListingProposal, $first: Int! = 50, $offset: Int! = 0)
{
  channelRehearsal(channelId: "CHANNEL", settings: $settings, listing: $listing, first: $first, offset: $offset) {
    checked unknowable truncated changed counts { difference orders }
    orders { number differences before { held customerId vatCodes total } after { held customerId vatCodes total } }
  }
}""".replace("CHANNEL", CHANNEL)
ORDER = """query ($id: ID!) { orderRehearsal(orderId: $id) {
  outcome { held message total } certificate { equal total } body order { number } } }"""


@pytest.fixture
def database(embedded: Database) -> Database:
    """One kind of database is enough here; the statements are tested on both."""
    return embedded


async def sell(database: Database, house: House, *names: str, **fields: Any) -> None:
    """Store orders of today, which would be forwarded, and let the house's own be of long ago."""
    now = database.clock.now()

    async def fill(work: Work) -> None:
        await work.execute(update(tables.orders).values(placed_at=now - timedelta(days=300)))
        await work.execute(delete(tables.tax_profile))
        for name in names:
            row = order_row(house, name, placed_at=now, status="ready", hold_cause=None, hold_detail=None, **fields)
            await work.execute(insert(tables.orders).values(tenant_id="acme", **row))
            await work.execute(insert(tables.order_line).values(tenant_id="acme", **line_row(house, name)))

    await database.write(fill)


async def rehearsed(calling: Calling, change: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = await (await calling(Role.ADMIN)).ask(SETTINGS, settings=change, **more)
    told: dict[str, Any] = found["channelRehearsal"]
    return told


async def test_a_change_that_holds_orders_back_is_told_before_it_is_saved(
    calling: Calling, house: House, database: Database
) -> None:
    await sell(database, house, "a", "b")
    before = await rows_of(database, "acme")
    told = await rehearsed(calling, {"vatCodes": []})
    assert (told["checked"], told["changed"], told["truncated"]) == (2, 2, False)
    assert told["counts"] == [{"difference": "NOW_HELD", "orders": 2}]
    assert told["orders"][0]["before"] == {
        "held": None, "customerId": "acme-account", "vatCodes": ["4"], "total": "24.20",
    }  # fmt: skip
    assert told["orders"][0]["after"]["held"] == "NO_VAT_CODE"
    after = await rows_of(database, "acme")
    assert {name: rows for name, rows in after.items() if name != "api_token"} == {
        name: rows for name, rows in before.items() if name != "api_token"
    }


async def test_another_customer_and_a_listing_of_another_product_are_told(
    calling: Calling, house: House, database: Database
) -> None:
    await sell(database, house, "a")
    told = await rehearsed(calling, {"customerId": "other"})
    assert [one["differences"] for one in told["orders"]] == [["CUSTOMER"]]
    away = {"listingId": global_id("Listing", house.key("listing")), "productId": None}
    told = await rehearsed(calling, {}, listing=away)
    assert [one["after"]["held"] for one in told["orders"]] == ["UNKNOWN_PRODUCT"]
    assert (await rehearsed(calling, {}))["changed"] == 0


async def test_other_units_in_an_offer_are_told(calling: Calling, house: House, database: Database) -> None:
    await sell(database, house, "a")
    await database.write(lambda work: work.execute(delete(tables.listing_part)))
    told = await rehearsed(calling, {"rule": {"unitsPerOffer": 2}})
    assert [one["differences"] for one in told["orders"]] == [["OTHER"]]


async def test_the_changed_orders_come_in_pages(calling: Calling, house: House, database: Database) -> None:
    await sell(database, house, *(f"o{number}" for number in range(7)))
    seen = [
        one["number"]
        for offset in (0, 3, 6, 9)
        for one in (await rehearsed(calling, {"vatCodes": []}, first=3, offset=offset))["orders"]
    ]
    assert sorted(seen) == [f"#o{number}" for number in range(7)]


async def test_orders_of_long_ago_and_those_that_are_off_are_left_out(
    calling: Calling, house: House, database: Database
) -> None:
    await sell(database, house, "a")
    month = timedelta(days=31)
    await database.write(lambda work: work.execute(
        update(tables.orders).where(tables.orders.c.order_id == house.key("a"))
        .values(placed_at=work.clock.now() - month)
    ))  # fmt: skip
    assert (await rehearsed(calling, {"vatCodes": []}))["checked"] == 0


async def test_an_order_whose_vat_number_went_with_its_buyer_is_not_guessed_about(
    calling: Calling, house: House, database: Database
) -> None:
    now = database.clock.now()

    async def erase(work: Work) -> None:
        await work.execute(update(tables.orders).values(placed_at=now, status="forwarded"))
        await work.execute(delete(tables.buyer))

    await database.write(erase)
    told = await rehearsed(calling, {"vatCodes": []})
    assert (told["checked"], told["unknowable"], told["changed"]) == (0, 1, 0)


async def test_settings_that_no_channel_can_have_are_refused_in_words(calling: Calling, house: House) -> None:
    answer = await (await calling(Role.ADMIN)).answer(SETTINGS, settings={"sweepSeconds": 0.1})
    assert "5 to 86400" in answer["errors"][0]["message"]


async def test_an_order_is_rehearsed_to_the_byte_and_without_the_buyer(
    calling: Calling, house: House, database: Database
) -> None:
    await sell(database, house, "a")
    operator = await calling(Role.OPERATOR)
    told = (await operator.ask(ORDER, id=global_id("Order", house.key("a"))))["orderRehearsal"]
    assert told["outcome"] == {"held": None, "message": None, "total": "24.20"}
    assert told["certificate"] == {"equal": True, "total": "24.20"}
    body = json.loads(told["body"])
    assert (body["OrderedBy"], body["YourRef"]) == ("acme-account", "Wext-a")
    assert body["SalesOrderLines"][0]["VATCode"] == "4"
    assert "Jan" not in told["body"]


async def test_an_order_that_would_wait_says_why(calling: Calling, house: House, database: Database) -> None:
    await sell(database, house, "a", currency="USD")
    told = (await (await calling()).ask(ORDER, id=global_id("Order", house.key("a"))))["orderRehearsal"]
    assert (told["outcome"]["held"], told["certificate"], told["body"]) == ("CURRENCY", None, None)
    assert (await (await calling()).ask(ORDER, id=global_id("Order", "none")))["orderRehearsal"] is None


@pytest.mark.parametrize(("role", "query"), [(Role.OPERATOR, SETTINGS), (Role.VIEWER, ORDER)])
async def test_a_rehearsal_needs_the_role_of_what_it_rehearses(
    calling: Calling, house: House, role: Role, query: str
) -> None:
    given: dict[str, Any] = {"settings": {}, "id": global_id("Order", house.key("order"))}
    answer = await (await calling(role)).answer(query, **given)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_no_more_orders_are_looked_at_than_the_bound(house: House, database: Database) -> None:
    await sell(database, house, *(f"o{number}" for number in range(7)))
    async with database.read() as reading:
        channel = await load_channel(reading, "acme", "shop")
    assert channel is not None
    proposal = Proposal(replace(channel.settings, vat_codes={}))
    found = await Rehearsing(database, VAULT, "acme", at_most=5).settings(channel, proposal, database.clock.now())
    assert (found.checked, found.truncated, found.counts) == (5, True, {Difference.NOW_HELD: 5})


async def test_others_get_their_turn_between_any_two_orders(house: House, database: Database) -> None:
    """While many orders are thought through, a neighbour on the same loop is let in at least once for each."""
    await sell(database, house, *(f"o{number}" for number in range(120)))
    async with database.read() as reading:
        channel = await load_channel(reading, "acme", "shop")
    assert channel is not None
    turns = 0

    async def neighbour() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(neighbour)
        found = await Rehearsing(database, VAULT, "acme").settings(
            channel, Proposal(channel.settings), database.clock.now()
        )
        tasks.cancel_scope.cancel()
    assert found.checked == 120
    assert turns >= 120
