"""What the books of an order follow from, gathered: order, settings, certificate, refunds, returns, documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.erp.scene import Scene
from hub.domain.certificate import Certificate
from hub.domain.channel import ChannelSettings
from hub.domain.credit_bookings import GivenBack, credit_bookings
from hub.domain.crediting import Catalogue, Past, Sold, sold_of
from hub.domain.invoicing import DocumentKind
from hub.domain.life.goods_return import ReturnState
from hub.domain.life.refund import RefundState
from hub.domain.money import ZERO
from hub.domain.order import OrderStatus
from hub.domain.to_forward import BOOKS_ZONE
from hub.store.bookings import book_credits
from hub.store.catalogue import items_of, vat_codes_of
from hub.store.certificates import certificate_of
from hub.store.channels import load_channel
from hub.store.engine import Work
from hub.store.goods_returns import StoredReturn, returns_of
from hub.store.invoices import StoredDocument, documents_of
from hub.store.orders import StoredOrder, load_order
from hub.store.refunds import RefundOrigin, StoredRefund, refunds_of

SETTLED = (RefundState.SENDING, RefundState.CREDITED, RefundState.COVERED)
"""Refunds that were decided on before the one at hand."""
BOOKED = (RefundState.CREDITED,)
PROCESSED = (ReturnState.CREDITED, ReturnState.CLOSED)
UNDER_WAY = (RefundState.READY, *SETTLED)


@dataclass(frozen=True, slots=True)
class OrderLedger:
    """A forwarded order with everything that its money was decided by so far."""

    order: StoredOrder
    settings: ChannelSettings
    certificate: Certificate | None
    sold: tuple[Sold, ...]
    catalogue: Catalogue
    documents: tuple[StoredDocument, ...]
    refunds: tuple[StoredRefund, ...]
    returns: tuple[StoredReturn, ...]

    @property
    def sales_order_id(self) -> str:
        return self.order.sales_order_id or ""

    @property
    def invoices(self) -> list[StoredDocument]:
        return [one for one in self.documents if one.kind is DocumentKind.INVOICE]

    def place_of(self, line_id: str | None) -> int | None:
        """Return where a line stands in the certificate."""
        return next((at for at, one in enumerate(self.sold) if one.line and one.line.line_id == line_id), None)

    def past(self, but: str = "") -> Past:
        """Return what went back, without one refund or return."""
        noted: dict[int, Decimal] = {}
        covered: dict[str, Decimal] = {}
        for one in self.refunds:
            if one.refund_id == but or one.status not in SETTLED:
                continue
            for place, amount in (one.parts or {}).items():
                noted[place] = noted.get(place, ZERO) + amount
            for line_id, amount in one.covered.items():
                covered[line_id] = covered.get(line_id, ZERO) + amount
        return Past(noted, self._returned(but), covered)

    def _returned(self, but: str) -> dict[int, Decimal]:
        found: dict[int, Decimal] = {}
        for one in self.returns:
            for line in one.lines if one.return_id != but else ():
                place = self.place_of(line.line_id)
                if place is not None and line.credited is not None:
                    found[place] = found.get(place, ZERO) + line.credited
        return found

    def given_back(self) -> list[GivenBack]:
        """Return what stands in Exact as credited: by credit notes of refunds, and by returns that were processed."""
        notes = [GivenBack(_day(one.told.made_at), one.parts or {}) for one in self.refunds if one.status in BOOKED]
        return [*notes, *(GivenBack(_day(one.registered_at), self._credited(one)) for one in self.returns)]

    def _credited(self, one: StoredReturn) -> dict[int, Decimal]:
        """A return that was not planned in Exact, or is not processed there, credits nothing."""
        if one.planned_return_id is None or one.status not in PROCESSED:
            return {}
        places = ((self.place_of(line.line_id), line.credited) for line in one.lines)
        return {place: amount for place, amount in places if place is not None and amount}

    def refunded_units(self, line_id: str) -> int:
        """Return how many offers of a line the channel gave money back for, as far as that is booked or about to be."""
        return sum(
            line.quantity
            for one in self.refunds
            if one.origin is RefundOrigin.CHANNEL and one.status in UNDER_WAY
            for line in one.told.lines
            if line.line_id == line_id
        )


async def book_credits_of(work: Work, tenant: str, order_id: str) -> None:
    """Let reports know what was given back of an order by now. Repeatable."""
    ledger = await read_ledger(work.connection, tenant, order_id, None)
    if ledger is not None and ledger.certificate is not None:
        credits = credit_bookings(ledger.certificate, ledger.sold, ledger.given_back())
        await book_credits(work, tenant, order_id, ledger.order.channel_id, credits)


def _day(at: datetime) -> date:
    return at.astimezone(BOOKS_ZONE).date()


async def load_ledger(scene: Scene, order_id: str) -> OrderLedger | None:
    """Return the ledger of an order that stands in this division; None where it does not, or its channel is gone."""
    async with scene.desk.database.read() as connection:
        return await read_ledger(connection, scene.tenant, order_id, scene.division)


async def read_ledger(
    connection: AsyncConnection, tenant: str, order_id: str, division: int | None
) -> OrderLedger | None:
    """Return the ledger of an order that stands in Exact; see ``load_ledger``."""
    order = await load_order(connection, tenant, order_id)
    if order is None or order.status is not OrderStatus.FORWARDED or order.sales_order_id is None:
        return None
    channel = await load_channel(connection, tenant, order.channel_id)
    if channel is None or order.division is None or (division is not None and order.division != division):
        return None
    found = await certificate_of(connection, tenant, order_id)
    certificate = None if found is None else found[1]
    catalogue = Catalogue(
        await items_of(connection, tenant, order.division, order.booked_products),
        await vat_codes_of(connection, tenant, order.division),
        channel.settings.charge_id,
    )
    return OrderLedger(
        order=order,
        settings=channel.settings,
        certificate=certificate,
        sold=() if certificate is None else sold_of(order.to_forward(), certificate),
        catalogue=catalogue,
        documents=tuple(await documents_of(connection, tenant, [order_id])),
        refunds=tuple(await refunds_of(connection, tenant, order_id)),
        returns=tuple(await returns_of(connection, tenant, order_id)),
    )
