"""What can be changed: one module per mutation, each declared here with the role it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from hub.graphql.mutations.api_token_create import api_token_create
from hub.graphql.mutations.api_token_revoke import api_token_revoke
from hub.graphql.mutations.buyer_erase import buyer_erase
from hub.graphql.mutations.buyer_export import buyer_export
from hub.graphql.mutations.cancellation_accept import cancellation_accept
from hub.graphql.mutations.cancellation_decline import cancellation_decline
from hub.graphql.mutations.cancellation_retry import cancellation_retry
from hub.graphql.mutations.channel_configure import channel_configure
from hub.graphql.mutations.channel_connect import channel_connect
from hub.graphql.mutations.channel_create import channel_create
from hub.graphql.mutations.channel_credentials_replace import channel_credentials_replace
from hub.graphql.mutations.channel_pause import channel_pause
from hub.graphql.mutations.channel_republish import channel_republish
from hub.graphql.mutations.channel_resume import channel_resume
from hub.graphql.mutations.channel_sweep import channel_sweep
from hub.graphql.mutations.channel_zeros_confirm import channel_zeros_confirm
from hub.graphql.mutations.division_enable import division_enable
from hub.graphql.mutations.erp_connection_create import erp_connection_create
from hub.graphql.mutations.erp_connection_reconnect import erp_connection_reconnect
from hub.graphql.mutations.invoice_retry import invoice_retry
from hub.graphql.mutations.listing_map import listing_map
from hub.graphql.mutations.listing_rule_set import listing_rule_set
from hub.graphql.mutations.order_address_confirm import order_address_confirm
from hub.graphql.mutations.order_cancel import order_cancel
from hub.graphql.mutations.order_customer_allow import order_customer_allow
from hub.graphql.mutations.order_customer_choose import order_customer_choose
from hub.graphql.mutations.order_edit_apply import order_edit_apply
from hub.graphql.mutations.order_line_map import order_line_map
from hub.graphql.mutations.order_retry import order_retry
from hub.graphql.mutations.order_settle import order_settle
from hub.graphql.mutations.parcel_enter import parcel_enter
from hub.graphql.mutations.parcel_retry import parcel_retry
from hub.graphql.mutations.parked_discard import parked_discard
from hub.graphql.mutations.parked_retry import parked_retry
from hub.graphql.mutations.product_safety_stock_set import product_safety_stock_set
from hub.graphql.mutations.refund_book import refund_book
from hub.graphql.mutations.refund_dismiss import refund_dismiss
from hub.graphql.mutations.return_book import return_book
from hub.graphql.mutations.return_close import return_close
from hub.graphql.mutations.return_enter import return_enter
from hub.graphql.mutations.return_inspect import return_inspect
from hub.graphql.mutations.return_receive import return_receive
from hub.graphql.mutations.stock_difference_heal import stock_difference_heal
from hub.graphql.mutations.stock_difference_set_aside import stock_difference_set_aside
from hub.graphql.mutations.tax_profile_set import tax_profile_set
from hub.graphql.permissions import Needs, NeedsAdmin, NeedsOperator


def _needs(role: type[Needs], change: Callable[..., Awaitable[Any]]) -> Any:
    meaning = f"{change.__doc__} Needs the role {role.role.name}."
    return strawberry.mutation(change, description=meaning, permission_classes=[role])


@strawberry.type(description="What can be changed; every change stands in the activity log with who made it.")
class Mutation:
    erp_connection_create = _needs(NeedsAdmin, erp_connection_create)
    erp_connection_reconnect = _needs(NeedsAdmin, erp_connection_reconnect)
    division_enable = _needs(NeedsAdmin, division_enable)
    tax_profile_set = _needs(NeedsAdmin, tax_profile_set)
    channel_create = _needs(NeedsAdmin, channel_create)
    channel_connect = _needs(NeedsAdmin, channel_connect)
    channel_configure = _needs(NeedsAdmin, channel_configure)
    channel_credentials_replace = _needs(NeedsAdmin, channel_credentials_replace)
    channel_pause = _needs(NeedsOperator, channel_pause)
    channel_resume = _needs(NeedsOperator, channel_resume)
    channel_sweep = _needs(NeedsOperator, channel_sweep)
    channel_republish = _needs(NeedsOperator, channel_republish)
    channel_zeros_confirm = _needs(NeedsOperator, channel_zeros_confirm)
    listing_map = _needs(NeedsOperator, listing_map)
    listing_rule_set = _needs(NeedsOperator, listing_rule_set)
    stock_difference_heal = _needs(NeedsOperator, stock_difference_heal)
    stock_difference_set_aside = _needs(NeedsOperator, stock_difference_set_aside)
    product_safety_stock_set = _needs(NeedsOperator, product_safety_stock_set)
    order_line_map = _needs(NeedsOperator, order_line_map)
    order_retry = _needs(NeedsOperator, order_retry)
    order_cancel = _needs(NeedsOperator, order_cancel)
    order_customer_choose = _needs(NeedsOperator, order_customer_choose)
    order_customer_allow = _needs(NeedsOperator, order_customer_allow)
    order_address_confirm = _needs(NeedsOperator, order_address_confirm)
    order_edit_apply = _needs(NeedsOperator, order_edit_apply)
    order_settle = _needs(NeedsOperator, order_settle)
    cancellation_accept = _needs(NeedsOperator, cancellation_accept)
    cancellation_decline = _needs(NeedsOperator, cancellation_decline)
    cancellation_retry = _needs(NeedsOperator, cancellation_retry)
    parcel_enter = _needs(NeedsOperator, parcel_enter)
    parcel_retry = _needs(NeedsOperator, parcel_retry)
    invoice_retry = _needs(NeedsOperator, invoice_retry)
    refund_book = _needs(NeedsOperator, refund_book)
    refund_dismiss = _needs(NeedsOperator, refund_dismiss)
    return_enter = _needs(NeedsOperator, return_enter)
    return_receive = _needs(NeedsOperator, return_receive)
    return_inspect = _needs(NeedsOperator, return_inspect)
    return_book = _needs(NeedsOperator, return_book)
    return_close = _needs(NeedsOperator, return_close)
    parked_retry = _needs(NeedsOperator, parked_retry)
    parked_discard = _needs(NeedsOperator, parked_discard)
    buyer_erase = _needs(NeedsAdmin, buyer_erase)
    buyer_export = _needs(NeedsAdmin, buyer_export)
    api_token_create = _needs(NeedsAdmin, api_token_create)
    api_token_revoke = _needs(NeedsAdmin, api_token_revoke)
