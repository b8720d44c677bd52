"""An offer of several products: the scarcest decides, the price is shared out to the cent, units leave whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.channel import ChannelSettings
from hub.domain.forwarding import Books, Hold, draft_sales_order
from hub.domain.kit import Part, shares
from hub.domain.money import total
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.owed import expected_total
from hub.domain.product import ErpItem, VatCode
from hub.domain.stock import Reading, StockRule, Supply, publishable_offer
from hub.store.orders import StoredLine, StoredOrder
from hub.store.parts import LinePart
from hub.store.sales_lines import SalesLine

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HIGH = Decimal("0.21")
CODES = {"VH": VatCode(1, "VH", "High", HIGH, "I", "S")}
ITEMS = {one: ErpItem(1, f"guid-{one}", one.upper(), None, one, "VH") for one in ("mug", "tea", "lid")}
SETTINGS = ChannelSettings(division=1, customer_id="debtor", vat_codes={HIGH: "VH"})

units = st.decimals("0.01", 20, places=2)
supplies = st.lists(
    st.builds(
        Supply,
        units,
        st.lists(
            st.builds(Reading, st.just(1), st.just("A"), st.decimals(-50, 500, places=3), st.just(NOON)), max_size=3
        ),
        st.decimals(0, 100, places=2),
        st.decimals(0, 20, places=1),
    ),
    min_size=1,
    max_size=4,
)
rules = st.builds(
    StockRule, buffer=st.integers(0, 5), cap=st.integers(0, 999), safety_stock=st.decimals(0, 10, places=1)
)


@given(rules, supplies)
def test_no_part_of_a_kit_is_ever_promised_beyond_what_is_free_of_it(rule: StockRule, held: list[Supply]) -> None:
    quantity = publishable_offer(rule, held).quantity or 0
    for one in held:
        kept = max(rule.safety_stock, one.safety_stock)
        assert quantity == 0 or quantity * one.units <= one.free - one.claims - kept


@given(rules, supplies)
def test_the_scarcest_part_decides_and_every_part_explains_itself(rule: StockRule, held: list[Supply]) -> None:
    named = [replace(one, name=f"P{place}") for place, one in enumerate(held)]
    made = publishable_offer(rule, named)
    alone = [publishable_offer(rule, [one]).quantity or 0 for one in held]
    assert made.quantity == min(alone)
    names = {term.name for term in made.terms}
    assert {f"P{place}: claims" for place in range(len(held))} <= names


@given(supplies, st.integers(1, 50))
def test_backorder_never_sells_more_than_its_limit_beyond_what_is_free(held: list[Supply], limit: int) -> None:
    quantity = publishable_offer(StockRule(backorder=limit), held).quantity or 0
    offers = min(floor((one.free - one.claims - one.safety_stock) / one.units) for one in held)
    assert quantity == 0 or offers - quantity >= -limit
    assert quantity >= (publishable_offer(StockRule(), held).quantity or 0)


def supply(free: str, claims: str = "0", each: str = "1") -> Supply:
    return Supply(Decimal(each), [Reading(1, "A", Decimal(free), NOON)], Decimal(claims))


NEVER_READ = Supply(Decimal(1), [], Decimal(0))


@pytest.mark.parametrize(
    ("free", "claims", "shown"), [("0", "0", 5), ("3", "0", 5), ("8", "0", 8), ("0", "2", 3), ("-5", "0", 0)]
)
def test_backorder_shows_its_limit_when_free_stock_is_short(free: str, claims: str, shown: int) -> None:
    made = publishable_offer(StockRule(backorder=5), [supply(free, claims)])
    assert made.quantity == shown
    assert ("backorder", "5") in {(term.name, term.value) for term in made.terms}


@pytest.mark.parametrize(
    ("free", "claims", "shown"), [("0", "0", 20), ("0", "3", 17), ("-5", "3", 12), ("90", "0", 20)]
)
def test_a_presale_sells_what_is_announced_less_all_that_is_promised_of_it(free: str, claims: str, shown: int) -> None:
    rule = StockRule(presale=20, presale_until=NOON)
    before = datetime(2026, 11, 26, 11, tzinfo=UTC)
    assert publishable_offer(rule, [supply(free, claims)], before).quantity == shown
    after = publishable_offer(rule, [supply(free, claims)], NOON)
    assert after.quantity == (publishable_offer(StockRule(), [supply(free, claims)]).quantity or 0)


def test_fractions_of_free_stock_are_sold_in_whole_offers() -> None:
    assert publishable_offer(StockRule(), [supply("2.7", each="0.5")]).quantity == 5


def test_a_stopped_part_stops_the_kit_and_says_why() -> None:
    dead = replace(supply("9"), stopped="the item is ended in division 1", name="TEA")
    made = publishable_offer(StockRule(), [replace(supply("9"), name="MUG"), dead])
    assert made.quantity == 0
    assert next((one.name, one.value) for one in made.terms) == ("TEA: stopped", "the item is ended in division 1")


@pytest.mark.parametrize(
    ("held", "doubtful"),
    [
        (NEVER_READ, True),
        (supply("0"), True),
        (supply("0", "1"), False),
        (supply("2", "2"), False),
        (supply("5"), False),
    ],
)
def test_a_zero_that_a_buyer_had_a_part_in_is_no_doubtful_one(held: Supply, doubtful: bool) -> None:
    assert publishable_offer(StockRule(buffer=5), [held]).doubtful is doubtful


@given(
    st.decimals(0, 5000, places=2),
    st.lists(st.tuples(units, st.decimals("0.01", 100, places=2)), min_size=1, max_size=5),
)
def test_the_shares_of_a_price_add_up_to_the_cent(amount: Decimal, held: list[tuple[Decimal, Decimal]]) -> None:
    parts = [Part(str(place), each, weight) for place, (each, weight) in enumerate(held)]
    found = shares(amount, parts)
    assert total(found.values()) == amount
    assert all(share >= 0 for share in found.values())


def kit_line(gross: str, quantity: int = 1, cancelled: int = 0, vat: str | None = None) -> StoredLine:
    parts = (
        LinePart("mug", Decimal(2), Decimal(3), True, None),
        LinePart("tea", Decimal(1), Decimal(1), True, None),
        LinePart("lid", Decimal("0.5"), Decimal(1), True, None),
    )
    rate = None if vat is None else HIGH
    stated = None if vat is None else Decimal(vat)
    return StoredLine(
        "1", "SET", None, "Gift set", None, Decimal(1), quantity, cancelled, 0, False, Decimal(gross), rate, stated,
        None, parts=parts,
    )  # fmt: skip


def order(line: StoredLine) -> StoredOrder:
    return StoredOrder(
        "acme", "o", "shop", "A1", "A1", NOON, NOON, NOON, "EUR", line.gross, "paid", "seller", False,
        OrderStatus.READY, None, None, None, None, None, None, None, (), (line,),
    )  # fmt: skip


def books(*, fractional: bool) -> Books:
    return Books(ITEMS | {"lid": replace(ITEMS["lid"], fractional=fractional)}, CODES)


@given(st.decimals("0.01", 900, places=2), st.integers(1, 7), st.data())
def test_a_kit_booked_as_its_parts_totals_what_the_buyer_pays_for_what_is_still_wanted(
    gross: Decimal, quantity: int, data: st.DataObject
) -> None:
    cancelled = data.draw(st.integers(0, quantity - 1))
    line = kit_line(str(gross), quantity, cancelled)
    told = order(line).to_forward()
    draft = draft_sales_order(told, SETTINGS, books(fractional=True))
    whole = replace(line, product_id="mug", parts=())
    assert draft.total == expected_total(order(whole).to_forward())
    wanted = quantity - cancelled
    assert [one.quantity for one in draft.lines] == [2 * wanted, wanted, Decimal("0.5") * wanted]


def test_the_vat_that_the_channel_states_is_shared_out_too() -> None:
    draft = draft_sales_order(order(kit_line("10.00", vat="1.74")).to_forward(), SETTINGS, books(fractional=True))
    assert total(one.vat or Decimal(0) for one in draft.lines) == Decimal("1.74")
    assert [one.gross for one in draft.lines] == [Decimal("8.00"), Decimal("1.33"), Decimal("0.67")]


def test_half_a_piece_of_what_is_sold_whole_waits_for_a_person() -> None:
    with pytest.raises(Hold, match="whole units") as caught:
        draft_sales_order(order(kit_line("10.00")).to_forward(), SETTINGS, books(fractional=False))
    assert caught.value.cause is HoldCause.UNKNOWN_PRODUCT


@given(st.lists(st.tuples(st.sampled_from(["S1", "S2"]), st.integers(1, 9)), max_size=12))
def test_a_kit_has_left_as_often_as_all_of_its_parts_have(left: list[tuple[str, int]]) -> None:
    line = SalesLine("o", "1", {"S1": Decimal(2), "S2": Decimal(3)})
    gone = {one: Decimal(sum(count for name, count in left if name == one)) for one in ("S1", "S2")}
    offers = line.offers(gone)
    assert all(gone[one] >= offers * units for one, units in line.needs.items())
    assert any(gone[one] < (offers + 1) * units for one, units in line.needs.items())
