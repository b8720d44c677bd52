"""Commands on whom an order is booked on and where it goes: the one-click repairs of an order that waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub.actors.commands.channels import find_channel
from hub.actors.commands.orders import find_order, retry_order
from hub.actors.commands.refusal import CommandRefused, record
from hub.domain.address import Buyer, ConfirmedAddress
from hub.domain.addressing import AddressCheck, CheckState, check_address
from hub.domain.channel import ChannelSettings
from hub.domain.customers import MatchedBy
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.tenant import Principal
from hub.store.buyers import confirm_address as store_confirmed
from hub.store.buyers import load_buyer
from hub.store.catalogue import find_customer
from hub.store.customers import OrderCustomer, customer_of, link_account, note_customer
from hub.store.engine import Work
from hub.store.order_addresses import address_state, save_check
from hub.store.orders import StoredOrder
from hub.store.secrets import Vault

NOT_POSTED = (OrderStatus.HELD, OrderStatus.WAITING, OrderStatus.READY)
CUSTOMER_CAUSES = (
    HoldCause.NO_CUSTOMER,
    HoldCause.CUSTOMER_AMBIGUOUS,
    HoldCause.CUSTOMER_NOT_FOUND,
    HoldCause.CUSTOMER_UNUSABLE,
    HoldCause.REFUSED_BY_ERP,
)


async def choose_customer(
    work: Work, who: Principal, now: datetime, order_id: str, account_id: str, remember: bool
) -> None:
    """Book one order on this account; ``remember`` links the buyer to it for later orders of the channel.

    An order that is held for its customer is tried again at once.
    """
    order, settings = await _order_to_book(work, who, order_id)
    division = settings.division
    if division is None:
        raise CommandRefused("DIVISION_NEEDED", "The channel has no division of Exact yet.")
    if not await find_customer(work.connection, who.tenant_id, division, account_id):
        raise CommandRefused("CUSTOMER_UNKNOWN", "This account is not a customer of the division.", ("accountId",))
    before = await customer_of(work.connection, who.tenant_id, order_id)
    if remember:
        if before.identity is None:
            message = "The buyer gave nothing lasting to be remembered by; choose the account without remembering."
            raise CommandRefused("NOTHING_TO_REMEMBER", message, ("remember",))
        link = (order.channel_id, division, before.identity, account_id)
        await link_account(work, who.tenant_id, *link, who.label)
    chosen = MatchedBy.CHOSEN.value
    known = {"division": division, "account_id": account_id, "matched_by": chosen, "address_id": None}
    await note_customer(work, who.tenant_id, order_id, **known)
    record(work, who, now, "order.customer", f"The account of order {order.number} was chosen",
           channel_id=order.channel_id, subject_type="order", subject_id=order_id, remembered=remember,
           before=_booked(before), after={"account": account_id, "matched_by": chosen})  # fmt: skip
    await _go_on(work, who, now, order, settings)


async def allow_customer(work: Work, who: Principal, now: datetime, order_id: str) -> None:
    """Let the hub make an account in Exact for the business that placed one order, whatever the channel's policy."""
    order, settings = await _order_to_book(work, who, order_id)
    if not settings.customers.individual:
        raise CommandRefused("NOT_INDIVIDUAL", "This channel gives no buyer an account of its own; choose one.")
    before = await customer_of(work.connection, who.tenant_id, order_id)
    await note_customer(work, who.tenant_id, order_id, may_create=True)
    record(work, who, now, "order.customer_allowed", f"An account may be made for the buyer of order {order.number}",
           channel_id=order.channel_id, subject_type="order", subject_id=order_id,
           before={"may_create": before.may_create}, after={"may_create": True})  # fmt: skip
    await _go_on(work, who, now, order, settings)


async def confirm_address(
    work: Work, who: Principal, now: datetime, vault: Vault, order_id: str, said: ConfirmedAddress | None
) -> None:
    """Keep what a person says of an order's address beside what the channel gave; None agrees with how it was read."""
    order = await find_order(work, who, order_id)
    buyer = await load_buyer(work.connection, vault, who.tenant_id, order_id)
    if buyer is None:
        raise CommandRefused("NOTHING_KEPT", "No address of this order is kept.", ("orderId",))
    confirmed = said or _as_read(check_address(buyer.ship_to, buyer.confirmed))
    _must_be_whole(buyer, confirmed)
    before = await address_state(work.connection, who.tenant_id, order_id)
    await store_confirmed(work, vault, who.tenant_id, order_id, replace(buyer, confirmed=confirmed))
    await save_check(work, who.tenant_id, order_id, check_address(buyer.ship_to, confirmed))
    record(work, who, now, "order.address", f"The address of order {order.number} was confirmed",
           channel_id=order.channel_id, subject_type="order", subject_id=order_id,
           before={"state": before and before.value}, after={"state": CheckState.CONFIRMED.value,
                                                            "corrected": said is not None})  # fmt: skip
    settings = (await find_channel(work, who, order.channel_id)).settings
    await _go_on(work, who, now, order, settings, (HoldCause.ADDRESS_INCOMPLETE,))


async def _order_to_book(work: Work, who: Principal, order_id: str) -> tuple[StoredOrder, ChannelSettings]:
    order = await find_order(work, who, order_id)
    if order.status not in NOT_POSTED:
        raise CommandRefused("NOT_WAITING", f"The order is {order.status.value}; its account stands.", ("orderId",))
    return order, (await find_channel(work, who, order.channel_id)).settings


async def _go_on(
    work: Work,
    who: Principal,
    now: datetime,
    order: StoredOrder,
    settings: ChannelSettings,
    causes: Sequence[HoldCause] = CUSTOMER_CAUSES,
) -> None:
    """Try an order again that waited for what was just repaired; while forwarding is off it goes on waiting."""
    if order.status is OrderStatus.HELD and order.hold_cause in causes and settings.forwarding:
        await retry_order(work, who, now, order.order_id)


def _booked(before: OrderCustomer) -> dict[str, str | None]:
    return {"account": before.account_id, "matched_by": before.matched_by and before.matched_by.value}


def _as_read(check: AddressCheck) -> ConfirmedAddress:
    parts = check.parts
    return ConfirmedAddress(parts.street, parts.house_number, parts.extension, parts.box, check.pickup_point)


def _must_be_whole(buyer: Buyer, confirmed: ConfirmedAddress) -> None:
    if not confirmed.street.strip():
        raise CommandRefused("STREET_NEEDED", "Give the street.", ("street",))
    if buyer.ship_to.pickup_point is not None and not (confirmed.pickup_point or buyer.ship_to.pickup_point).strip():
        raise CommandRefused("PICKUP_POINT_NEEDED", "Give the name of the pickup point.", ("pickupPoint",))
