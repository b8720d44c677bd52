"""Statements about orders: stored as the channel tells them, forwarded once, held with a cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.editing import Sold, as_sold
from hub.domain.forwarding import LineToForward, OrderToForward
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.order import Charge, ChargeKind, HoldCause, OrderStatus
from hub.domain.sales_order import SalesOrder
from hub.domain.tax.supply import DeemedScheme
from hub.store.engine import Work
from hub.store.sold import sold_from_json
from hub.store.tables import order_line, orders


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One stored order line; ``quantity`` counts offers, each of ``units_per_offer`` stock units.

    ``cancelled`` includes what the seller gave up in the hub, told by the channel or not: ``given_up`` is the least
    that it is.
    """

    line_id: str
    sku: str | None
    ean: str | None
    title: str
    product_id: str | None
    units_per_offer: int
    quantity: int
    cancelled: int
    shipped: int
    cancellation_requested: bool
    gross: Decimal
    vat_rate: Decimal | None
    vat: Decimal | None
    sales_order_line_id: str | None
    deemed: str | None = None
    given_up: int = 0

    @property
    def open(self) -> int:
        """Offers still to be shipped."""
        return max(0, self.quantity - self.cancelled - self.shipped)


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """A stored order with its lines; the buyer stays sealed elsewhere. Times UTC."""

    tenant_id: str
    order_id: str
    channel_id: str
    external_id: str
    number: str
    placed_at: datetime
    changed_at: datetime
    imported_at: datetime
    currency: str
    total: Decimal
    payment: str
    fulfilled_by: str
    cancelled: bool
    status: OrderStatus
    hold_cause: HoldCause | None
    division: int | None
    your_ref: str | None
    fingerprint: str | None
    attempt_at: datetime | None
    sales_order_id: str | None
    sales_order_number: int | None
    charges: tuple[Charge, ...]
    lines: tuple[StoredLine, ...]
    country: str | None = None
    sold: Sold | None = None
    ship_by: datetime | None = None
    hold_detail: Mapping[str, Any] | None = None

    @property
    def off(self) -> bool:
        """Whether nothing of it is wanted any more."""
        return self.cancelled or (bool(self.lines) and all(line.quantity <= line.cancelled for line in self.lines))

    def as_sold(self) -> Sold:
        """Return what is wanted of it now, to be held against ``sold``: what was wanted when it went to the books."""
        return as_sold(self.to_forward(), off=self.off)

    def to_forward(self) -> OrderToForward:
        """Return the part that the books need."""
        return OrderToForward(
            external_id=self.external_id,
            number=self.number,
            placed_at=self.placed_at,
            currency=self.currency,
            total=self.total,
            lines=tuple(_line_to_forward(line) for line in self.lines),
            charges=self.charges,
        )


def _line_to_forward(line: StoredLine) -> LineToForward:
    return LineToForward(
        line_id=line.line_id,
        title=line.title,
        sku=line.sku,
        product_id=line.product_id,
        units_per_offer=line.units_per_offer,
        quantity=line.quantity,
        cancelled=line.cancelled,
        gross=line.gross,
        vat_rate=line.vat_rate,
        vat=line.vat,
        deemed=None if line.deemed is None else DeemedScheme(line.deemed),
    )


def order_id(tenant_id: str, channel_id: str, external_id: str) -> str:
    """Return the hub's id of a channel's order: the same however often it is imported."""
    return uuid5(NAMESPACE_URL, f"handelhub:order:{tenant_id}:{channel_id}:{external_id}").hex


async def load_order(connection: AsyncConnection, tenant_id: str, one: str) -> StoredOrder | None:
    """Return one order of the tenant with its lines, None if there is none."""
    found = await load_orders(connection, tenant_id, [one])
    return found[0] if found else None


async def load_orders(connection: AsyncConnection, tenant_id: str, ids: Iterable[str]) -> list[StoredOrder]:
    """Return orders of the tenant with their lines."""
    wanted = list(ids)
    heads = select(orders).where(orders.c.tenant_id == tenant_id, orders.c.order_id.in_(wanted))
    lines = select(order_line).where(order_line.c.tenant_id == tenant_id, order_line.c.order_id.in_(wanted))
    rows = (await connection.execute(heads)).all()
    by_order: dict[str, list[Row[Any]]] = {}
    for row in (await connection.execute(lines.order_by(order_line.c.place))).all():
        by_order.setdefault(row.order_id, []).append(row)
    return [stored_order(row, by_order.get(row.order_id, [])) for row in rows]


