"""VAT by the rules, from the buyer's number to the certificate, on a connected wholesaler."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.domain.tax import Regime, UnknownPolicy
from hub.domain.tax.profile import TaxProfile
from hub.domain.vat_mapping import VatRule
from hub.store.certificates import certificate_from_json
from hub.store.sealed import VAT_NUMBER
from hub.store.tables import message, vat_code, vat_number
from tests.flows.stage import TENANT, Stage, eventually

PROFILE = TaxProfile("NL", {"NL": "NL004495445B01"}, oss_country="NL")
RULES = (
    VatRule("BE", Decimal("0.21"), "OB"),
    VatRule("NL", Decimal(0), "7", Regime.REVERSE_CHARGE),
)


@pytest.fixture
async def trader(acme: Stage) -> Stage:
    """A wholesaler in the one stop shop, whose bol.com channel knows the codes for Belgium and for businesses."""
    await acme.command(commands.set_tax_profile, PROFILE)
    await acme.configure("bol", vat_rules=RULES)
    return acme


async def high_rate_sku(stage: Stage) -> str:
    """Return an article at the high rate that bol.com shows enough of."""
    goods = (await stage.http.get("/_control/state")).json()
    shown = goods["channels"]["bol"]["shown"]
    return str(next(one["sku"] for one in goods["goods"] if one["vat_rate"] == "0.21" and shown.get(one["sku"], 0) > 3))


async def sell(stage: Stage, **asked: Any) -> str:
    return await stage.sell("bol", lines=[{"sku": await high_rate_sku(stage), "quantity": 1}], **asked)


def entries(order: Any) -> list[tuple[str | None, str | None, str]]:
    one = certificate_from_json(order.derivation)
    assert one is not None
    assert one.equal
    return [(None if e.regime is None else e.regime.value, e.taxed_in, e.code) for e in one.entries]


async def test_without_a_standing_the_order_is_certified_as_it_was_mapped(acme: Stage) -> None:
    order = await acme.until_order(await sell(acme), "forwarded")
    assert entries(order) == [(None, None, "4")]
    assert order.distance_sale is None


async def test_a_private_buyer_abroad_is_booked_at_home_of_the_buyer(trader: Stage) -> None:
    order = await trader.until_order(await sell(trader, country="BE"), "forwarded")
    assert entries(order) == [("oss", "BE", "OB")]
    assert order.distance_sale == (order.total / Decimal("1.21")).quantize(Decimal("0.01"))
    assert (await trader.ledger())["wrong_totals"] == 0


async def test_a_business_abroad_is_asked_about_once_and_charged_no_vat(trader: Stage) -> None:
    order = await trader.until_order(await sell(trader, country="BE", company=True), "forwarded")
    assert entries(order) == [("reverse_charge", "NL", "7")]
    [known] = await trader.rows(select(vat_number))
    kept = trader.desk.vault.open_json(known.sealed, VAT_NUMBER.place(TENANT, known.number_key))
    assert (kept["status"], kept["number"][:2]) == ("valid", "BE")
    assert kept["consultation"]
    assert kept["number"] not in str(order.derivation)
    assert (await trader.ledger())["wrong_totals"] == 0


async def test_an_order_waits_for_the_register_and_goes_on_by_itself(trader: Stage) -> None:
    await trader.control("settings", platform="vies", states_down=["BE"])
    external_id = await sell(trader, country="BE", company=True)
    held = await trader.until_order(external_id, "held")
    assert held.hold_cause == "evidence_pending"
    other = await trader.until_order(await sell(trader), "forwarded")
    assert entries(other) == [("domestic", "NL", "4")]
    calls = (await trader.http.get("/_control/state")).json()["calls"]["vies"]

    async def asked_again() -> bool:
        state = (await trader.http.get("/_control/state")).json()
        return bool(state["calls"]["vies"] > calls)

    await eventually(asked_again)
    assert len(await trader.events("order.held")) == 1
    await trader.control("settings", platform="vies", states_down=[])
    order = await trader.until_order(external_id, "forwarded")
    assert entries(order) == [("reverse_charge", "NL", "7")]
    assert len(await trader.events("order.evidence")) == 1
    assert (await trader.ledger())["duplicates"] == 0


async def test_an_order_cancelled_while_it_waits_is_not_asked_about_any_more(trader: Stage) -> None:
    await trader.control("settings", platform="vies", states_down=["BE"])
    external_id = await sell(trader, country="BE", company=True)
    held = await trader.until_order(external_id, "held")
    await trader.command(commands.cancel_order, held.order_id)

    async def no_question_waits() -> bool:
        return not await trader.rows(select(message).where(message.c.kind == "erp.order.evidence"))

    await eventually(no_question_waits)
    assert (await trader.order(external_id)).status == "cancelled"


async def test_an_outage_of_the_register_follows_the_tenants_policy(trader: Stage) -> None:
    await trader.command(
        commands.set_tax_profile,
        TaxProfile("NL", {}, oss_country="NL", unknown=UnknownPolicy.AS_PRIVATE),
    )
    await trader.control("outage", platform="vies")
    order = await trader.until_order(await sell(trader, country="BE", company=True), "forwarded")
    assert entries(order) == [("oss", "BE", "OB")]


async def test_a_number_that_is_struck_off_is_no_business(trader: Stage) -> None:
    await trader.control("settings", platform="vies", error="INVALID_INPUT", errors=1)
    order = await trader.until_order(await sell(trader, country="BE", company=True), "forwarded")
    assert entries(order) == [("oss", "BE", "OB")]


async def test_the_threshold_counts_the_sales_of_all_channels(acme: Stage) -> None:
    year = acme.desk.clock.now().year
    carried = dict.fromkeys((year, year + 1), Decimal("9999.99"))
    await acme.command(commands.set_tax_profile, TaxProfile("NL", carried=carried))
    order = await acme.until_order(await sell(acme, country="BE"), "held")
    assert order.hold_cause == "vat_undecided"
    await acme.command(commands.set_tax_profile, TaxProfile("NL"))
    await acme.command(commands.retry_order, order.order_id)
    stored = await acme.until_order(order.external_id, "forwarded")
    assert entries(stored) == [("below_threshold", "NL", "4")]
    assert stored.distance_sale is not None


async def test_what_codes_carried_when_is_read_from_exact(acme: Stage) -> None:
    codes = {row.code: row.periods for row in await acme.rows(select(vat_code))}
    assert [(one["percentage"], one["since"], one["until"]) for one in codes["1"]] == [
        ("0.06", "2012-10-01", "2018-12-31"),
        ("0.09", "2019-01-01", None),
    ]
