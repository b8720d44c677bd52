"""How amounts are booked: set, shown, refused where it cannot work, and what keeps an order from being exact."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from hub.domain.amounts.differences import AmountOf, Difference, not_exact
from hub.domain.order import Payment, PaymentKind
from hub.store import tables
from hub.store.engine import Database, Work
from hub.store.payments import payments_to_json
from tests.api.caller import Caller, global_id
from tests.api.conftest import Calling
from tests.api.house import House

SHOP = global_id("Channel", "shop")
POLICY = """channel { settings { amounts { rounding roundingChargeId roundingVatCode pricePlaces totalStep shippingItem
voucherItem giftCards giftCardKeys currencies money chargeRules { kind name chargeId itemId vatCode } } } }"""


async def configured(caller: Caller, **amounts: Any) -> Any:
    return await caller.change("channelConfigure", POLICY, channelId=SHOP, settings={"amounts": amounts})


async def test_amounts_are_set_in_part_and_the_rest_stays(calling: Calling, house: House) -> None:
    caller, item = await calling(), house.key("item")
    rule = {"kind": "FEE", "name": " Statiegeld ", "itemId": item, "vatCode": "4"}
    await configured(
        caller, rounding="CHARGE", roundingChargeId="r1", pricePlaces=2, totalStep="0.05", chargeRules=[rule]
    )
    answer = await configured(caller, currencies=["usd", "USD"], giftCards=["Cadeaubon", ""], voucherItem=item)
    assert answer["userErrors"] == []
    assert answer["channel"]["settings"]["amounts"] == {
        "rounding": "CHARGE",
        "roundingChargeId": "r1",
        "roundingVatCode": None,
        "pricePlaces": 2,
        "totalStep": "0.05",
        "shippingItem": None,
        "voucherItem": item,
        "giftCards": ["Cadeaubon"],
        "giftCardKeys": [],
        "currencies": ["USD"],
        "money": "SHOP",
        "chargeRules": [{"kind": "FEE", "name": "Statiegeld", "chargeId": None, "itemId": item, "vatCode": "4"}],
    }
    cleared = await configured(caller, totalStep=None, rounding="HOLD", roundingChargeId=None)
    assert cleared["channel"]["settings"]["amounts"]["totalStep"] is None


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ({"pricePlaces": 1}, "PLACES_UNFIT"),
        ({"pricePlaces": 7}, "PLACES_UNFIT"),
        ({"totalStep": "0.05"}, "CHARGE_NEEDED"),
        ({"rounding": "CHARGE"}, "CHARGE_NEEDED"),
        ({"totalStep": "0.01", "roundingChargeId": "r"}, "STEP_UNFIT"),
        ({"totalStep": "0.055", "roundingChargeId": "r"}, "STEP_UNFIT"),
        ({"totalStep": "5", "roundingChargeId": "r"}, "STEP_UNFIT"),
        ({"currencies": ["EURO"]}, "CURRENCY_UNKNOWN"),
        ({"shippingItem": "none"}, "ITEM_UNKNOWN"),
        ({"voucherItem": "none"}, "ITEM_UNKNOWN"),
        ({"roundingVatCode": "QQ"}, "VAT_CODE_UNKNOWN"),
        ({"chargeRules": [{"vatCode": "QQ"}]}, "VAT_CODE_UNKNOWN"),
        ({"chargeRules": [{"itemId": "none"}]}, "ITEM_UNKNOWN"),
        ({"chargeRules": [{"itemId": "a", "chargeId": "b"}]}, "RULE_UNFIT"),
        ({"chargeRules": [{"itemId": "a", "kind": "DISCOUNT"}]}, "RULE_UNFIT"),
        ({"giftCards": ["x"] * 201}, "TOO_MANY"),
    ],
)
async def test_what_can_never_work_is_refused_when_it_is_set(
    calling: Calling, house: House, amounts: dict[str, Any], code: str
) -> None:
    answer = await configured(await calling(), **amounts)
    assert [error["code"] for error in answer["userErrors"]] == [code]
    assert answer["channel"] is None


async def test_a_hold_tells_amount_by_amount_what_differs(calling: Calling, house: House, database: Database) -> None:
    rows = [
        Difference("MUG", AmountOf.GROSS, Decimal("10.00"), Decimal("9.99"), "1"),
        Difference("total", AmountOf.TOTAL, Decimal("10.00"), Decimal("9.99")),
    ]
    hold = not_exact("Exact cannot hold it.", rows, Decimal("-0.01"))
    paid = payments_to_json([Payment(PaymentKind.GIFT_CARD, Decimal("5.00"), "secret")])

    async def write(work: Work) -> None:
        detail = {"message": hold.message, **hold.detail}
        values = {"hold_cause": hold.cause.value, "hold_detail": detail, "payments": paid}
        own = tables.orders.c.order_id == house.key("order")
        await work.execute(update(tables.orders).where(own).values(**values))

    await database.write(write)
    query = """query ($id: ID!) { node(id: $id) { ... on Order {
        hold { cause message differences { name lineId of channel exact difference } } payments { kind amount } } } }"""
    found = (await (await calling()).ask(query, id=global_id("Order", house.key("order"))))["node"]
    assert found["hold"]["cause"] == "TOTALS_DIFFER"
    assert found["hold"]["differences"] == [
        {"name": "MUG", "lineId": "1", "of": "GROSS", "channel": "10.00", "exact": "9.99", "difference": "-0.01"},
        {"name": "total", "lineId": None, "of": "TOTAL", "channel": "10.00", "exact": "9.99", "difference": "-0.01"},
    ]
    assert found["payments"] == [{"kind": "GIFT_CARD", "amount": "5.00"}]


async def test_other_holds_have_no_differences(calling: Calling, house: House) -> None:
    query = "query ($id: ID!) { node(id: $id) { ... on Order { hold { differences { name } } } } }"
    found = (await (await calling()).ask(query, id=global_id("Order", house.key("order"))))["node"]
    assert found["hold"] == {"differences": []}
