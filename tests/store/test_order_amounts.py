"""What an order was paid with, what a marketplace pays of it, and gift cards that are sold, as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select, update

from hub.domain.order import (
    ChannelOrder,
    FulfilledBy,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentState,
)
from hub.domain.product import ErpItem
from hub.store.catalogue import product_id, save_items
from hub.store.engine import Database, Work
from hub.store.order_import import save_order
from hub.store.orders import load_order, order_id
from hub.store.stock import make_claims
from hub.store.tables import claim, order_line, orders
from hub.store.tenants import Tenant
from hub.store.views.risk import list_at_risk

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ONE = order_id("acme", "shop", "A1")
MUG = OrderLine(
    "1", "MUG", None, "Mug", 2, Decimal("21.78"), Decimal("0.21"), Decimal("3.78"), discount=Decimal("2.42"),
    paid_by_platform=Decimal("1.21"),
)  # fmt: skip
CARD = OrderLine("2", "CARD", None, "Gift card", 1, Decimal("25.00"), Decimal(0), Decimal(0), voucher=True)
ORDER = ChannelOrder(
    "A1", "A1", NOON, NOON, "EUR", Decimal("46.78"), PaymentState.PAID, FulfilledBy.SELLER, (MUG, CARD), None,
    ship_by=NOON + timedelta(days=1), payments=(Payment(PaymentKind.GIFT_CARD, Decimal("10.00")),),
)  # fmt: skip


async def saved(database: Database, order: ChannelOrder = ORDER) -> None:
    async def write(work: Work) -> None:
        await save_order(work, "acme", "shop", order, OrderStatus.READY, NOON, None)

    await database.write(write)


async def test_amounts_come_back_as_they_were_told(database: Database, acme: Tenant) -> None:
    await saved(database)
    async with database.read() as connection:
        found = await load_order(connection, "acme", ONE)
    assert found is not None
    wanted = found.to_forward()
    assert wanted.payments == ORDER.payments
    mug, card = wanted.lines
    assert (mug.discount, mug.paid_by_platform, mug.voucher) == (Decimal("2.42"), Decimal("1.21"), False)
    assert (card.gross, card.voucher) == (Decimal("25.00"), True)


async def test_a_payment_that_the_channel_takes_back_is_gone(database: Database, acme: Tenant) -> None:
    await saved(database)
    await saved(database, replace(ORDER, payments=()))
    async with database.read() as connection:
        found = await load_order(connection, "acme", ONE)
    assert found is not None
    assert found.payments == ()


async def test_an_order_from_before_payments_were_kept_is_read(database: Database, acme: Tenant) -> None:
    await saved(database)
    await database.write(lambda work: work.execute(update(orders).values(payments=None)))
    async with database.read() as connection:
        found = await load_order(connection, "acme", ONE)
    assert found is not None
    assert found.payments == ()


async def test_a_gift_card_that_is_sold_claims_nothing_and_misses_no_deadline(database: Database, acme: Tenant) -> None:
    await saved(database)
    item = ErpItem(1, "guid", "MUG", None, "Mug", "4")

    async def write(work: Work) -> set[str]:
        await save_items(work, "acme", [item])
        await work.execute(update(order_line).values(product_id=product_id("acme", "MUG")))
        return await make_claims(work, "acme", ONE, NOON)

    assert await database.write(write) == {product_id("acme", "MUG")}
    async with database.read() as connection:
        assert (await connection.execute(select(claim.c.line_id))).scalars().all() == ["1"]
        assert len((await connection.execute(list_at_risk("acme"))).all()) == 1
    await saved(database, replace(ORDER, lines=(replace(MUG, shipped=2), CARD)))
    async with database.read() as connection:
        assert (await connection.execute(list_at_risk("acme"))).all() == []
