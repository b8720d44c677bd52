"""The VAT code of a division for a treatment: the closest rule wins, and a code is judged by the order's day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hub.domain.channel import ChannelSettings, StockSource
from hub.domain.platform import Platform
from hub.domain.product import VatCode, VatPeriod
from hub.domain.tax import Goods, Regime, UnknownPolicy
from hub.domain.tax.profile import TaxProfile
from hub.domain.vat_mapping import VatRule, mapped_code, vat_code_problem
from hub.store.settings_codec import settings_from_json, settings_to_json
from hub.store.tax_profiles import profile_from_json, profile_to_json

HIGH, GERMAN = Decimal("0.21"), Decimal("0.19")
RULES = (
    VatRule("DE", GERMAN, "any"),
    VatRule("DE", GERMAN, "oss", Regime.OSS),
    VatRule("PT", Decimal("0.16"), "mainland"),
    VatRule("PT-AC", Decimal("0.160"), "azores"),
    VatRule("NL", Decimal(0), "eu", Regime.REVERSE_CHARGE),
)


def code(
    percentage: Decimal = HIGH, kind: str = "I", use: str = "S", blocked: bool = False, *periods: VatPeriod
) -> VatCode:
    return VatCode(1, "X", "X", percentage, kind, use, blocked, periods)


@pytest.mark.parametrize(
    ("regime", "place", "rate", "expected"),
    [
        (Regime.OSS, "DE", GERMAN, "oss"),
        (Regime.STOCK_ABROAD, "DE", GERMAN, "any"),
        (Regime.OSS, "DE", Decimal("0.07"), None),
        (Regime.OSS, "PT-AC", Decimal("0.16"), "azores"),
        (Regime.OSS, "PT-MA", Decimal("0.16"), "mainland"),
        (Regime.REVERSE_CHARGE, "NL", Decimal("0.00"), "eu"),
        (Regime.EXPORT, "NL", Decimal(0), None),
    ],
)
def test_the_closest_rule_names_the_code(regime: Regime, place: str, rate: Decimal, expected: str | None) -> None:
    assert mapped_code(RULES, regime, place, rate) == expected


def test_a_code_is_judged_by_what_it_carried_on_the_day() -> None:
    low = code(Decimal("0.09"), "I", "S", False,
               VatPeriod(Decimal("0.06"), date(2012, 10, 1), date(2018, 12, 31)),
               VatPeriod(Decimal("0.09"), date(2019, 1, 1)))  # fmt: skip
    assert vat_code_problem(low, Decimal("0.06"), date(2018, 12, 31)) is None
    assert vat_code_problem(low, Decimal("0.09"), date(2019, 1, 1)) is None
    assert vat_code_problem(low, Decimal("0.09"), date(2018, 12, 31)) == "VAT code X is 6 % on 2018-12-31, not 9 %."
    assert vat_code_problem(low, Decimal("0.09"), date(2012, 1, 1)) == "VAT code X has no percentage on 2012-01-01."
    assert vat_code_problem(low, Decimal("0.09")) is None


def test_a_code_is_judged_by_its_use_and_type() -> None:
    assert vat_code_problem(code(blocked=True), HIGH) == "VAT code X is blocked or not meant for sales."
    assert vat_code_problem(code(use="P"), HIGH) == "VAT code X is blocked or not meant for sales."
    assert vat_code_problem(code(kind="N"), HIGH) == "VAT code X is neither including nor excluding VAT."
    assert vat_code_problem(code(Decimal(0), "B"), Decimal(0), untaxed=True) is None
    assert vat_code_problem(code(Decimal(0), "B"), Decimal(0)) == "VAT code X is neither including nor excluding VAT."


def test_settings_of_before_are_still_read_and_new_ones_come_back() -> None:
    plain = settings_to_json(ChannelSettings(division=1, vat_codes={HIGH: "4"}))
    for name in ("vat_rules", "ships_from", "warehouse_countries", "goods", "split_charges"):
        del plain[name]
    assert settings_from_json(plain, Platform.BOL) == ChannelSettings(division=1, vat_codes={HIGH: "4"})
    whole = ChannelSettings(vat_rules=RULES, ships_from="NL", warehouse_countries={"w": "DE"},
                            goods={"1": Goods.FOOD}, split_charges=True)  # fmt: skip
    assert settings_from_json(settings_to_json(whole), Platform.BOL) == whole


def test_goods_leave_from_where_the_warehouses_lie() -> None:
    both = (StockSource(1, "ams"), StockSource(1, "cgn"), StockSource(2, "ant"))
    settings = ChannelSettings(division=1, sources=both, warehouse_countries={"cgn": "DE", "ant": "BE"})
    assert settings.origin("NL ") is None
    assert ChannelSettings(division=1, sources=both[1:], warehouse_countries={"cgn": "DE"}).origin("NL") == "DE"
    assert ChannelSettings(division=1, sources=both[:1]).origin("NL ") == "NL"
    assert ChannelSettings(division=1, ships_from="BE").origin("NL") == "BE"
    assert ChannelSettings(division=1).origin(None) is None


def test_a_profile_makes_the_seller_of_a_year_with_what_was_sold_here_and_elsewhere() -> None:
    profile = TaxProfile("NL", {"NL": "NL004495445B01"}, carried={2025: Decimal(9000), 2026: Decimal(100)},
                         unknown=UnknownPolicy.ACCEPT)  # fmt: skip
    seller = profile.seller(2026, {2025: Decimal(2000), 2026: Decimal(50)})
    assert (seller.oss.last_year, seller.oss.this_year, seller.oss.registered) == (Decimal(11000), Decimal(150), False)
    assert str(profile.requester) == "NL004495445B01"
    assert TaxProfile("NL", {"NL": "NL1"}).requester is None
    assert profile_from_json(profile_to_json(profile)) == profile
