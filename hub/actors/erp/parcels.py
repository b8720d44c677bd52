"""How a goods delivery of Exact becomes parcels: per order, per tracking code, never twice, never more than left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count, islice

from hub.domain.channel import ChannelSettings, FulfilmentMode
from hub.domain.delivery import Delivery, DeliveryLine, ParcelStatus, ShippedUnits
from hub.domain.life.parcel import PARCEL, ParcelEvent
from hub.store.channels import load_channel
from hub.store.deliveries import (
    StoredParcel,
    delete_waiting,
    parcel_id,
    parcels_of_orders,
    save_parcel,
    units_by_line,
)
from hub.store.engine import Work
from hub.store.orders import StoredOrder, load_orders
from hub.store.sales_lines import SalesLine, orders_of_sales_lines

SalesLines = Mapping[str, SalesLine]
"""What each line of a sales order stands for, by Exact's id of it."""


@dataclass(frozen=True, slots=True)
class Packing:
    """One delivery to be packed; ``shipping_code`` is the code of its shipping method in Exact.

    ``earlier`` counts the stock units that left before it, by Exact's sales order line.
    """

    tenant: str
    delivery_id: str
    delivery: Delivery
    shipping_code: str | None
    earlier: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """Offers of one order that travel under one tracking code."""

    order_id: str
    tracking: str | None
    units: tuple[ShippedUnits, ...]


@dataclass(slots=True)
class Packed:
    """Parcels to be told now, parcels that wait for a tracking code, and offers that nobody on the channel wants."""

    ready: list[StoredParcel] = field(default_factory=list)
    waiting: list[StoredParcel] = field(default_factory=list)
    excess: list[tuple[StoredOrder, Mapping[str, int]]] = field(default_factory=list)


async def pack(work: Work, packing: Packing, order_ids: Collection[str]) -> Packed:
    """Store what a delivery holds of some orders. Repeatable."""
    known = await orders_of_sales_lines(
        work.connection, packing.tenant, [line.sales_order_line_id for line in packing.delivery.lines]
    )
    ids = {one.order_id for one in known.values() if one.order_id in order_ids}
    packed = Packed()
    for order in await load_orders(work.connection, packing.tenant, sorted(ids)):
        channel = await load_channel(work.connection, packing.tenant, order.channel_id)
        if channel is None or channel.settings.fulfilment is not FulfilmentMode.ERP:
            continue
        await _pack_order(work, packing, order, channel.settings, known, packed)
    return packed


async def _pack_order(
    work: Work,
    packing: Packing,
    order: StoredOrder,
    settings: ChannelSettings,
    known: SalesLines,
    packed: Packed,
) -> None:
    parcels = await parcels_of_orders(work.connection, packing.tenant, [order.order_id])
    before = [one for one in parcels if one.delivery_id == packing.delivery_id]
    told = [one for one in before if one.status is not ParcelStatus.WAITING]
    await delete_waiting(work, packing.tenant, order.order_id, packing.delivery_id)
    others = [one for one in parcels if one not in before and one.status is not ParcelStatus.FAILED]
    found = contents_of(packing.delivery, order.order_id, known, units_by_line(told), packing.earlier)
    contents, excess = within(found, room_of(order, units_by_line([*others, *told])))
    references = free_references(packing.delivery, order.order_id, {one.reference for one in told}, len(contents))
    fresh = [
        _parcel(work, packing, order, settings, one, reference)
        for one, reference in zip(contents, references, strict=True)
    ]
    for parcel in fresh:
        await save_parcel(work, parcel)
    if excess:
        packed.excess.append((order, excess))
    noted = {(one.tracking, one.units) for one in before if one.status is ParcelStatus.WAITING}
    for one in fresh:
        if (one.tracking, one.units) not in noted:
            (packed.ready if one.status is ParcelStatus.READY else packed.waiting).append(one)


def room_of(order: StoredOrder, told: Mapping[str, int]) -> dict[str, int]:
    """Return how many offers of each line the channel still waits for."""
    wanted = {line.line_id: 0 if order.off else line.quantity - line.cancelled for line in order.lines}
    return {line_id: max(0, count - told.get(line_id, 0)) for line_id, count in wanted.items()}


