"""Whom an order is booked on: decided by rules that never guess."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.address import Buyer, ConfirmedAddress, PostalAddress
from hub.domain.concealing import HIDDEN, concealed
from hub.domain.customers import (
    CountryAccount,
    CustomerPolicy,
    Debtor,
    MatchedBy,
    account_draft,
    business_of,
    cannot_make,
    collective_debtor,
    delivery_address,
    match_account,
)
from hub.domain.customers.numbers import one_chamber_number, one_vat_number
from hub.domain.forwarding import Hold
from hub.domain.order import HoldCause
from hub.domain.product import Customer

PLACE = PostalAddress("Jan Jansen", "Kade", "3511 AB", "Utrecht", "NL", house_number="3", company="Zagerij B.V.")
BUYER = Buyer(PLACE, email="x@example.test", vat_number="NL 1234.56.782.B01", chamber_of_commerce="KvK 7123 4567")
POLICY = CustomerPolicy(individual=True)


def account(one: str, vat: str | None = None, chamber: str | None = None, **more: object) -> Customer:
    row = Customer(1, one, one, "Somebody", vat_number=vat, chamber_of_commerce=chamber, country="NL", status="C")
    return replace(row, **more)  # type: ignore[arg-type]


def matched(*accounts: Customer, linked: str | None = None, buyer: Buyer = BUYER) -> Debtor | None:
    found = business_of(buyer, POLICY)
    assert found is not None
    return match_account(found, accounts, linked)


def asked(*accounts: Customer, buyer: Buyer = BUYER) -> Hold:
    with pytest.raises(Hold) as caught:
        matched(*accounts, buyer=buyer)
    return caught.value


VAT, CHAMBER = "NL123456782B01", "71234567"


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("NL123456782B01", "NL", VAT),
        ("nl 1234.56.782.b01", None, VAT),
        ("123456782B01", "NL", VAT),
        ("BE 0412.345.678", "BE", "BE0412345678"),
        ("0412.345.678", "BE", "BE0412345678"),
        ("GR123456789", None, "EL123456789"),
        ("n.v.t.", "NL", None),
        ("-", "NL", None),
        ("", "NL", None),
        (None, "NL", None),
    ],
)
def test_vat_numbers_are_compared_in_one_way_of_writing(
    typed: str | None, country: str | None, number: str | None
) -> None:
    assert one_vat_number(typed, country) == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("71234567", CHAMBER),
        ("KvK 7123 4567", CHAMBER),
        ("KVK-nr. 71234567", CHAMBER),
        ("0412.345.678", "0412345678"),
        ("HRB 12345", "HRB12345"),
        ("geen", None),
        (None, None),
    ],
)
def test_chamber_numbers_are_compared_without_what_stands_between(typed: str | None, number: str | None) -> None:
    assert one_chamber_number(typed) == number


def test_the_vat_number_goes_first() -> None:
    assert matched(account("a", vat=VAT), account("b", chamber=CHAMBER)) == Debtor("a", MatchedBy.VAT_NUMBER)
    assert matched(account("b", chamber=CHAMBER)) == Debtor("b", MatchedBy.CHAMBER_OF_COMMERCE)
    assert matched(account("b", chamber=CHAMBER), linked="c") == Debtor("b", MatchedBy.CHAMBER_OF_COMMERCE)
    assert matched(linked="c") == Debtor("c", MatchedBy.CONFIRMED_LINK)
    assert matched() is None


def test_several_accounts_with_the_number_are_asked_about_unless_a_person_said_which() -> None:
    twins = account("a", vat=VAT), account("b", vat=VAT)
    hold = asked(*twins)
    assert hold.cause is HoldCause.CUSTOMER_AMBIGUOUS
    assert [one["account"] for one in hold.detail["candidates"]] == ["a", "b"]
    assert "Somebody" not in str(hold.detail) + hold.message
    assert matched(*twins, linked="b") == Debtor("b", MatchedBy.CONFIRMED_LINK)


def test_one_that_can_be_booked_on_is_taken_among_those_that_cannot() -> None:
    blocked = account("a", vat=VAT, is_customer=False, blocked=True)
    assert matched(blocked, account("b", vat=VAT)) == Debtor("b", MatchedBy.VAT_NUMBER)
    hold = asked(blocked, account("p", vat=VAT, is_customer=False, status="P"))
    assert hold.cause is HoldCause.CUSTOMER_UNUSABLE
    assert [one["state"] for one in hold.detail["candidates"]] == ["blocked", "no customer"]


def test_numbers_that_contradict_each_other_are_asked_about() -> None:
    hold = asked(account("a", vat="NL001112223B01", chamber=CHAMBER))
    assert hold.cause is HoldCause.CUSTOMER_AMBIGUOUS


def test_a_chamber_number_of_another_country_is_another_number() -> None:
    assert matched(account("a", chamber=CHAMBER, country="BE")) is None
    assert matched(account("a", chamber=CHAMBER, country=None)) == Debtor("a", MatchedBy.CHAMBER_OF_COMMERCE)


@given(st.lists(st.tuples(st.sampled_from([VAT, None]), st.sampled_from([CHAMBER, None]), st.booleans()), max_size=5))
def test_an_account_is_matched_only_where_no_other_may_be_meant(
    rows: list[tuple[str | None, str | None, bool]],
) -> None:
    accounts = [
        account(str(place), vat=vat, chamber=chamber, is_customer=usable, country="NL")
        for place, (vat, chamber, usable) in enumerate(rows)
    ]
    try:
        found = matched(*accounts)
    except Hold:
        return
    by = [one for one in accounts if one.vat_number == VAT] or [one for one in accounts if one.chamber_of_commerce]
    usable = [one.account_id for one in by if one.is_customer]
    assert (found is None) is (not by)
    assert found is None or usable == [found.account_id]


def test_a_consumer_is_no_business_and_a_scrambled_email_no_identity() -> None:
    consumer = Buyer(replace(PLACE, company=None), email="a1b2@verkopen.bol.com")
    assert business_of(consumer, replace(POLICY, companies=True)) is None
    assert business_of(BUYER, CustomerPolicy()) is None
    assert business_of(None, POLICY) is None
    found = business_of(BUYER, POLICY)
    assert found is not None
    assert found.identities == (f"vat {VAT}", f"coc NL {CHAMBER}")
    assert "@" not in str(found.identities)


def test_the_channels_own_id_of_a_buyer_is_the_surest_identity() -> None:
    found = business_of(replace(BUYER, customer_ref="77"), POLICY)
    assert found is not None
    assert found.identities[0] == "ref 77"


def test_a_company_without_a_number_counts_where_the_policy_wants_it_and_is_never_made() -> None:
    nameless = replace(BUYER, vat_number=None, chamber_of_commerce="n/a")
    assert business_of(nameless, POLICY) is None
    found = business_of(nameless, replace(POLICY, companies=True))
    assert found is not None
    assert cannot_make(found) == "there is no VAT or chamber-of-commerce number"


@pytest.mark.parametrize(
    ("vat", "chamber", "problem"),
    [
        ("NL123456782B01", None, None),
        ("NL123456789B01", "71234567", "the VAT number is mistyped"),
        (None, "71234567", None),
        ("CHE-123.456.788", None, None),
    ],
)
def test_an_account_is_made_only_with_a_number_that_finds_it_again(
    vat: str | None, chamber: str | None, problem: str | None
) -> None:
    found = business_of(replace(BUYER, vat_number=vat, chamber_of_commerce=chamber), POLICY)
    assert found is not None
    assert cannot_make(found) == problem


def test_an_account_is_made_of_the_billing_address() -> None:
    bill_to = replace(
        PLACE, name="Administratie", street="Postweg", city="Gent", country="BE", postcode="9000", company="Hout NV"
    )
    found = business_of(replace(BUYER, bill_to=bill_to, vat_number="0412.345.678"), POLICY)
    assert found is not None
    draft = account_draft(found, "EUR")
    assert (draft.name, draft.country, draft.line, draft.city) == ("Hout NV", "BE", "Postweg 3", "Gent")
    assert (draft.vat_number, draft.language, draft.currency) == ("BE0412345678", None, "EUR")


def test_a_pickup_point_is_not_the_address_of_an_account() -> None:
    found = business_of(replace(BUYER, ship_to=replace(PLACE, pickup_point="Primera")), POLICY)
    assert found is not None
    assert (account_draft(found, "EUR").line, account_draft(found, "EUR").city) == (None, None)


def test_a_country_has_its_account_before_the_fixed_one() -> None:
    policy = CustomerPolicy(countries=(CountryAccount("DE", "germany"), CountryAccount("FR", "france")))
    assert collective_debtor(policy, "fixed", "de") == Debtor("germany", MatchedBy.COUNTRY)
    assert collective_debtor(policy, "fixed", "NL") == Debtor("fixed", MatchedBy.FIXED)
    assert collective_debtor(policy, "fixed", None) == Debtor("fixed", MatchedBy.FIXED)
    with pytest.raises(Hold, match="for orders to NL") as caught:
        collective_debtor(policy, None, "NL")
    assert caught.value.cause is HoldCause.NO_CUSTOMER


def test_the_delivery_address_is_what_the_channel_gave_or_a_person_put_right() -> None:
    given_by_channel = delivery_address(BUYER)
    assert (given_by_channel.line, given_by_channel.recipient) == ("Kade 3", "Zagerij B.V., Jan Jansen")
    corrected = replace(BUYER, confirmed=ConfirmedAddress("Kade", "3", "A", "bus 2"))
    assert delivery_address(corrected).line == "Kade 3 A bus 2"


def test_a_pickup_point_goes_along_and_must_have_a_name() -> None:
    unnamed = replace(BUYER, ship_to=replace(PLACE, pickup_point=""))
    with pytest.raises(Hold) as caught:
        delivery_address(unnamed)
    assert caught.value.cause is HoldCause.ADDRESS_INCOMPLETE
    named = replace(unnamed, confirmed=ConfirmedAddress("Kade", "3", pickup_point="Primera"))
    assert delivery_address(named).pickup_point == "Primera"
    assert delivery_address(replace(BUYER, ship_to=replace(PLACE, pickup_point="AH"))).pickup_point == "AH"


def test_a_refusal_that_quotes_what_was_sent_loses_numbers_and_the_billing_address() -> None:
    buyer = replace(BUYER, bill_to=replace(PLACE, company="Hout NV", street="Postweg"))
    told = concealed("Ongeldig: NL123456782B01, 71234567, Hout NV, Postweg 3", buyer)
    assert told == f"Ongeldig: {HIDDEN}, {HIDDEN}, {HIDDEN}, {HIDDEN}"
