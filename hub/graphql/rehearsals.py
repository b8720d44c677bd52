"""What can be asked before it is done."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import relay

from hub.actors.commands import CommandRefused
from hub.actors.rehearsing import Proposal, Rehearsing
from hub.domain.rehearsal import Outcome
from hub.graphql.arguments import id_of, key_of
from hub.graphql.context import Info
from hub.graphql.errors import BadInput
from hub.graphql.fields import shown
from hub.graphql.mutations.settings_input import ChannelSettingsInput
from hub.graphql.permissions import NeedsAdmin, NeedsOperator
from hub.graphql.types.certificate import Certificate
from hub.graphql.types.rehearsal import ChannelRehearsal, OrderRehearsal, RehearsalOutcome
from hub.outcome import Rejected
from hub.store.channels import StoredChannel, load_channel
from hub.store.orders import load_order

LARGEST_PAGE = 200


@strawberry.input(description="A product that a listing might stand for; null takes the mapping away.")
class ListingProposal:
    listing_id: relay.GlobalID
    product_id: relay.GlobalID | None = None


@strawberry.type
class Rehearsals:
    @shown(
        "Which orders of the last 30 days (5,000 at most) would be forwarded otherwise, were these settings saved; as "
        "if forwarding were on. The VAT register is not asked. Needs the role ADMIN.",
        needs=[NeedsAdmin],
    )
    async def channel_rehearsal(
        self,
        info: Info,
        channel_id: relay.GlobalID,
        settings: Annotated[ChannelSettingsInput, strawberry.argument(description="As for channelConfigure.")],
        listing: Annotated[ListingProposal | None, strawberry.argument(description="Mapped beside them.")] = None,
        first: Annotated[int, strawberry.argument(description="Changed orders to show, 200 at most.")] = 50,
        offset: Annotated[int, strawberry.argument(description="Changed orders to leave out before.")] = 0,
    ) -> ChannelRehearsal | None:
        if not 0 <= first <= LARGEST_PAGE or offset < 0:
            raise BadInput(f"Show 0 to {LARGEST_PAGE} orders from the first one on.", argument="first")
        channel = await _channel(info, key_of("Channel", channel_id, "channelId"))
        if channel is None:
            return None
        try:
            proposal = Proposal(settings.over(channel.settings), _mapping(listing))
        except CommandRefused as refusal:
            raise BadInput(refusal.message, argument=".".join(refusal.field)) from refusal
        found = await _rehearsing(info).settings(channel, proposal, info.context.now)
        return ChannelRehearsal.of(found, offset, first)

    @shown(
        "What forwarding this order now would send, or why it would wait. The VAT register is not asked. "
        "Needs the role OPERATOR.",
        needs=[NeedsOperator],
    )
    async def order_rehearsal(self, info: Info, order_id: relay.GlobalID) -> OrderRehearsal | None:
        key = key_of("Order", order_id, "orderId")
        async with info.context.needs.database.read() as reading:
            stored = await load_order(reading, info.context.tenant_id, key)
        channel = None if stored is None else await _channel(info, stored.channel_id)
        outcome = None if channel is None else await _rehearsing(info).order(channel, key)
        if outcome is None:
            return None
        return OrderRehearsal(
            order_key=key,
            outcome=RehearsalOutcome.of(outcome),
            certificate=None if outcome.certificate is None else Certificate.of(outcome.certificate),
            body=_body(info, outcome),
        )


def _rehearsing(info: Info) -> Rehearsing:
    needs = info.context.needs
    return Rehearsing(needs.database, needs.vault, info.context.tenant_id)


async def _channel(info: Info, key: str) -> StoredChannel | None:
    async with info.context.needs.database.read() as reading:
        return await load_channel(reading, info.context.tenant_id, key)


def _mapping(given: ListingProposal | None) -> tuple[str, str | None] | None:
    if given is None:
        return None
    return key_of("Listing", given.listing_id, "listingId"), id_of("Product", given.product_id, "productId")


def _body(info: Info, outcome: Outcome) -> str | None:
    if outcome.draft is None:
        return None
    try:
        return info.context.needs.sales_order_body(outcome.draft).decode()
    except Rejected as refusal:
        raise BadInput(refusal.reason) from refusal
