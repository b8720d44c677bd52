"""Drift over the API: what differs and what it is worth, what to do about it, and what is told live."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from hub.domain.drift import DriftPolicy, Healing
from hub.domain.platform import Platform
from hub.domain.tenant import Role
from hub.store import tables
from hub.store.engine import Database, Work
from hub.store.settings_codec import settings_from_json
from tests.api.caller import global_id
from tests.api.changing import kinds_posted
from tests.api.conftest import Calling
from tests.api.house import NOON, House

LIST = """
query ($filter: StockDifferencesFilter) {
  stockDifferences(filter: $filter) { nodes { id cause state says believed shown units atRisk { amount currency }
    since canHeal listing { sku } channel { name } } }
  moneyAtRisk(filter: $filter) { cause currency differences oversellableUnits unsellableUnits
    oversellable { amount currency } unsellable { amount currency } }
}
"""
HEAL = """
mutation ($input: StockDifferenceHealInput!) {
  stockDifferenceHeal(input: $input) { difference { state } userErrors { field code } }
}
"""
ASIDE = """
mutation ($input: StockDifferenceSetAsideInput!) {
  stockDifferenceSetAside(input: $input) { difference { state } userErrors { field code } }
}
"""
CONFIGURE = """
mutation ($input: ChannelConfigureInput!) {
  channelConfigure(input: $input) { channel { settings { drift { healing causes } } } userErrors { code } }
}
"""


async def drift(database: Database, name: str, **values: Any) -> str:
    """Let a listing of the shop drift, and return the id of the difference."""
    usual = {
        "channel_id": "shop", "cause": "late_news", "state": "open", "settled": True, "says": 5, "believed": 2,
        "shown": 2, "units": -3, "price": Decimal("10.00"), "currency": "EUR", "amount": Decimal("30.00"),
        "since": NOON, "found_at": NOON, "looked_at": NOON,
    }  # fmt: skip

    async def write(work: Work) -> None:
        row = {"tenant_id": "acme", "listing_id": name, **usual, **values}
        await work.execute(insert(tables.stock_difference).values(row))

    await database.write(write)
    return global_id("StockDifference", name)


def own(house: House) -> str:
    return global_id("StockDifference", house.key("listing"))


async def test_differences_are_listed_with_cause_age_and_money_at_risk(
    calling: Calling, house: House, database: Database
) -> None:
    caller = await calling(Role.VIEWER)
    await drift(database, "late", since=NOON - timedelta(hours=2))
    await drift(database, "unpriced", price=None, currency=None, amount=None)
    await drift(database, "over", state="healed", healed_at=NOON)
    found = await caller.ask(LIST, filter={"channelId": global_id("Channel", "shop")})
    nodes = found["stockDifferences"]["nodes"]
    assert nodes[0]["id"] == global_id("StockDifference", "late")
    assert {node["id"] for node in nodes[1:]} == {own(house), global_id("StockDifference", "unpriced")}
    by_hand = next(node for node in nodes if node["id"] == own(house))
    assert (by_hand["cause"], by_hand["units"], by_hand["canHeal"]) == ("CHANGED_BY_HAND", 3, True)
    assert by_hand["atRisk"] == {"amount": "36.30", "currency": "EUR"}
    assert (by_hand["listing"]["sku"], by_hand["channel"]["name"]) == ("MUG", "Web shop")
    sums = {(each["cause"], each["currency"]): each for each in found["moneyAtRisk"]}
    assert sums[("LATE_NEWS", "EUR")]["unsellable"] == {"amount": "30.00", "currency": "EUR"}
    assert sums[("LATE_NEWS", None)]["unsellableUnits"] == 3
    assert sums[("LATE_NEWS", None)]["unsellable"] is None
    assert sums[("CHANGED_BY_HAND", "EUR")]["oversellable"]["amount"] == "36.30"


async def test_differences_are_chosen_by_cause_state_and_age(
    calling: Calling, house: House, database: Database
) -> None:
    caller = await calling(Role.VIEWER)
    late = await drift(database, "late", since=NOON - timedelta(hours=2))
    over = await drift(database, "over", state="healed", healed_at=NOON)

    async def ids(**chosen: Any) -> list[str]:
        found = await caller.ask(LIST, filter=chosen)
        return [node["id"] for node in found["stockDifferences"]["nodes"]]

    assert await ids(causes=["CHANGED_BY_HAND"]) == [own(house)]
    assert await ids(states=["HEALED"]) == [over]
    assert await ids(sinceBefore=(NOON - timedelta(hours=1)).isoformat()) == [late]


async def test_a_person_heals_one_now_or_sets_it_aside(calling: Calling, house: House, database: Database) -> None:
    caller = await calling(Role.OPERATOR)
    gone = await drift(database, "gone", cause="listing_gone")
    healed = await caller.ask(HEAL, input={"differenceId": own(house)})
    assert healed["stockDifferenceHeal"] == {"difference": {"state": "OPEN"}, "userErrors": []}
    assert "channel.patrol.settle" in await kinds_posted(database, "channel/acme/shop")
    refused = await caller.ask(HEAL, input={"differenceId": gone})
    assert [error["code"] for error in refused["stockDifferenceHeal"]["userErrors"]] == ["NEEDS_PERSON"]
    aside = await caller.ask(ASIDE, input={"differenceId": gone})
    assert aside["stockDifferenceSetAside"]["difference"] == {"state": "ASIDE"}
    unknown = await caller.ask(ASIDE, input={"differenceId": global_id("StockDifference", "none")})
    assert [error["code"] for error in unknown["stockDifferenceSetAside"]["userErrors"]] == ["NOT_FOUND"]


async def test_the_policy_is_a_setting_of_the_channel(calling: Calling, house: House, database: Database) -> None:
    caller = await calling(Role.ADMIN)
    given = {"healing": "CHOSEN", "causes": ["CHANGED_BY_HAND"]}
    changed = await caller.ask(
        CONFIGURE, input={"channelId": global_id("Channel", "shop"), "settings": {"drift": given}}
    )
    assert changed["channelConfigure"]["channel"]["settings"]["drift"] == given
    async with database.read() as reading:
        statement = select(tables.channel.c.settings).where(tables.channel.c.tenant_id == "acme")
        stored = (await reading.execute(statement.where(tables.channel.c.channel_id == "shop"))).scalar_one()
    read = settings_from_json(stored, Platform.WOOCOMMERCE).drift
    assert read == DriftPolicy(Healing.CHOSEN, read.causes)
    assert settings_from_json({}, Platform.BOL).drift == DriftPolicy()
