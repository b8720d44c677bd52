"""Statements about orders: stored as the channel tells them, forwarded once, held with a cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import BindParameter, Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.editing import Sold, as_sold
from hub.domain.forwarding import LineToForward, OrderToForward
from hub.domain.kit import shares
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.money import total
from hub.domain.order import Charge, ChargeKind, HoldCause, OrderStatus, Payment
from hub.domain.sales_order import SalesOrder
from hub.domain.tax.amounts import share_out
from hub.domain.tax.supply import DeemedScheme
from hub.store.engine import Work
from hub.store.parts import Booking, LinePart, parts_of_lines
from hub.store.payments import payments_from_json
from hub.store.sales_lines import note_sales_line
from hub.store.sold import sold_from_json
from hub.store.tables import order_line, orders

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
HEADS = select(orders).where(orders.c.tenant_id == bindparam("tenant"), orders.c.order_id.in_(IDS))
LINES = (
    select(order_line)
    .where(order_line.c.tenant_id == bindparam("tenant"), order_line.c.order_id.in_(IDS))
    .order_by(order_line.c.place)
)


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One stored order line; ``quantity`` counts offers, each of ``units_per_offer`` stock units.

    A kit has ``parts``. One that is booked as its parts has no product of its own, and no line of its own in Exact.
    ``cancelled`` includes what the seller gave up in the hub, told by the channel or not: ``given_up`` is the least
    that it is.
    """

    line_id: str
    sku: str | None
    ean: str | None
    title: str
    product_id: str | None
    units_per_offer: Decimal
    quantity: int
    cancelled: int
    shipped: int
    cancellation_requested: bool
    gross: Decimal
    vat_rate: Decimal | None
    vat: Decimal | None
    sales_order_line_id: str | None
    deemed: str | None = None
    parts: tuple[LinePart, ...] = ()
    discount: Decimal = Decimal(0)
    paid_by_platform: Decimal = Decimal(0)
    voucher: bool = False
    given_up: int = 0

    @property
    def known(self) -> bool:
        """Whether it is known what the line sells."""
        return self.product_id is not None or bool(self.parts)

    @property
    def exploded(self) -> bool:
        """Whether the line stands as its parts on the sales order."""
        return any(part.booked for part in self.parts)

    @property
    def products(self) -> set[str]:
        """The products whose stock the line takes."""
        if self.parts:
            return {part.product_id for part in self.parts}
        return set() if self.product_id is None else {self.product_id}

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """What of the line stands on the sales order, line by line."""
        if not self.exploded:
            own = self.line_id, self.product_id, self.units_per_offer, self.sales_order_line_id
            return (Booking(self.line_id, *own),)
        return tuple(
            Booking(
                f"{self.line_id}/{one.product_id}",
                self.line_id,
                one.product_id,
                one.units,
                one.sales_order_line_id,
                part=True,
            )
            for one in self.parts
        )

    @property
    def open(self) -> int:
        """Offers still to be shipped; a gift card that is sold is none."""
        return 0 if self.voucher else max(0, self.quantity - self.cancelled - self.shipped)


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
    payments: tuple[Payment, ...] = ()
    sold: Sold | None = None
    ship_by: datetime | None = None
    hold_detail: Mapping[str, Any] | None = None

    @property
    def off(self) -> bool:
        """Whether nothing of it is wanted any more."""
        return self.cancelled or (bool(self.lines) and all(line.quantity <= line.cancelled for line in self.lines))

    @property
    def booked_products(self) -> set[str]:
        """The products that stand on its sales order: of a kit that is booked as its parts, those."""
        return {one.product_id for line in self.lines for one in line.bookings if one.product_id is not None}

    def as_sold(self) -> Sold:
        """Return what is wanted of it now, to be held against ``sold``: what was wanted when it went to the books."""
        whole = replace(self.to_forward(), lines=tuple(_line_to_forward(line) for line in self.lines))
        return as_sold(whole, off=self.off)

    def to_forward(self) -> OrderToForward:
        """Return the part that the books need; a kit that is booked as its parts is a line for each of them.

        Of such a kit only what is still wanted is told, so that no cent is lost in what is not.
        """
        return OrderToForward(
            external_id=self.external_id,
            number=self.number,
            placed_at=self.placed_at,
            currency=self.currency,
            total=self.total - total(_called_off(line) for line in self.lines if line.exploded),
            lines=tuple(one for line in self.lines for one in _lines_to_forward(line)),
            charges=self.charges,
            payments=self.payments,
        )


def _called_off(line: StoredLine) -> Decimal:
    whole = _line_to_forward(line)
    return whole.gross - whole.share(whole.gross)


def _lines_to_forward(line: StoredLine) -> tuple[LineToForward, ...]:
    whole = _line_to_forward(line)
    if not line.exploded:
        return (whole,)
    gross = shares(whole.share(whole.gross), [one.part for one in line.parts])
    vat = None if whole.vat is None else share_out(whole.share(whole.vat), gross)
    discount, paid = (share_out(whole.share(one), gross) for one in (whole.discount, whole.paid_by_platform))
    return tuple(
        replace(
            whole,
            line_id=one.key,
            product_id=one.product_id,
            units_per_offer=one.units,
            quantity=whole.wanted,
            cancelled=0,
            gross=gross[one.product_id or ""],
            vat=None if vat is None else vat[one.product_id or ""],
            discount=discount[one.product_id or ""],
            paid_by_platform=paid[one.product_id or ""],
        )
        for one in line.bookings
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
        discount=line.discount,
        paid_by_platform=line.paid_by_platform,
        voucher=line.voucher,
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
    wanted = {"tenant": tenant_id, "ids": list(ids)}
    rows = (await connection.execute(HEADS, wanted)).all()
    parts = await parts_of_lines(connection, tenant_id, wanted["ids"])
    by_order: dict[str, list[StoredLine]] = {}
    for row in (await connection.execute(LINES, wanted)).all():
        by_order.setdefault(row.order_id, []).append(stored_line(row, parts.get((row.order_id, row.line_id), ())))
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
    """Store the sales order's ids; ``lines`` maps our bookings' keys to Exact's lines."""
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
    bookings = {one.key: one for line in stored.lines for one in line.bookings}
    for key, sales_line in lines.items():
        await note_sales_line(work, stored.tenant_id, stored.order_id, bookings[key], sales_line)


def _charge_from_json(plain: Mapping[str, Any]) -> Charge:
    return Charge(
        kind=ChargeKind(plain["kind"]),
        description=plain["description"],
        gross=Decimal(plain["gross"]),
        vat_rate=None if plain["vat_rate"] is None else Decimal(plain["vat_rate"]),
        vat=None if plain["vat"] is None else Decimal(plain["vat"]),
    )


def stored_order(row: Row[Any], lines: Sequence[StoredLine]) -> StoredOrder:
    """Return an order from its row and its lines."""
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
        lines=tuple(lines),
        country=row.country,
        payments=payments_from_json(row.payments),
        sold=sold_from_json(row.sold),
        ship_by=row.ship_by,
        hold_detail=row.hold_detail,
    )


def stored_line(row: Row[Any], parts: tuple[LinePart, ...] = ()) -> StoredLine:
    """Return a line from its row."""
    names = [name for name in StoredLine.__dataclass_fields__ if name != "parts"]
    return StoredLine(**{name: getattr(row, name) for name in names}, parts=parts)
