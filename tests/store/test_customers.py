"""Whom orders are booked on, as it is stored: numbers, a person's word, accounts being made, and nothing personal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from hub.domain.address import Buyer, ConfirmedAddress, PostalAddress
from hub.domain.addressing import CheckState, check_address
from hub.domain.customers import CustomerPolicy, Debtor, MatchedBy, business_of
from hub.domain.product import Customer
from hub.store.buyers import confirm_address, keep_buyer, load_buyer
from hub.store.catalogue import save_customers
from hub.store.customers import (
    OrderCustomer,
    accounts_with,
    begin_account,
    customer_of,
    end_account,
    forget_identity,
    link_account,
    linked_account,
    note_customer,
    note_debtor,
    open_attempts,
)
from hub.store.engine import Database, Work
from hub.store.erasure import BY_POLICY, bury
from hub.store.identities import digests
from hub.store.order_addresses import address_state, save_check
from hub.store.secrets import Vault
from hub.store.tables import customer_link, identity_key, order_customer
from hub.store.tenants import Tenant

T = TypeVar("T")
BEGUN = datetime(2026, 11, 23, 9, tzinfo=UTC)
VAULT = Vault([b"k" * 32])
PLACE = PostalAddress("Jan", "Kerkstraat 12 3", "3511 AB", "Utrecht", "NL")
BUYER = Buyer(PLACE, vat_number="NL123456782B01", chamber_of_commerce="71234567")
BUSINESS = business_of(BUYER, CustomerPolicy(individual=True))
assert BUSINESS is not None


async def in_work(database: Database, do: Callable[..., Awaitable[T]], *given: Any) -> T:
    return await database.write(lambda work: do(work, *given))


async def known(database: Database, tenant: str = "acme", order: str = "o1") -> OrderCustomer:
    async with database.read() as connection:
        return await customer_of(connection, tenant, order)


def account(one: str, **numbers: str | None) -> Customer:
    return Customer(1, one, one, one, country="NL", status="C", blocked=False, **numbers)  # type: ignore[arg-type]


async def test_accounts_are_found_by_either_number_in_their_own_division(database: Database, acme: Tenant) -> None:
    rows = [
        account("a", vat_number="NL123456782B01"),
        account("b", chamber_of_commerce="71234567"),
        account("c", vat_number="NL001112223B01"),
        replace(account("d", vat_number="NL123456782B01"), division=2),
    ]
    await in_work(database, save_customers, "acme", rows)
    await in_work(database, save_customers, "globex", [account("g", vat_number="NL123456782B01")])
    assert BUSINESS is not None
    async with database.read() as connection:
        found = await accounts_with(connection, "acme", 1, BUSINESS)
        assert found == tuple(rows[:2])
        alone = replace(BUSINESS, chamber_of_commerce=None)
        assert [one.account_id for one in await accounts_with(connection, "acme", 1, alone)] == ["a"]
        nothing = replace(alone, vat_number=None)
        assert await accounts_with(connection, "acme", 1, nothing) == ()


async def test_a_number_that_is_no_number_of_a_country_is_stored_as_none(database: Database, acme: Tenant) -> None:
    await in_work(database, save_customers, "acme", [account("a", vat_number="9" * 60)])
    async with database.read() as connection:
        assert BUSINESS is not None
        assert await accounts_with(connection, "acme", 1, replace(BUSINESS, vat_number="9" * 60)) == ()


async def test_what_is_known_of_an_orders_account_adds_up(database: Database, acme: Tenant) -> None:
    assert await known(database) == OrderCustomer()

    async def write(work: Work) -> None:
        await note_customer(work, "acme", "o1", identity="d1")
        await note_customer(work, "acme", "o1", may_create=True)
        await note_debtor(work, "acme", "o1", 1, Debtor("a", MatchedBy.CREATED, "place"))

    await database.write(write)
    row = await known(database)
    assert row == OrderCustomer(1, "a", MatchedBy.CREATED, "place", "d1", may_create=True)
    assert row.decided(1) == Debtor("a", MatchedBy.CREATED)
    assert row.decided(2) is None
    assert replace(row, matched_by=MatchedBy.VAT_NUMBER).decided(1) is None
    assert await known(database, "globex") == OrderCustomer()


async def test_a_persons_word_is_found_by_the_surest_identity(database: Database, acme: Tenant) -> None:
    for identity, account_id in (("ref", "by ref"), ("vat", "first"), ("vat", "by vat")):
        await in_work(database, link_account, "acme", "bol", 1, identity, account_id, "operator")
    async with database.read() as connection:
        assert await linked_account(connection, "acme", "bol", 1, ["none", "vat", "ref"]) == "by vat"
        assert await linked_account(connection, "acme", "bol", 1, ["ref", "vat"]) == "by ref"
        for place in (("globex", "bol", 1), ("acme", "amazon", 1), ("acme", "bol", 2)):
            assert await linked_account(connection, *place, ["ref", "vat"]) is None
        assert await linked_account(connection, "acme", "bol", 1, []) is None


async def test_identities_are_kept_as_digests_that_lead_back_to_nobody(database: Database, acme: Tenant) -> None:
    vault = Vault([b"k" * 32])
    first = await in_work(database, digests, vault, "acme", "bol", ("vat NL123456782B01", "ref 7"))
    assert first == await in_work(database, digests, vault, "acme", "bol", ("vat NL123456782B01", "ref 7"))
    assert len(set(first)) == 2
    for tenant, channel in (("acme", "amazon"), ("globex", "bol")):
        other = await in_work(database, digests, vault, tenant, channel, ("vat NL123456782B01", "ref 7"))
        assert not set(other) & set(first)
    async with database.read() as connection:
        stored = (await connection.execute(select(identity_key.c.tenant_id))).scalars().all()
    assert sorted(stored) == ["acme", "globex"]


async def test_an_account_that_is_being_made_is_known_until_its_outcome_is(database: Database, acme: Tenant) -> None:
    for begun in (BEGUN, BEGUN + timedelta(minutes=1)):
        await in_work(database, begin_account, "acme", 1, "d1", "o1", begun)
        async with database.read() as connection:
            assert await open_attempts(connection, "acme", 1) == {"d1": begun}
    async with database.read() as connection:
        assert await open_attempts(connection, "acme", 2) == await open_attempts(connection, "globex", 1) == {}
    await in_work(database, end_account, "acme", 1, "d1")
    async with database.read() as connection:
        assert await open_attempts(connection, "acme", 1) == {}


async def remember(work: Work, order: str, identity: str) -> None:
    await note_customer(work, "acme", order, identity=identity)


async def test_who_is_forgotten_on_request_is_not_remembered_by_a_link(database: Database, acme: Tenant) -> None:
    for order, identity in (("o1", "d1"), ("o2", "d2")):
        await in_work(database, link_account, "acme", "bol", 1, identity, "a", "operator")
        await in_work(database, remember, order, identity)
    await in_work(database, forget_identity, "acme", "o1")
    await in_work(database, forget_identity, "acme", "o1")
    async with database.read() as connection:
        assert (await connection.execute(select(customer_link.c.identity))).scalars().all() == ["d2"]
        rows = select(order_customer.c.order_id).where(order_customer.c.identity.is_not(None))
        assert (await connection.execute(rows)).scalars().all() == ["o2"]


async def test_a_buyer_whose_time_is_over_leaves_no_digest_at_the_order(database: Database, acme: Tenant) -> None:
    await in_work(database, remember, "o1", "d1")
    await in_work(database, bury, "acme", "o1", BY_POLICY, datetime(2026, 11, 23, tzinfo=UTC))
    assert (await known(database)).identity is None


async def kept(database: Database, given: Buyer) -> Buyer | None:
    await in_work(database, keep_buyer, VAULT, "acme", "o1", given, None)
    async with database.read() as connection:
        return await load_buyer(connection, VAULT, "acme", "o1")


async def test_what_a_person_confirmed_stays_until_the_channel_gives_another_address(
    database: Database, acme: Tenant
) -> None:
    said = ConfirmedAddress("Kerkstraat", "12", "3")
    await kept(database, BUYER)
    await in_work(database, confirm_address, VAULT, "acme", "o1", replace(BUYER, confirmed=said))
    again = await kept(database, replace(BUYER, phone="+31600000000"))
    assert again == replace(BUYER, phone="+31600000000", confirmed=said)
    moved = replace(BUYER, ship_to=replace(PLACE, street="Dam 1"), bill_to=PLACE)
    assert await kept(database, moved) == moved


async def test_what_is_thought_of_an_address_is_stored_without_it(database: Database, acme: Tenant) -> None:
    async with database.read() as connection:
        assert await address_state(connection, "acme", "o1") is None
    await in_work(database, save_check, "acme", "o1", check_address(PLACE))
    async with database.read() as connection:
        assert await address_state(connection, "acme", "o1") is CheckState.UNSURE
        assert await address_state(connection, "globex", "o1") is None
    await in_work(database, save_check, "acme", "o1", check_address(PLACE, ConfirmedAddress("Kerkstraat", "12", "3")))
    async with database.read() as connection:
        assert await address_state(connection, "acme", "o1") is CheckState.CONFIRMED
