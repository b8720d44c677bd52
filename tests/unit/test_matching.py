"""A listing finds its product by SKU, then by rule, then by EAN, and is never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hub.domain.matching import (
    Catalogue,
    MappedBy,
    Match,
    MatchingRules,
    MatchProblem,
    match_listing,
    rules_problem,
)
from hub.domain.zero_guard import ZeroGuard

CATALOGUE = Catalogue(
    {"MUG": "mug", "WEB-CUP": "webcup", "CUP": "cup", "TEA-NL": "teanl"},
    {"8712345678906": ("mug",), "4006381333931": ("mug", "cup")},
)
RULES = MatchingRules(prefixes=("WEB-", "W-"), suffixes=("-NL",), multipack="-{units}PK")


@pytest.mark.parametrize(
    ("sku", "product", "by", "units"),
    [
        ("MUG", "mug", MappedBy.SKU, None),
        ("WEB-CUP", "webcup", MappedBy.SKU, None),
        ("TEA-NL", "teanl", MappedBy.SKU, None),
        ("WEB-MUG", "mug", MappedBy.RULE, None),
        ("MUG-NL", "mug", MappedBy.RULE, None),
        ("W-MUG-NL", "mug", MappedBy.RULE, None),
        ("MUG-6PK", "mug", MappedBy.RULE, Decimal(6)),
        ("WEB-MUG-12PK-NL", "mug", MappedBy.RULE, Decimal(12)),
        ("WEB-MUG-NL-12PK", "mug", MappedBy.RULE, Decimal(12)),
        ("WEB-WEB-CUP", "webcup", MappedBy.RULE, None),
    ],
)
def test_the_sku_as_it_is_goes_before_the_rules(sku: str, product: str, by: MappedBy, units: Decimal | None) -> None:
    assert match_listing(sku, "4006381333931", RULES, CATALOGUE).match == Match(product, by, units)


@pytest.mark.parametrize("sku", ["MUG-0PK", "MUG-PK", "-6PK", "WEB-", "mug", "XMUG"])
def test_what_no_rule_reads_is_not_read(sku: str) -> None:
    assert match_listing(sku, None, RULES, CATALOGUE).problem is MatchProblem.NOTHING_FITS


def test_an_ean_decides_last_and_only_where_one_product_has_it() -> None:
    found = match_listing("?", "8712345678906", RULES, CATALOGUE)
    assert found.match == Match("mug", MappedBy.EAN)
    torn = match_listing("?", "4006381333931", RULES, CATALOGUE)
    assert torn.match is None
    assert torn.problem is MatchProblem.AMBIGUOUS
    assert [one.product_id for one in torn.candidates] == ["mug", "cup"]


def test_eans_can_be_left_alone() -> None:
    assert match_listing(None, "8712345678906", MatchingRules(by_ean=False), CATALOGUE).match is None


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        (MatchingRules(prefixes=("",)), "prefixes"),
        (MatchingRules(suffixes=("x" * 33,)), "suffixes"),
        (MatchingRules(multipack="-PK"), "multipack"),
        (MatchingRules(multipack="{units}"), "multipack"),
        (MatchingRules(multipack="{units}x{units}"), "multipack"),
    ],
)
def test_rules_that_make_no_sense_are_named(rules: MatchingRules, field: str) -> None:
    problem = rules_problem(rules)
    assert problem is not None
    assert problem[0] == field


@pytest.mark.parametrize(
    ("dropping", "with_stock", "held"), [(1, 1, False), (4, 4, False), (5, 8, True), (5, 10, False), (6, 10, True)]
)
def test_a_few_zeros_never_wait_and_half_a_shop_does(dropping: int, with_stock: int, held: bool) -> None:
    assert ZeroGuard().suspects(dropping, with_stock) is held
    assert not ZeroGuard(percent=100).suspects(dropping, with_stock)
