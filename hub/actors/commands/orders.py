"""Commands on orders: retry one that is held, enter a parcel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from hub.actors.commands.channels import find_channel
from hub.actors.commands.refusal import CommandRefused, record
from hub.actors.desk import Cause, channel_address, erp_address, pass_on_stock
from hub.actors.messages import ConfirmParcel, ForwardOrder, MakeDelivery
from hub.actors.runtime import mailbox
from hub.domain.addressing import CheckState
from hub.domain.channel import ChannelSettings, FulfilmentMode
from hub.domain.delivery import ParcelStatus, ShippedUnits
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.life.parcel import PARCEL, ParcelEvent
from hub.domain.order import OrderStatus
from hub.domain.tenant import Principal
from hub.store.deliveries import (
    StoredParcel,
    change_parcel,
    load_parcel,
    parcels_of_orders,
    save_parcel,
    units_by_line,
)
from hub.store.deliveries import (
    parcel_id as parcel_key,
)
from hub.store.engine import Work
from hub.store.order_addresses import address_state
from hub.store.order_import import rematch_lines
from hub.store.order_state import lock_order
from hub.store.orders import StoredOrder, change_order, load_order
from hub.store.stock import make_claims


async def find_order(work: Work, who: Principal, order_id: str) -> StoredOrder:
    """Lock and return an order of the principal's tenant or refuse."""
    await lock_order(work, who.tenant_id, order_id)
    found = await load_order(work.connection, who.tenant_id, order_id)
    if found is None:
        raise CommandRefused("NOT_FOUND", "There is no such order.", ("orderId",))
    return found


async def retry_order(work: Work, who: Principal, now: datetime, order_id: str) -> None:
    """Try again to forward an order that is held or waits, with mappings as they are now."""
    order = await find_order(work, who, order_id)
    if not ORDER.allows(order.status, OrderEvent.RETRY):
        raise CommandRefused("NOT_WAITING", f"The order is {order.status.value}; there is nothing to retry.")
    settings = (await find_channel(work, who, order.channel_id)).settings
    if settings.division is None:
        raise CommandRefused("DIVISION_NEEDED", "The channel has no division of Exact yet.")
    if order.status is OrderStatus.SENDING:
        mailbox.post(work, erp_address(who.tenant_id, order.division or settings.division), ForwardOrder(order_id))
        record_order(work, who, now, order, "order.retried", f"Order {order.number} is looked up again",
                before=state_of(order), after=state_of(order))  # fmt: skip
        return
    if not settings.forwarding:
        raise CommandRefused("FORWARDING_OFF", "Switch forwarding on for this channel, then its orders go on.")
    if order.your_ref is not None and order.division != settings.division:
        raise CommandRefused(
            "OTHER_DIVISION", f"A try was begun in division {order.division}; look there before it goes elsewhere."
        )
    await rematch_lines(work, order, settings.rule.units_per_offer, settings.kits.booking)
    products = await make_claims(work, who.tenant_id, order_id, now)
    status = ORDER.after(order.status, OrderEvent.RETRY).value
    await change_order(work, who.tenant_id, order_id, status=status, hold_cause=None, hold_detail=None)
    mailbox.post(work, erp_address(who.tenant_id, settings.division), ForwardOrder(order_id))
    await pass_on_stock(work, who.tenant_id, products, Cause(f"order {order.number}"))
    record_order(work, who, now, order, "order.retried", f"Order {order.number} is tried again",
            before=state_of(order), after={"status": status, "hold_cause": None})  # fmt: skip


async def enter_parcel(
    work: Work,
    who: Principal,
    now: datetime,
    order_id: str,
    units: Sequence[ShippedUnits] | None,
    carrier: str | None,
    tracking: str | None,
    shipped_at: datetime,
) -> str:
    """Enter a parcel that was packed in the hub (mode A); without units it holds all that is left.

    An address that is unsure is to be confirmed first. The channel is told, and the goods delivery is made in Exact
    once the order stands there. Entering the same tracking code for the same order twice is refused. Returns the
    parcel's id.
    """
    order = await find_order(work, who, order_id)
    channel = await find_channel(work, who, order.channel_id)
    settings = channel.settings
    if settings.fulfilment is not FulfilmentMode.BOOKKEEPING:
        raise CommandRefused("OTHER_MODE", "Parcels of this channel come from Exact, or are not told at all.")
    if await address_state(work.connection, who.tenant_id, order_id) is CheckState.UNSURE:
        raise CommandRefused("ADDRESS_UNSURE", "Confirm the address of this order first.", ("orderId",))
    before = await parcels_of_orders(work.connection, who.tenant_id, [order_id])
    if tracking is not None and any(one.tracking == tracking for one in before):
        raise CommandRefused("ENTERED_ALREADY", "This tracking code was entered before.", ("tracking",))
    chosen = _units(order, units, units_by_line([one for one in before if one.status is not ParcelStatus.FAILED]))
    parcel = _parcel(order, settings, chosen, carrier, tracking, shipped_at, now)
    await save_parcel(work, parcel)
    mailbox.post(work, channel_address(who.tenant_id, order.channel_id), ConfirmParcel(parcel.parcel_id))
    if settings.division is not None:
        mailbox.post(work, erp_address(who.tenant_id, settings.division), MakeDelivery(parcel.parcel_id))
    record_order(work, who, now, order, "parcel.entered", f"A parcel of order {order.number} left",
            parcel=parcel.parcel_id, before=None, after=_shipment(parcel))  # fmt: skip
    return parcel.parcel_id


