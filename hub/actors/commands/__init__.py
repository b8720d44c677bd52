"""What people may ask of the hub; each command writes who did it, and posts what must follow, in one work.

What changes a setting tells what was there before and what is there since; of credentials only that they changed.
All raise CommandRefused for input that cannot be taken, before anything is written.
"""

from hub.actors.commands.channels import (
    change_settings,
    create_channel,
    pause_channel,
    replace_credentials,
    republish_channel,
    resume_channel,
    sweep_channel,
)
from hub.actors.commands.consents import ask_consent, channel_granted
from hub.actors.commands.erp import connection_granted, enable_division
from hub.actors.commands.goods_returns import book_return, close_return, enter_return, inspect_return, receive_return
from hub.actors.commands.listings import map_listing, set_listing_rule
from hub.actors.commands.orders import cancel_order, enter_parcel, retry_order, retry_parcel
from hub.actors.commands.parked import discard_parked, retry_parked
from hub.actors.commands.people import erase_buyer, note_export
from hub.actors.commands.refunds import book_refund, dismiss_refund, retry_invoice
from hub.actors.commands.refusal import CommandRefused
from hub.actors.commands.tax import set_tax_profile
from hub.actors.commands.tokens import end_token, found_tenant, make_token

__all__ = [
    "CommandRefused",
    "ask_consent",
    "book_refund",
    "book_return",
    "cancel_order",
    "change_settings",
    "channel_granted",
    "close_return",
    "connection_granted",
    "create_channel",
    "discard_parked",
    "dismiss_refund",
    "enable_division",
    "end_token",
    "enter_parcel",
    "enter_return",
    "erase_buyer",
    "found_tenant",
    "inspect_return",
    "make_token",
    "map_listing",
    "note_export",
    "pause_channel",
    "receive_return",
    "replace_credentials",
    "republish_channel",
    "resume_channel",
    "retry_invoice",
    "retry_order",
    "retry_parcel",
    "retry_parked",
    "set_listing_rule",
    "set_tax_profile",
    "sweep_channel",
]
