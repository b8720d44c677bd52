"""Amounts in the whole: what a shop sells stands in Exact to the cent, or the order waits with the difference."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from hub.actors import commands
from hub.domain.amounts.booked import EntryKind
from hub.domain.amounts.policy import AmountPolicy, Rounding
from hub.domain.certificate import Certificate
from hub.store.certificates import certificate_from_json
from hub.store.tables import orders
from tests.flows.stage import Stage

CARD_KEY = "_ywgc_applied_gift_cards"


def certified(order: Any) -> Certificate:
    found = certificate_from_json(order.derivation)
    assert found is not None
    assert found.equal
    return found


async def some_skus(acme: Stage, count: int) -> list[str]:
    """Return articles that the shop shows enough of."""
    state = (await acme.http.get("/_control/state")).json()
    shown = state["channels"]["woocommerce"]["shown"]
    return [sku for sku, quantity in shown.items() if quantity > 8][:count]


def surcharge(acme: Stage) -> str:
    """Return the id of an order charge of the simulated Exact."""
    books: Any = acme.sandbox.world.platforms["exact"]
    found: str = books.main.table("sales/OrderCharges").first(Code="TOESLAG")["ID"]
    return found


async def test_a_shop_that_rounds_vat_on_the_order_is_booked_to_the_cent(acme: Stage) -> None:
    await acme.control("settings", platform="woocommerce", prices_include_tax=False, round_at_subtotal=True)
    skus = await some_skus(acme, 5)
    sold = [
        await acme.sell("woocommerce", lines=[{"sku": sku, "quantity": 1} for sku in skus[place:]], shipping="4.95")
        for place in range(3)
    ]
    for external_id in sold:
        order = await acme.until_order(external_id, "forwarded")
        assert certified(order).total == order.total
    assert (await acme.ledger())["wrong_totals"] == 0


async def test_what_a_gift_card_paid_is_a_payment_and_no_discount(acme: Stage) -> None:
    await acme.configure("woocommerce", amounts=AmountPolicy(gift_card_keys=(CARD_KEY,)))
    await acme.control("settings", platform="woocommerce", gift_cards=1)
    [sku] = await some_skus(acme, 1)
    order = await acme.until_order(
        await acme.sell("woocommerce", lines=[{"sku": sku, "quantity": 2}], shipping="4.95"), "forwarded"
    )
    one = certified(order)
    assert [(paid["kind"], paid["amount"]) for paid in order.payments] == [("gift_card", "5.0")]
    assert [paid.amount for paid in one.payments] == [Decimal("5.0")]
    assert not any(entry.kind is EntryKind.DISCOUNT for entry in one.entries)
    assert one.total == order.total
    assert (await acme.ledger())["wrong_totals"] == 0


async def test_an_amount_that_exact_cannot_hold_waits_and_goes_on_once_a_rounding_is_allowed(acme: Stage) -> None:
    await acme.configure("woocommerce", amounts=AmountPolicy(price_places=2))
    [sku] = await some_skus(acme, 1)
    lines = [{"sku": sku, "quantity": 3}]
    held = await acme.until_order(await acme.sell("woocommerce", lines=lines, discount="2.50"), "held")
    assert held.hold_cause == "totals_differ"
    [row, *_] = held.hold_detail["differences"]
    assert row["name"] == sku
    assert Decimal(row["exact"]) - Decimal(row["channel"]) == Decimal(row["difference"]) != 0
    rounding = AmountPolicy(
        price_places=2, rounding=Rounding.CHARGE, rounding_charge_id=surcharge(acme), rounding_vat_code="0"
    )
    await acme.configure("woocommerce", amounts=rounding)
    await acme.command(commands.retry_order, held.order_id)
    order = await acme.until_order(held.external_id, "forwarded")
    assert abs(certified(order).sum_of(EntryKind.ROUNDING)) == Decimal("0.01")
    [found] = await acme.rows(select(orders.c.hold_cause).where(orders.c.order_id == order.order_id))
    assert found.hold_cause is None
    assert (await acme.ledger())["wrong_totals"] == 0
