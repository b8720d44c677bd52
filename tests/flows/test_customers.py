"""Whom orders are booked on, on a connected wholesaler: by country, by number, by a person's word, or made once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

import hub.actors.erp.accounts
import hub.sandbox.bol.platform
import hub.sandbox.woocommerce.platform
from hub.actors import commands
from hub.domain.address import ConfirmedAddress
from hub.domain.channel import FulfilmentMode
from hub.domain.customers import CountryAccount, CustomerPolicy
from hub.sandbox.buyers import Buyer
from hub.sandbox.exact.platform import ExactPlatform
from hub.store.buyers import load_buyer
from hub.store.certificates import certificate_from_json
from hub.store.customers import note_debtor
from hub.store.tables import account_attempt, customer, order_address, order_customer, sync_event
from tests.flows.canaries import Quoting
from tests.flows.stage import TENANT, Stage, stage

ANNA = Buyer(
    "Anna", "Bakker", "FEMALE", "Kerkstraat", "12", "", "3511AB", "Utrecht", "NL", "+31612345678", "a@example.test"
)
JANSEN = replace(ANNA, company="Bouwbedrijf Jansen B.V.", vat_number="NL001112223B01", chamber_number="61112223")
DE_VRIES = replace(ANNA, company="Installatie de Vries", vat_number="NL004445556B01", chamber_number="64445556")
NEW = replace(ANNA, company="Zagerij Nieuw B.V.", vat_number="NL123456782B01", chamber_number="71234567")
INDIVIDUAL = CustomerPolicy(individual=True)
MAKING = CustomerPolicy(individual=True, create=True)


@pytest.fixture
async def trader(database_url: str) -> AsyncIterator[Stage]:
    """A wholesaler who books businesses on accounts of their own, on each kind of database."""
    async with stage(database_url, channels=("bol",)) as made:
        await made.configure("bol", customers=INDIVIDUAL)
        await made.control("settings", platform="bol", pickup_chance=0.0)
        yield made


def buys(monkeypatch: pytest.MonkeyPatch, *buyers: Buyer) -> None:
    """Let these buyers order, one after another, the last one from then on."""
    waiting = list(buyers)

    def next_buyer(*_: Any, **__: Any) -> Buyer:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    for module in (hub.sandbox.bol.platform, hub.sandbox.woocommerce.platform):
        monkeypatch.setattr(module, "make_buyer", next_buyer)


def books(stage: Stage) -> Any:
    platform = stage.sandbox.world.platforms["exact"]
    assert isinstance(platform, ExactPlatform)
    return platform.main


def accounts(stage: Stage, vat_number: str) -> list[dict[str, Any]]:
    return [row for row in books(stage).table("crm/Accounts").rows.values() if row.get("VATNumber") == vat_number]


def sales_order(stage: Stage, order: Any) -> dict[str, Any]:
    found: dict[str, Any] = books(stage).table("salesorder/SalesOrders").rows[order.sales_order_id]
    return found


def delivery_addresses(stage: Stage, account_id: str) -> list[dict[str, Any]]:
    return [row for row in books(stage).table("crm/Addresses").of(account_id) if row["Type"] == 4]


async def known_of(stage: Stage, order: Any) -> Any:
    (row,) = await stage.rows(select(order_customer).where(order_customer.c.order_id == order.order_id))
    return row


async def account_named(stage: Stage, name: str) -> str:
    (row,) = await stage.rows(select(customer.c.account_id).where(customer.c.name == name))
    return str(row.account_id)


class Asked:
    """Keeps what is asked of a platform, and passes it on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.asked.append(f"{scope['method']} {scope['path']}")
        await self._app(scope, receive, send)

    def count(self, method: str, entity: str) -> int:
        """Return how often an entity was asked for with a method."""
        return sum(one.startswith(method) and one.endswith(f"/{entity}") for one in self.asked)


def watch(stage: Stage) -> Asked:
    """Watch what is asked of Exact from here on."""
    doors = stage.sandbox._doors
    asked = Asked(doors["exact"])
    doors["exact"] = asked
    return asked


def reason(order: Any) -> str | None:
    one = certificate_from_json(order.derivation)
    return None if one is None or one.customer_reason is None else one.customer_reason.rule


