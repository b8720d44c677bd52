"""Commands on listings: map to a product, give a rule of its own."""

from __future__ import annotations

from datetime import datetime

from hub.actors.commands.mapping_check import check_rule
from hub.actors.commands.refusal import CommandRefused, record
from hub.actors.desk import channel_address
from hub.actors.messages import PublishStock
from hub.actors.repairing import repair_orders
from hub.actors.runtime import mailbox
from hub.domain.stock import StockRule
from hub.domain.tenant import Principal
from hub.store.catalogue import product_exists
from hub.store.channels import load_channel
from hub.store.engine import Work
from hub.store.listings import StoredListing, listings_by_id, set_mapping, set_rule
from hub.store.settings_codec import rule_to_json


async def find_listing(work: Work, who: Principal, listing_id: str) -> StoredListing:
    """Return a listing of the principal's tenant or refuse."""
    found = await listings_by_id(work.connection, who.tenant_id, [listing_id])
    if not found:
        raise CommandRefused("NOT_FOUND", "There is no such listing.", ("listingId",))
    return found[0]


async def map_listing(work: Work, who: Principal, now: datetime, listing_id: str, product_id: str | None) -> None:
    """Map a listing to a product by hand, or take the mapping away, and publish what follows."""
    listing = await find_listing(work, who, listing_id)
    if product_id is not None and not await product_exists(work.connection, who.tenant_id, product_id):
        raise CommandRefused("PRODUCT_UNKNOWN", "There is no such product.", ("productId",))
    await set_mapping(work, who.tenant_id, listing_id, product_id)
    record(work, who, now, "listing.mapped", f"Listing {_name(listing)} was mapped by hand",
           channel_id=listing.channel_id, subject_type="listing", subject_id=listing_id,
           before={"product_id": listing.product_id, "mapped_by": listing.mapped_by},
           after={"product_id": product_id, "mapped_by": "hand"})  # fmt: skip
    channel = await load_channel(work.connection, who.tenant_id, listing.channel_id)
    if product_id is not None and channel is not None:
        await repair_orders(work, channel)
    _publish(work, who, listing, "mapping changed")


async def set_listing_rule(work: Work, who: Principal, now: datetime, listing_id: str, rule: StockRule | None) -> None:
    """Give a listing a stock rule of its own; None goes back to the channel's."""
    listing = await find_listing(work, who, listing_id)
    if rule is not None:
        check_rule(rule, ("rule",))
    plain = None if rule is None else rule_to_json(rule)
    before = None if listing.rule is None else rule_to_json(listing.rule)
    await set_rule(work, who.tenant_id, listing_id, plain)
    record(work, who, now, "listing.rule", f"The stock rule of {_name(listing)} was changed",
           channel_id=listing.channel_id, subject_type="listing", subject_id=listing_id,
           before={"rule": before}, after={"rule": plain})  # fmt: skip
    _publish(work, who, listing, "rule changed")


def _publish(work: Work, who: Principal, listing: StoredListing, cause: str) -> None:
    address = channel_address(who.tenant_id, listing.channel_id)
    mailbox.post(work, address, PublishStock(listing.listing_id, cause))


def _name(listing: StoredListing) -> str:
    return listing.sku or listing.external_id
