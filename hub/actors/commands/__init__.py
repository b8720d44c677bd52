"""What people may ask of the hub; each command writes who did it, and posts what must follow, in one work.

What changes a setting tells what was there before and what is there since; of credentials only that they changed.
All raise CommandRefused for input that cannot be taken, before anything is written.
"""

from hub.actors.commands.cancelling import (
    accept_cancellation,
    cancel_order,
    decline_cancellation,
    retry_cancellation,
)
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
from hub.actors.commands.customers import allow_customer, choose_customer, confirm_address
from hub.actors.commands.drift import heal_difference, set_difference_aside
from hub.actors.commands.editing import apply_edit, settle_order
from hub.actors.commands.erp import connection_granted, enable_division
from hub.actors.commands.goods_returns import book_return, close_return, enter_return, inspect_return, receive_return
from hub.actors.commands.listings import confirm_zeros, map_line, map_listing, set_listing_rule, set_safety
from hub.actors.commands.orders import enter_parcel, retry_order, retry_parcel
from hub.actors.commands.parked import discard_parked, retry_parked
from hub.actors.commands.people import erase_buyer, note_export
from hub.actors.commands.refunds import book_refund, dismiss_refund, retry_invoice
from hub.actors.commands.refusal import CommandRefused
from hub.actors.commands.restoring import put_back
from hub.actors.commands.tax import set_tax_profile
from hub.actors.commands.tokens import end_token, found_tenant, make_token

__all__ = [
    "CommandRefused",
    "accept_cancellation",
    "allow_customer",
    "apply_edit",
    "ask_consent",
    "book_refund",
    "book_return",
    "cancel_order",
    "change_settings",
    "channel_granted",
    "choose_customer",
    "close_return",
    "confirm_address",
    "confirm_zeros",
    "connection_granted",
    "create_channel",
    "decline_cancellation",
    "discard_parked",
    "dismiss_refund",
    "enable_division",
    "end_token",
    "enter_parcel",
    "enter_return",
    "erase_buyer",
    "found_tenant",
    "heal_difference",
    "inspect_return",
    "make_token",
    "map_line",
    "map_listing",
    "note_export",
    "pause_channel",
    "put_back",
    "receive_return",
    "replace_credentials",
    "republish_channel",
    "resume_channel",
    "retry_cancellation",
    "retry_invoice",
    "retry_order",
    "retry_parcel",
    "retry_parked",
    "set_difference_aside",
    "set_listing_rule",
    "set_safety",
    "set_tax_profile",
    "settle_order",
    "sweep_channel",
]