async def test_a_business_is_known_by_its_vat_number_without_asking_exact(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    buys(monkeypatch, replace(JANSEN, vat_number="NL 0011.12.223.B01"))
    watched = watch(trader)
    order = await trader.until_order(await trader.sell("bol"), "forwarded")
    assert sales_order(trader, order)["OrderedBy"] == await account_named(trader, JANSEN.company)
    assert ((await known_of(trader, order)).matched_by, reason(order)) == ("vat_number", "vat number")
    assert watched.count("GET", "Accounts") == watched.count("POST", "Accounts") == 0
    assert (await trader.ledger())["wrong_totals"] == 0


async def test_a_business_is_known_by_its_chamber_of_commerce_number(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    buys(monkeypatch, replace(JANSEN, vat_number="", chamber_number="KvK 6111 2223"))
    order = await trader.until_order(await trader.sell("bol"), "forwarded")
    assert sales_order(trader, order)["OrderedBy"] == await account_named(trader, JANSEN.company)
    assert (await known_of(trader, order)).matched_by == "chamber_of_commerce"


async def test_several_accounts_are_asked_about_once_and_remembered(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    buys(monkeypatch, DE_VRIES)
    held = await trader.until_order(await trader.sell("bol"), "held")
    assert held.hold_cause == "customer_ambiguous"
    assert {one["code"] for one in held.hold_detail["candidates"]} == {"10013", "10014"}
    chosen = held.hold_detail["candidates"][1]["account"]
    await trader.command(commands.choose_customer, held.order_id, chosen, True)
    order = await trader.until_order(held.external_id, "forwarded")
    assert (sales_order(trader, order)["OrderedBy"], reason(order)) == (chosen, "chosen")
    again = await trader.until_order(await trader.sell("bol"), "forwarded")
    assert (sales_order(trader, again)["OrderedBy"], reason(again)) == (chosen, "confirmed link")
    told = str(await trader.rows(select(sync_event))) + str(held.hold_detail)
    assert not any(word in told for word in (DE_VRIES.company, DE_VRIES.vat_number, "Kerkstraat"))


async def test_an_unknown_business_is_asked_about_and_made_when_a_person_allows_it(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    buys(monkeypatch, NEW)
    held = await trader.until_order(await trader.sell("bol"), "held")
    assert (held.hold_cause, held.hold_detail["can_be_made"]) == ("customer_not_found", True)
    assert accounts(trader, NEW.vat_number) == []
    await trader.command(commands.allow_customer, held.order_id)
    order = await trader.until_order(held.external_id, "forwarded")
    (made,) = accounts(trader, NEW.vat_number)
    assert sales_order(trader, order)["OrderedBy"] == made["ID"]
    assert (made["Name"], made["Status"], made["Country"], made["City"]) == (NEW.company, "C", "NL", NEW.city)
    assert (made["ChamberOfCommerce"], made["Language"], made["SalesCurrency"]) == (NEW.chamber_number, "NL", "EUR")
    assert made.get("SalesVATCode") is None
    assert (await known_of(trader, order)).matched_by == "created"
    later = await trader.until_order(await trader.sell("bol"), "forwarded")
    assert (await known_of(trader, later)).matched_by == "vat_number"


async def test_a_mistyped_number_makes_no_account(trader: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await trader.configure("bol", customers=MAKING)
    buys(monkeypatch, replace(NEW, vat_number="NL123456789B01"))
    held = await trader.until_order(await trader.sell("bol"), "held")
    assert (held.hold_cause, held.hold_detail["can_be_made"]) == ("customer_not_found", False)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_exact_refuses_holds_the_order_and_names_nobody(
    trader: Stage, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    await trader.configure("bol", customers=MAKING)
    buys(monkeypatch, NEW)
    doors = trader.sandbox._doors
    doors["exact"] = quoting = Quoting(doors["exact"])
    words = {"lang": "", "value": f"Niet toegestaan: {NEW.company}, {NEW.vat_number}"}
    quoting.refuse(method, "crm/Accounts", {"error": {"code": "", "message": words}})
    held = await trader.until_order(await trader.sell("bol"), "held")
    assert held.hold_cause == "refused_by_erp"
    told = str(held.hold_detail) + str(await trader.rows(select(sync_event)))
    assert "Niet toegestaan" in told
    assert not any(word in told for word in (NEW.company, NEW.vat_number))
    assert await trader.rows(select(account_attempt)) == []
    await trader.command(commands.retry_order, held.order_id)
    await trader.until_order(held.external_id, "forwarded")
    assert len(accounts(trader, NEW.vat_number)) == 1


@pytest.mark.parametrize("fault", ["lost_answer", "lost_request", "broken_answer"])
async def test_an_account_whose_making_was_not_answered_is_made_once(
    trader: Stage, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    await trader.configure("bol", customers=MAKING)
    buys(monkeypatch, NEW)
    await trader.control("fault", fault=fault, platform="exact", method="POST", path="crm/Accounts", times=1)
    order = await trader.until_order(await trader.sell("bol"), "forwarded")
    (made,) = accounts(trader, NEW.vat_number)
    assert sales_order(trader, order)["OrderedBy"] == made["ID"]
    assert (await known_of(trader, order)).matched_by == "created"
    assert await trader.rows(select(account_attempt)) == []


async def test_an_account_made_just_before_a_crash_is_found_again(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await trader.configure("bol", customers=MAKING)
    buys(monkeypatch, NEW)

    async def crash(*_: Any) -> None:
        monkeypatch.setattr(hub.actors.erp.accounts, "note_debtor", note_debtor)
        raise KeyError("a bug between the account and the sales order")

    monkeypatch.setattr(hub.actors.erp.accounts, "note_debtor", crash)
    order = await trader.until_order(await trader.sell("bol"), "forwarded")
    assert await trader.events("actor.crashed")
    (made,) = accounts(trader, NEW.vat_number)
    assert sales_order(trader, order)["OrderedBy"] == made["ID"]
    ledger = await trader.ledger()
    assert (ledger["forwarded"], ledger["duplicates"]) == (1, 0)


async def test_an_account_stays_the_orders_own_when_the_sales_order_comes_later(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await trader.configure("bol", customers=MAKING)
    buys(monkeypatch, NEW)
    await trader.control("fault", fault="lost_request", platform="exact", method="POST", path="SalesOrders", times=2)
    order = await trader.until_order(await trader.sell("bol"), "forwarded")
    assert len(accounts(trader, NEW.vat_number)) == 1
    assert (await known_of(trader, order)).matched_by == "created"


async def test_two_orders_of_one_new_business_at_once_make_one_account(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await trader.configure("bol", customers=MAKING, forwarding=False)
    buys(monkeypatch, NEW, replace(NEW, vat_number=""), NEW, replace(NEW, vat_number="NL123456782 B01"))
    ids = [await trader.sell("bol") for _ in range(4)]
    for one in ids:
        await trader.until_order(one, "waiting")
    await trader.configure("bol", forwarding=True)
    orders = [await trader.until_order(one, "forwarded") for one in ids]
    rows = books(trader).table("crm/Accounts").rows.values()
    (made,) = [row for row in rows if row["Name"] == NEW.company]
    assert {sales_order(trader, order)["OrderedBy"] for order in orders} == {made["ID"]}
    assert [(await known_of(trader, order)).matched_by for order in orders].count("created") == 1


async def test_consumers_go_on_the_account_of_their_country_or_the_fixed_one(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    belgium, fixed = await account_named(trader, "Studio Peeters"), await account_named(trader, "bol.com")
    policy = replace(INDIVIDUAL, countries=(CountryAccount("BE", belgium),), companies=True)
    await trader.configure("bol", customers=policy)
    buys(monkeypatch, replace(ANNA, country="BE"), ANNA)
    abroad = await trader.until_order(await trader.sell("bol"), "forwarded")
    at_home = await trader.until_order(await trader.sell("bol"), "forwarded")
    assert (sales_order(trader, abroad)["OrderedBy"], reason(abroad)) == (belgium, "country")
    assert (sales_order(trader, at_home)["OrderedBy"], reason(at_home)) == (fixed, "fixed")
    await trader.configure("bol", customer_id=None)
    held = await trader.until_order(await trader.sell("bol"), "held")
    assert held.hold_cause == "no_customer"
    await trader.configure("bol", customer_id=fixed)
    await trader.command(commands.retry_order, held.order_id)
    await trader.until_order(held.external_id, "forwarded")


async def test_a_company_without_a_number_is_asked_about_where_the_policy_wants_it(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    buys(monkeypatch, replace(NEW, vat_number="", chamber_number=""))
    await trader.until_order(await trader.sell("bol"), "forwarded")
    await trader.configure("bol", customers=replace(MAKING, companies=True))
    held = await trader.until_order(await trader.sell("bol"), "held")
    assert held.hold_cause == "customer_not_found"
    account = await account_named(trader, "Webshop consumenten")
    with pytest.raises(commands.CommandRefused, match="nothing lasting"):
        await trader.command(commands.choose_customer, held.order_id, account, True)
    await trader.command(commands.choose_customer, held.order_id, account, False)
    await trader.until_order(held.external_id, "forwarded")


@pytest.mark.parametrize("fault", [None, "lost_answer"])
async def test_the_delivery_address_is_written_once_and_never_over_the_debtors_own(
    trader: Stage, monkeypatch: pytest.MonkeyPatch, fault: str | None
) -> None:
    buys(monkeypatch, JANSEN)
    account = await account_named(trader, JANSEN.company)
    before = [dict(one) for one in delivery_addresses(trader, account)]
    if fault is not None:
        await trader.control("fault", fault=fault, platform="exact", method="POST", path="crm/Addresses", times=1)
    first = await trader.until_order(await trader.sell("bol"), "forwarded")
    second = await trader.until_order(await trader.sell("bol"), "forwarded")
    own, made = delivery_addresses(trader, account)
    assert [own] == before
    assert (made["AddressLine1"], made["AddressLine2"]) == ("Kerkstraat 12", f"{JANSEN.company}, Anna Bakker")
    assert made["Main"] is False
    assert {sales_order(trader, one)["DeliveryAddress"] for one in (first, second)} == {made["ID"]}
    assert (await known_of(trader, second)).address_id == made["ID"]


async def test_consumers_addresses_stay_out_of_the_shared_account_unless_wanted(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    buys(monkeypatch, ANNA)
    account = await account_named(trader, "bol.com")
    await trader.until_order(await trader.sell("bol"), "forwarded")
    assert len(delivery_addresses(trader, account)) == 1
    await trader.configure("bol", customers=CustomerPolicy(address_on_collective=True))
    order = await trader.until_order(await trader.sell("bol"), "forwarded")
    assert sales_order(trader, order)["DeliveryAddress"] == delivery_addresses(trader, account)[1]["ID"]


async def test_a_pickup_point_goes_along_and_an_unnamed_one_is_asked_about(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    buys(monkeypatch, JANSEN)
    account = await account_named(trader, JANSEN.company)
    await trader.control("settings", platform="bol", pickup_chance=1.0)
    order = await trader.until_order(await trader.sell("bol", country="NL"), "forwarded")
    place = books(trader).table("crm/Addresses").rows[sales_order(trader, order)["DeliveryAddress"]]
    assert (place["AddressLine3"], place["Account"]) == ("Pickup point: Albert Heijn: UTRECHT", account)
    await trader.control("settings", platform="bol", pickup_named=False)
    held = await trader.until_order(await trader.sell("bol", country="NL"), "held")
    assert held.hold_cause == "address_incomplete"
    said = ConfirmedAddress("Kerkstraat", "12", pickup_point="Primera Utrecht")
    await trader.command(confirming(trader), held.order_id, said)
    order = await trader.until_order(held.external_id, "forwarded")
    place = books(trader).table("crm/Addresses").rows[sales_order(trader, order)["DeliveryAddress"]]
    assert place["AddressLine3"] == "Pickup point: Primera Utrecht"


async def test_an_unsure_address_holds_up_no_books_and_is_asked_about_before_a_parcel(
    trader: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await trader.configure("bol", fulfilment=FulfilmentMode.BOOKKEEPING)
    buys(monkeypatch, replace(ANNA, street="Kerkstraat 12 3", house_number=""))
    order = await trader.until_order(await trader.sell("bol"), "forwarded")
    (check,) = await trader.rows(select(order_address))
    assert (check.state, check.doubts) == ("unsure", ["several_numbers"])
    packed = (order.order_id, None, None, "3SUNSURE", trader.desk.clock.now())
    with pytest.raises(commands.CommandRefused, match="Confirm the address"):
        await trader.command(commands.enter_parcel, *packed)
    await trader.command(confirming(trader), order.order_id, ConfirmedAddress("Kerkstraat", "12", "3"))
    await trader.command(commands.enter_parcel, *packed)
    async with trader.database.read() as connection:
        buyer = await load_buyer(connection, trader.desk.vault, TENANT, order.order_id)
    assert buyer is not None
    assert (buyer.ship_to.street, buyer.confirmed) == ("Kerkstraat 12 3", ConfirmedAddress("Kerkstraat", "12", "3"))


def confirming(stage: Stage) -> Callable[..., Awaitable[None]]:
    """Return the command that confirms an address, with the stage's keys."""

    async def confirm(work: Any, who: Any, now: Any, order_id: str, said: ConfirmedAddress | None) -> None:
        await commands.confirm_address(work, who, now, stage.desk.vault, order_id, said)

    return confirm