async def change_order(work: Work, tenant_id: str, one: str, **values: Any) -> None:
    """Set columns of one order of the tenant."""
    await work.execute(update(orders).where(orders.c.tenant_id == tenant_id, orders.c.order_id == one).values(**values))


async def hold_order(
    work: Work, tenant_id: str, one: str, cause: HoldCause, message: str, detail: Mapping[str, Any]
) -> None:
    """Let an order that is under way wait for a person."""
    await change_order(
        work,
        tenant_id,
        one,
        status=ORDER.after(OrderStatus.SENDING, OrderEvent.HOLD).value,
        hold_cause=cause.value,
        hold_detail={"message": message, **detail},
        attempt_at=None,
    )


async def note_forwarded(
    work: Work, stored: StoredOrder, sales: SalesOrder, lines: Mapping[str, str], now: datetime
) -> None:
    """Store the sales order's ids; ``lines`` maps our line ids to Exact's."""
    await change_order(
        work,
        stored.tenant_id,
        stored.order_id,
        status=ORDER.after(stored.status, OrderEvent.STANDS).value,
        hold_cause=None,
        hold_detail=None,
        sales_order_id=sales.order_id,
        sales_order_number=sales.order_number,
        forwarded_at=now,
    )
    for line_id, sales_line in lines.items():
        await work.execute(
            update(order_line)
            .where(
                order_line.c.tenant_id == stored.tenant_id,
                order_line.c.order_id == stored.order_id,
                order_line.c.line_id == line_id,
            )
            .values(sales_order_line_id=sales_line)
        )


async def orders_of_sales_lines(
    connection: AsyncConnection, tenant_id: str, sales_lines: Iterable[str]
) -> dict[str, tuple[str, str, int]]:
    """Return (order id, line id, units per offer) by Exact's sales order line id."""
    statement = select(
        order_line.c.sales_order_line_id, order_line.c.order_id, order_line.c.line_id, order_line.c.units_per_offer
    ).where(order_line.c.tenant_id == tenant_id, order_line.c.sales_order_line_id.in_(list(sales_lines)))
    rows = (await connection.execute(statement)).all()
    return {row.sales_order_line_id: (row.order_id, row.line_id, row.units_per_offer) for row in rows}


def _charge_from_json(plain: Mapping[str, Any]) -> Charge:
    return Charge(
        kind=ChargeKind(plain["kind"]),
        description=plain["description"],
        gross=Decimal(plain["gross"]),
        vat_rate=None if plain["vat_rate"] is None else Decimal(plain["vat_rate"]),
        vat=None if plain["vat"] is None else Decimal(plain["vat"]),
    )


def stored_order(row: Row[Any], lines: Sequence[Row[Any]]) -> StoredOrder:
    """Return an order from its row and those of its lines."""
    return StoredOrder(
        tenant_id=row.tenant_id,
        order_id=row.order_id,
        channel_id=row.channel_id,
        external_id=row.external_id,
        number=row.number,
        placed_at=row.placed_at,
        changed_at=row.changed_at,
        imported_at=row.imported_at,
        currency=row.currency,
        total=row.total,
        payment=row.payment,
        fulfilled_by=row.fulfilled_by,
        cancelled=row.cancelled,
        status=OrderStatus(row.status),
        hold_cause=None if row.hold_cause is None else HoldCause(row.hold_cause),
        division=row.division,
        your_ref=row.your_ref,
        fingerprint=row.fingerprint,
        attempt_at=row.attempt_at,
        sales_order_id=row.sales_order_id,
        sales_order_number=row.sales_order_number,
        charges=tuple(_charge_from_json(charge) for charge in row.charges),
        lines=tuple(_stored_line(line) for line in lines),
        country=row.country,
        sold=sold_from_json(row.sold),
        ship_by=row.ship_by,
        hold_detail=row.hold_detail,
    )


def _stored_line(row: Row[Any]) -> StoredLine:
    names = StoredLine.__dataclass_fields__
    return StoredLine(**{name: getattr(row, name) for name in names})