def within(contents: Sequence[Content], room: Mapping[str, int]) -> tuple[list[Content], dict[str, int]]:
    """Return what may be told of some contents, and the offers beyond that, by line: those left in vain."""
    left, excess = dict(room), dict[str, int]()
    kept: list[Content] = []
    for content in contents:
        units = []
        for unit in content.units:
            fits = min(unit.quantity, left.get(unit.line_id, 0))
            left[unit.line_id] = left.get(unit.line_id, 0) - fits
            if fits:
                units.append(ShippedUnits(unit.line_id, fits))
            if fits < unit.quantity:
                excess[unit.line_id] = excess.get(unit.line_id, 0) + unit.quantity - fits
        if units:
            kept.append(Content(content.order_id, content.tracking, tuple(units)))
    return kept, excess


def free_references(delivery: Delivery, order_id: str, taken: Collection[str], wanted: int) -> list[str]:
    """Return the lowest references of a delivery and order that no kept parcel bears."""
    numbered = (f"{delivery.number}-{order_id[:8]}-{place}" for place in count(1))
    return list(islice((one for one in numbered if one not in taken), wanted))


def contents_of(
    delivery: Delivery,
    order_id: str,
    known: SalesLines,
    told: Mapping[str, int],
    earlier: Mapping[str, Decimal],
) -> list[Content]:
    """Return what of a delivery belongs to one order and was not told before, grouped by tracking code.

    An offer of several stock units, or of several products, leaves with the delivery that completes it, counting
    those ``earlier``.
    """
    gone, left = dict(earlier), dict(told)
    groups: dict[str | None, list[ShippedUnits]] = defaultdict(list)
    for line in delivery.lines:
        owner = known.get(line.sales_order_line_id)
        if owner is None or owner.order_id != order_id:
            continue
        line_id, before = owner.line_id, owner.offers(gone)
        gone[line.sales_order_line_id] = gone.get(line.sales_order_line_id, Decimal(0)) + line.quantity
        quantity = owner.offers(gone) - before
        taken = min(quantity, left.get(line_id, 0))
        left[line_id] = left.get(line_id, 0) - taken
        if quantity > taken:
            groups[line.tracking or delivery.tracking].append(ShippedUnits(line_id, quantity - taken))
    return [Content(order_id, tracking, _merged(units)) for tracking, units in groups.items()]


def broken_offers(deliveries: Sequence[Delivery], known: SalesLines) -> set[str]:
    """Return the sales order lines of which one of these deliveries alone does not tell how many offers have left.

    That is where no whole number of them left with it, and of kits always.
    """
    return {
        line.sales_order_line_id
        for one in deliveries
        for line in one.lines
        if line.sales_order_line_id in known and _is_broken(line, known[line.sales_order_line_id])
    }


def _is_broken(line: DeliveryLine, owner: SalesLine) -> bool:
    return not owner.alone or line.quantity % owner.needs[line.sales_order_line_id] != 0


def units_before(delivery: Delivery, others: Sequence[Delivery]) -> dict[str, Decimal]:
    """Return the stock units that left with deliveries of a lower number, by Exact's sales order line."""
    return units_gone([one for one in others if (one.number, one.entry_id) < (delivery.number, delivery.entry_id)])


def units_gone(deliveries: Sequence[Delivery]) -> dict[str, Decimal]:
    """Return the stock units that left with deliveries, by Exact's sales order line."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in deliveries:
        for line in one.lines:
            sums[line.sales_order_line_id] += line.quantity
    return dict(sums)


def _merged(units: Sequence[ShippedUnits]) -> tuple[ShippedUnits, ...]:
    sums: dict[str, int] = {}
    for unit in units:
        sums[unit.line_id] = sums.get(unit.line_id, 0) + unit.quantity
    return tuple(ShippedUnits(line_id, quantity) for line_id, quantity in sums.items())


def _parcel(
    work: Work, packing: Packing, order: StoredOrder, settings: ChannelSettings, content: Content, reference: str
) -> StoredParcel:
    return StoredParcel(
        tenant_id=packing.tenant,
        parcel_id=parcel_id(packing.tenant, order.channel_id, reference),
        order_id=order.order_id,
        channel_id=order.channel_id,
        delivery_id=packing.delivery_id,
        reference=reference,
        carrier=settings.carriers.get(packing.shipping_code or "", settings.default_carrier),
        tracking=content.tracking,
        units=content.units,
        status=PARCEL.after(PARCEL.start, ParcelEvent.TRACKED) if content.tracking else PARCEL.start,
        problem=None,
        process_id=None,
        attempt_at=None,
        shipped_at=packing.delivery.delivered_at,
        stored_at=work.clock.now(),
        confirmed_at=None,
        goods_delivery="exact",
        entry_id=packing.delivery.entry_id,
    )
