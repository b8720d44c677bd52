"""Settings of channels and of the business: changed in part, refused where they cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from hub.store.engine import Database
from tests.api.changing import SHOP, kinds_posted, newest_events
from tests.api.conftest import Calling
from tests.api.house import DIVISION, House


def rule(**given: str) -> dict[str, Any]:
    """Return settings with one VAT rule that could be, but for what is given."""
    return {"vatRules": [{"taxedIn": "NL", "rate": "0.21", "code": "4"} | given]}


async def test_settings_change_in_part_and_the_rest_stays(calling: Calling, house: House, database: Database) -> None:
    caller = await calling()
    changed = await caller.change(
        "channelConfigure",
        "channel { settings { forwarding stock customerId division chargeId rule { buffer cap } sources { division }}}",
        channelId=SHOP,
        settings={"forwarding": False, "customerId": None, "chargeId": "freight", "rule": {"buffer": 2}},
    )
    assert changed["channel"]["settings"] == {
        "forwarding": False,
        "stock": True,
        "customerId": None,
        "division": DIVISION,
        "chargeId": "freight",
        "rule": {"buffer": 2, "cap": 999},
        "sources": [{"division": DIVISION}],
    }
    [event] = await newest_events(caller)
    assert event["detail"]["before"]["customer_id"] == "acme-account"
    assert event["detail"]["after"]["customer_id"] is None
    assert "channel.stock.publish" in await kinds_posted(database, "channel/acme/shop")


@pytest.mark.parametrize(
    ("settings", "code", "field"),
    [
        ({"customerId": "nobody"}, "CUSTOMER_UNKNOWN", ["settings", "customerId"]),
        ({"division": 999}, "DIVISION_UNKNOWN", ["settings", "division"]),
        ({"vatCodes": [{"rate": "0.21", "code": "99"}]}, "VAT_CODE_UNKNOWN", ["settings", "vatCodes", "0.21"]),
        ({"sources": [{"division": DIVISION, "warehouseId": "x"}]}, "WAREHOUSE_UNKNOWN", ["settings", "sources", "0"]),
        ({"rule": {"buffer": -1}}, "RULE_UNFIT", ["settings", "rule", "buffer"]),
        ({"sweepSeconds": 0.0}, "PACE_UNFIT", ["settings", "sweepSeconds"]),
        ({"vatCodes": [{"rate": "0.21", "code": "4"}] * 2}, "MAPPED_TWICE", ["settings", "vatCodes"]),
        (rule(code="99"), "VAT_CODE_UNKNOWN", ["settings", "vatRules", "0", "code"]),
        (rule(taxedIn="CH"), "PLACE_UNKNOWN", ["settings", "vatRules", "0", "taxedIn"]),
        (rule(rate="0.19"), "VAT_CODE_UNFIT", ["settings", "vatRules", "0", "code"]),
        (rule(regime="EXPORT"), "RATE_UNFIT", ["settings", "vatRules", "0", "rate"]),
        (rule(regime="EVIDENCE_PENDING"), "REGIME_UNFIT", ["settings", "vatRules", "0", "regime"]),
        ({"vatRules": rule()["vatRules"] * 2}, "MAPPED_TWICE", ["settings", "vatRules"]),
        ({"goods": [{"code": "99", "goods": "FOOD"}]}, "VAT_CODE_UNKNOWN", ["settings", "goods", "0"]),
        ({"shipsFrom": "Holland"}, "COUNTRY_UNKNOWN", ["settings", "shipsFrom"]),
        (
            {"warehouseCountries": [{"warehouseId": "w", "country": "1"}]},
            "COUNTRY_UNKNOWN",
            ["settings", "warehouseCountries", "0"],
        ),
    ],
)
async def test_a_mapping_that_names_nothing_is_refused_when_it_is_saved(
    calling: Calling, house: House, settings: dict[str, Any], code: str, field: list[str]
) -> None:
    caller = await calling()
    refused = await caller.change("channelConfigure", "channel { name }", channelId=SHOP, settings=settings)
    assert refused["channel"] is None
    assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [(code, field)]
    assert (await newest_events(caller))[0]["kind"] == "order.imported"


async def test_where_and_how_sales_are_taxed_is_saved_and_shown(calling: Calling, house: House) -> None:
    caller = await calling()
    asked = "vatRules { taxedIn rate code regime } shipsFrom warehouseCountries { warehouseId country }"
    given = {
        "vatRules": [
            {"taxedIn": "nl", "rate": "0.21", "code": "4", "regime": "BELOW_THRESHOLD"},
            {"taxedIn": "BE", "rate": "0.21", "code": "4"},
        ],
        "shipsFrom": "NL",
        "warehouseCountries": [{"warehouseId": "w1", "country": "DE"}],
        "goods": [{"code": "4", "goods": "FOOD"}],
        "splitCharges": True,
    }
    changed = await caller.change(
        "channelConfigure",
        f"channel {{ settings {{ {asked} goods {{ code goods }} splitCharges }} }}",
        channelId=SHOP,
        settings=given,
    )
    shown = changed["channel"]["settings"]
    assert shown["vatRules"] == [
        {"taxedIn": "NL", "rate": "0.21", "code": "4", "regime": "BELOW_THRESHOLD"},
        {"taxedIn": "BE", "rate": "0.21", "code": "4", "regime": None},
    ]
    assert {name: shown[name] for name in given if name != "vatRules"} == {
        name: value for name, value in given.items() if name != "vatRules"
    }


async def test_a_business_says_how_it_stands_with_vat(calling: Calling, house: House) -> None:
    caller = await calling()
    payload = (
        "tenant { tax { home numbers { state number } ossCountry opted stockAbroad unknown carried {year amount}}}"
    )
    changed = await caller.change(
        "taxProfileSet",
        payload,
        home="nl",
        numbers=[{"state": "NL", "number": "NL004495445B01"}, {"state": "DE", "number": "DE136695976"}],
        ossCountry="NL",
        stockAbroad=True,
        unknown="AS_PRIVATE",
        carried=[{"year": 2025, "amount": "9000.00"}],
    )
    assert changed["tenant"]["tax"] == {
        "home": "NL",
        "numbers": [{"state": "DE", "number": "DE136695976"}, {"state": "NL", "number": "NL004495445B01"}],
        "ossCountry": "NL",
        "opted": False,
        "stockAbroad": True,
        "unknown": "AS_PRIVATE",
        "carried": [{"year": 2025, "amount": "9000.00"}],
    }
    [event] = await newest_events(caller)
    assert (event["kind"], event["actor"]) == ("tax.profile", "user:admin of acme")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"home": "CH"}, "home"),
        ({"home": "NL", "ossCountry": "US"}, "ossCountry"),
        ({"home": "NL", "numbers": [{"state": "NL", "number": "NL123456789B01"}]}, "numbers"),
        ({"home": "NL", "numbers": [{"state": "FR", "number": "DE136695976"}]}, "numbers"),
        ({"home": "NL", "carried": [{"year": 2025, "amount": "-1"}]}, "carried"),
    ],
)
async def test_a_standing_that_cannot_be_is_refused(
    calling: Calling, house: House, given: dict[str, Any], field: str
) -> None:
    caller = await calling()
    refused = await caller.change("taxProfileSet", "tenant { id }", **given)
    assert (refused["userErrors"][0]["code"], refused["userErrors"][0]["field"]) == (
        "PROFILE_UNFIT",
        ["profile", field],
    )