async def retry_parcel(work: Work, who: Principal, now: datetime, parcel_id: str, carrier: str | None) -> None:
    """Tell the channel again of a parcel that it refused, with another carrier if given; what it knows is not doubled.

    A goods delivery that Exact refused is tried again too.
    """
    parcel = await load_parcel(work.connection, who.tenant_id, parcel_id)
    if parcel is None:
        raise CommandRefused("NOT_FOUND", "There is no such parcel.", ("parcelId",))
    refused = parcel.goods_delivery == "refused"
    if not PARCEL.allows(parcel.status, ParcelEvent.RETRY) and not refused:
        raise CommandRefused("NOTHING_TO_RETRY", f"The parcel is {parcel.status.value}.", ("parcelId",))
    order = await find_order(work, who, parcel.order_id)
    settings = (await find_channel(work, who, order.channel_id)).settings
    if PARCEL.allows(parcel.status, ParcelEvent.RETRY):
        named = settings.carriers.get(carrier or "", carrier)
        await change_parcel(
            work,
            who.tenant_id,
            parcel_id,
            status=PARCEL.after(parcel.status, ParcelEvent.RETRY).value,
            problem=None,
            process_id=None,
            carrier=named or parcel.carrier or settings.default_carrier,
        )
        mailbox.post(work, channel_address(who.tenant_id, order.channel_id), ConfirmParcel(parcel_id))
    if refused and settings.division is not None:
        await change_parcel(work, who.tenant_id, parcel_id, goods_delivery="todo")
        mailbox.post(work, erp_address(who.tenant_id, settings.division), MakeDelivery(parcel_id))
    again = await load_parcel(work.connection, who.tenant_id, parcel_id)
    record_order(work, who, now, order, "parcel.retried", f"A parcel of order {order.number} is tried again",
            parcel=parcel_id, before=_shipment(parcel), after=again and _shipment(again))  # fmt: skip


def _units(
    order: StoredOrder, asked: Sequence[ShippedUnits] | None, packed: Mapping[str, int]
) -> tuple[ShippedUnits, ...]:
    left = {line.line_id: line.quantity - line.cancelled - packed.get(line.line_id, 0) for line in order.lines}
    chosen = asked if asked is not None else [ShippedUnits(one, count) for one, count in left.items() if count > 0]
    if not chosen:
        raise CommandRefused("NOTHING_LEFT", "Everything of this order is packed already.", ("units",))
    for unit in chosen:
        if unit.line_id not in left:
            raise CommandRefused("LINE_UNKNOWN", f"The order has no line {unit.line_id}.", ("units",))
        if not 0 < unit.quantity <= left[unit.line_id]:
            raise CommandRefused("TOO_MANY", f"Line {unit.line_id} has {left[unit.line_id]} left to ship.", ("units",))
    return tuple(chosen)


def _parcel(
    order: StoredOrder,
    settings: ChannelSettings,
    units: tuple[ShippedUnits, ...],
    carrier: str | None,
    tracking: str | None,
    shipped_at: datetime,
    now: datetime,
) -> StoredParcel:
    reference = f"HH-{uuid4().hex[:20]}"
    return StoredParcel(
        tenant_id=order.tenant_id,
        parcel_id=parcel_key(order.tenant_id, order.channel_id, reference),
        order_id=order.order_id,
        channel_id=order.channel_id,
        delivery_id=None,
        reference=reference,
        carrier=settings.carriers.get(carrier or "", carrier or settings.default_carrier),
        tracking=tracking,
        units=units,
        status=ParcelStatus.READY,
        problem=None,
        process_id=None,
        attempt_at=None,
        shipped_at=shipped_at,
        stored_at=now,
        confirmed_at=None,
        goods_delivery="todo" if settings.division is not None else "none",
        entry_id=None,
    )


def state_of(order: StoredOrder) -> dict[str, str | None]:
    """Return what a person decides of an order."""
    return {"status": order.status.value, "hold_cause": order.hold_cause and order.hold_cause.value}


def _shipment(parcel: StoredParcel) -> dict[str, Any]:
    """Return what a person decides of a parcel; its tracking code would lead to the buyer's door."""
    return {
        "status": parcel.status.value,
        "carrier": parcel.carrier,
        "units": {unit.line_id: unit.quantity for unit in parcel.units},
        "goods_delivery": parcel.goods_delivery,
    }


def record_order(
    work: Work, who: Principal, now: datetime, order: StoredOrder, kind: str, message: str, **detail: Any
) -> None:
    """Write a sync event about an order in the name of a person."""
    record(work, who, now, kind, message, channel_id=order.channel_id, subject_type="order",
           subject_id=order.order_id, **detail)  # fmt: skip
