"""A Shopify shop in the whole: sales to the cent, stock compared before it is set, parcels told, drift healed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.domain.amounts.booked import EntryKind
from hub.domain.amounts.policy import AmountPolicy, MoneySide
from hub.domain.channel import ChannelSettings, ChannelStatus, FulfilmentMode
from hub.domain.order import PaymentKind
from hub.domain.platform import Platform
from hub.domain.tax import Regime
from hub.domain.vat_mapping import VatRule
from hub.store.certificates import certificate_from_json
from hub.store.channels import StoredChannel, load_channel
from hub.store.orders import order_id
from hub.store.sealed import CHANNEL_CREDENTIALS
from hub.store.tables import channel, claim, listing
from tests.flows.aftersales import AT_ONCE, books, until_invoiced, until_refunds
from tests.flows.stage import TENANT, Stage, eventually, stage

SECRETS = {"client_id": "shopify-client", "client_secret": "shopify-secret", "location_id": "106318430514"}
SKU = "ART-00001"


@pytest.fixture
async def acme(sqlite_url: str) -> AsyncIterator[Stage]:
    """The wholesaler with a Shopify shop besides, its first stock on show."""
    async with stage(sqlite_url) as made:
        await made.command(commands.create_channel, await shop(made))
        await eventually(lambda: all_published(made))
        await made.until_ledger(settled)
        yield made


async def all_published(made: Stage) -> bool:
    rows = await made.rows(select(listing.c.status).where(listing.c.channel_id == "shopify"))
    return bool(rows) and all(row.status == "published" for row in rows)


async def shop(made: Stage) -> StoredChannel:
    """Return a Shopify channel set up as the other shop is."""
    async with made.database.read() as connection:
        other = await load_channel(connection, TENANT, "woocommerce")
    assert other is not None
    settings = ChannelSettings(
        division=other.settings.division,
        customer_id=other.settings.customer_id,
        forwarding=True,
        stock=True,
        fulfilment=FulfilmentMode.ERP,
        vat_codes=other.settings.vat_codes,
        reference_prefix="S-",
        default_carrier="PostNL",
        sweep_seconds=0.4,
    )
    sealed = made.desk.vault.seal_json(SECRETS, CHANNEL_CREDENTIALS.place(TENANT, "shopify"))
    base = f"{made.sandbox.options.base_url}/shopify"
    return StoredChannel(
        TENANT, "shopify", Platform.SHOPIFY, "shopify", base, ChannelStatus.ACTIVE, settings, sealed, None
    )


async def shown(acme: Stage, sku: str = SKU) -> Any:
    statement = select(listing).where(listing.c.channel_id == "shopify", listing.c.sku == sku)
    return (await acme.rows(statement))[0]


def settled(ledger: dict[str, Any]) -> bool:
    return bool(ledger["stock_converged"])


def told(ledger: dict[str, Any]) -> bool:
    tracking = ledger["tracking"]
    assert (tracking["wrong"], tracking["doubled"]) == (0, 0)
    return bool(tracking["confirmed"]) and not tracking["missing"] and not tracking["untracked"]


async def test_a_sale_is_forwarded_to_the_cent_and_lowers_every_channel(acme: Stage) -> None:
    external_id = await acme.sell("shopify", lines=[{"sku": SKU, "quantity": 2}], shipping="6.95", discount="3.33")
    await acme.until_order(external_id, "forwarded")
    ledger = await acme.until_ledger(settled)
    assert (ledger["channels"]["shopify"]["forwarded"], ledger["wrong_totals"], ledger["oversold_by_hub"]) == (1, 0, 0)


@pytest.mark.parametrize("fault", ["lost_answer", "broken_answer", "lost_request", "throttle"])
async def test_stock_and_parcels_survive_what_gets_lost(acme: Stage, fault: str) -> None:
    external_id = await acme.sell("shopify", lines=[{"sku": SKU, "quantity": 1}])
    order = await acme.until_order(external_id, "forwarded")
    await acme.control("fault", fault=fault, platform="shopify", method="POST", path="/graphql.json", times=4)
    await acme.control("deliver", order_id=order.sales_order_id, tracking="auto", shipping_method="POSTNL")
    await acme.control("receive", sku=SKU, quantity=7)
    await acme.until_ledger(told)
    await acme.until_ledger(settled)


async def test_a_number_changed_by_hand_is_told_as_drift_and_put_right(acme: Stage) -> None:
    before = await shown(acme)
    await acme.control("set-shown", channel="shopify", sku=SKU, quantity=before.quantity + 40)
    await acme.control("receive", sku=SKU, quantity=3)
    [event] = await eventually(lambda: acme.events("stock.drift"))
    assert (event.detail["found"], event.detail["believed"]) == (before.quantity + 40, before.quantity)
    await acme.until_ledger(settled)

    async def put_right() -> bool:
        return bool((await shown(acme)).quantity == before.quantity + 3)

    await eventually(put_right)


async def test_units_taken_off_an_order_before_it_is_paid_are_not_forwarded(acme: Stage) -> None:
    external_id = await acme.sell("shopify", lines=[{"sku": SKU, "quantity": 3}], paid=False)
    await acme.until_order(external_id, "waiting")
    await acme.control("edit-order", channel="shopify", id=external_id, sku=SKU, quantity=2)
    await acme.control("pay", channel="shopify", id=external_id)
    await acme.until_order(external_id, "forwarded")
    ledger = await acme.until_ledger(settled)
    assert (ledger["channels"]["shopify"]["forwarded"], ledger["wrong_totals"], ledger["oversold_by_hub"]) == (1, 0, 0)


def gift_card_item(acme: Stage) -> str:
    """Return an item of the simulated Exact that stands for gift cards."""
    books: Any = acme.sandbox.world.platforms["exact"]
    found: str = books.main.table("logistics/Items").first(Code="DISCOUNT")["ID"]
    return found


async def test_gift_cards_are_money_for_later_when_sold_and_a_payment_when_used(acme: Stage) -> None:
    rule = VatRule("NL", Decimal(0), "0", Regime.VOUCHER)
    await acme.configure("shopify", vat_rules=(rule,), amounts=AmountPolicy(voucher_item=gift_card_item(acme)))
    await acme.control("settings", platform="shopify", gift_cards=1, gift_cards_sold=1)
    external_id = await acme.sell("shopify", lines=[{"sku": SKU, "quantity": 1}], shipping="6.95")
    order = await acme.until_order(external_id, "forwarded")
    one = certificate_from_json(order.derivation)
    assert one is not None
    assert one.equal
    [sold] = [entry for entry in one.entries if entry.kind is EntryKind.VOUCHER]
    assert (sold.regime, sold.code, sold.vat, sold.gross) == (Regime.VOUCHER, "0", Decimal(0), Decimal(25))
    [paid] = one.payments
    assert (paid.kind, paid.amount) == (PaymentKind.GIFT_CARD, Decimal(order.payments[0]["amount"]))
    claims = await acme.rows(select(claim.c.line_id).where(claim.c.order_id == order.order_id))
    assert sold.line_id not in {row.line_id for row in claims}
    assert (await acme.until_ledger(settled))["wrong_totals"] == 0


async def test_a_gift_card_without_a_vat_code_waits_and_says_what_to_map(acme: Stage) -> None:
    await acme.configure("shopify", amounts=AmountPolicy(voucher_item=gift_card_item(acme)))
    await acme.control("settings", platform="shopify", gift_cards_sold=1)
    held = await acme.until_order(await acme.sell("shopify", lines=[{"sku": SKU, "quantity": 1}]), "held")
    assert held.hold_cause == "no_vat_code"
    assert "gift card" in held.hold_detail["message"]


async def test_an_order_in_dollars_is_booked_in_dollars_once_exact_has_them(acme: Stage) -> None:
    await acme.configure("shopify", amounts=AmountPolicy(money=MoneySide.BUYER))
    await acme.control("settings", platform="shopify", foreign_buyers=1)
    external_id = await acme.sell("shopify", lines=[{"sku": SKU, "quantity": 3}], shipping="6.95")
    assert (await acme.until_order(external_id, "held")).hold_cause == "currency"
    await acme.configure("shopify", amounts=AmountPolicy(money=MoneySide.BUYER, currencies=("USD",)))
    await acme.command(commands.retry_order, order_id(TENANT, "shopify", external_id))

    async def refused() -> bool:
        return bool((await acme.until_order(external_id, "held")).hold_cause == "refused_by_erp")

    await eventually(refused)
    await acme.control("settings", platform="exact", currencies=["EUR", "USD"])
    await acme.command(commands.retry_order, order_id(TENANT, "shopify", external_id))
    order = await acme.until_order(external_id, "forwarded")
    books: Any = acme.sandbox.world.platforms["exact"]
    booked = books.main.table("salesorder/SalesOrders").get(order.sales_order_id)
    assert (booked["Currency"], booked["AmountFC"]) == ("USD", order.total)
    one = certificate_from_json(order.derivation)
    assert one is not None
    assert (one.equal, one.currency, one.books_currency) == (True, "USD", "EUR")


async def test_a_cancelled_order_gives_its_stock_back(acme: Stage) -> None:
    external_id = await acme.sell("shopify", lines=[{"sku": SKU, "quantity": 3}], paid=False)
    await acme.until_order(external_id, "waiting")
    await acme.control("cancel", channel="shopify", id=external_id)
    await acme.until_order(external_id, "cancelled")
    await acme.until_ledger(settled)


async def test_listings_are_mapped_by_their_sku(acme: Stage) -> None:
    rows = await acme.rows(select(listing).where(listing.c.channel_id == "shopify"))
    assert rows
    assert all(row.product_id for row in rows)
    [found] = await acme.rows(select(channel.c.listings_read_at).where(channel.c.channel_id == "shopify"))
    assert found.listings_read_at is not None


async def test_a_refund_in_shopify_becomes_a_credit_note_of_what_went_back(acme: Stage) -> None:
    await acme.configure("shopify", invoicing=AT_ONCE)
    order = await acme.until_order(
        await acme.sell("shopify", lines=[{"sku": SKU, "quantity": 3}], shipping="4.95", discount="2.50"), "forwarded"
    )
    await until_invoiced(acme, order)
    await acme.control("deliver", your_ref=order.external_id, tracking="3SSHOP")
    await acme.until_ledger(told)
    await acme.control("refund", channel="shopify", id=order.external_id, lines=[{"sku": SKU, "quantity": 1}])
    await acme.control("refund", channel="shopify", id=order.external_id, amount="1.50")
    await until_refunds(acme, order, "credited", "credited")
    found = await acme.ledger()
    assert (found["refunds"]["given"], found["refunds"]["differ"]) == (2, 0)
    assert (await books(acme, order)).difference == 0
