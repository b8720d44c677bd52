"""Whom an order is booked on and where it goes, as operators see and repair it."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.tenant import Role
from hub.store.buyers import load_buyer
from hub.store.engine import Database
from tests.api.caller import global_id
from tests.api.conftest import Calling
from tests.api.house import JAN, VAULT, House

SHOWN = """query ($id: ID!) { order(id: $id) {
  status customer { accountId matchedBy reason deliveryAddressId } hold { cause }
  addressCheck { state kind confidence doubts } addressParts { street houseNumber extension box pickupPoint }
} }"""


@pytest.fixture
def database(embedded: Database) -> Database:
    """One kind of database is enough here."""
    return embedded


def order_of(house: House) -> dict[str, str]:
    return {"orderId": global_id("Order", house.key("order"))}


async def shown(calling: Calling, house: House, role: Role = Role.OPERATOR) -> Any:
    caller = await calling(role)
    return (await caller.answer(SHOWN, id=order_of(house)["orderId"]))["data"]["order"]


async def test_a_chosen_account_is_shown_and_the_order_goes_on(calling: Calling, house: House) -> None:
    assert (await shown(calling, house))["customer"] is None
    given = order_of(house) | {"accountId": house.key("account"), "remember": True}
    answer = await (await calling(Role.OPERATOR)).change("orderCustomerChoose", "order { status }", **given)
    assert (answer["order"], answer["userErrors"]) == ({"status": "READY"}, [])
    seen = await shown(calling, house)
    assert seen["customer"] == {
        "accountId": house.key("account"),
        "matchedBy": "CHOSEN",
        "reason": "A person chose this account for the order.",
        "deliveryAddressId": None,
    }
    assert seen["hold"] is None


async def test_an_account_that_the_division_does_not_have_is_refused(calling: Calling, house: House) -> None:
    given = order_of(house) | {"accountId": "somebody"}
    answer = await (await calling(Role.OPERATOR)).change("orderCustomerChoose", "order { status }", **given)
    assert [(one["code"], one["field"]) for one in answer["userErrors"]] == [("CUSTOMER_UNKNOWN", ["accountId"])]
    assert (await shown(calling, house))["customer"] is None


async def test_an_address_is_shown_apart_to_operators_and_confirmed_beside_what_was_given(
    calling: Calling, house: House, database: Database
) -> None:
    seen = await shown(calling, house)
    assert seen["addressCheck"] == {"state": "SURE", "kind": "STREET", "confidence": 0.95, "doubts": []}
    assert seen["addressParts"] == {
        "street": "Dam", "houseNumber": "1", "extension": None, "box": None, "pickupPoint": None
    }  # fmt: skip
    caller, parts = await calling(Role.OPERATOR), {"street": "Dam", "houseNumber": "1", "box": "bus 3"}
    answer = await caller.change("orderAddressConfirm", "order { id }", **order_of(house), parts=parts)
    assert answer["userErrors"] == []
    seen = await shown(calling, house)
    assert (seen["addressCheck"]["state"], seen["addressParts"]["box"]) == ("CONFIRMED", "bus 3")
    async with database.read() as connection:
        buyer = await load_buyer(connection, VAULT, "acme", house.key("order"))
    assert buyer is not None
    assert buyer.ship_to == JAN.ship_to


async def test_a_viewer_sees_what_is_thought_of_an_address_and_not_the_address(calling: Calling, house: House) -> None:
    seen = await shown(calling, house, Role.VIEWER)
    assert (seen["addressCheck"]["state"], seen["addressParts"]) == ("SURE", None)


async def test_an_address_that_is_no_address_is_refused(calling: Calling, house: House) -> None:
    caller = await calling(Role.OPERATOR)
    answer = await caller.change("orderAddressConfirm", "order { id }", **order_of(house), parts={"street": " "})
    assert [(one["code"], one["field"]) for one in answer["userErrors"]] == [("TEXT_UNFIT", ["street"])]


@pytest.mark.parametrize(
    ("countries", "code", "field"),
    [
        ([{"country": "DE", "accountId": "none"}], "CUSTOMER_UNKNOWN", ["0", "accountId"]),
        ([{"country": "Germany", "accountId": "acme-account"}], "COUNTRY_UNKNOWN", ["0", "country"]),
        ([{"country": "de", "accountId": "acme-account"}] * 2, "MAPPED_TWICE", []),
    ],
)
async def test_a_policy_that_names_what_exact_does_not_have_is_refused(
    calling: Calling, house: House, countries: list[dict[str, str]], code: str, field: list[str]
) -> None:
    given = {"channelId": global_id("Channel", "shop"), "settings": {"customers": {"countries": countries}}}
    answer = await (await calling(Role.ADMIN)).change("channelConfigure", "channel { id }", **given)
    path = ["settings", "customers", "countries", *field]
    assert [(one["code"], one["field"]) for one in answer["userErrors"]] == [(code, path)]


async def test_a_policy_is_shown_as_it_was_given(calling: Calling, house: House) -> None:
    policy = {"countries": [{"country": "de", "accountId": house.key("account")}], "individual": True, "create": True}
    given = {"channelId": global_id("Channel", "shop"), "settings": {"customers": policy, "customerId": None}}
    names = "countries { country accountId } individual companies create addressOnCollective addressOnIndividual"
    selection = f"channel {{ settings {{ customerId customers {{ {names} }} }} }}"
    answer = await (await calling(Role.ADMIN)).change("channelConfigure", selection, **given)
    assert answer["userErrors"] == []
    assert answer["channel"]["settings"] == {
        "customerId": None,
        "customers": {
            "countries": [{"country": "DE", "accountId": house.key("account")}],
            "individual": True,
            "companies": False,
            "create": True,
            "addressOnCollective": False,
            "addressOnIndividual": True,
        },
    }
