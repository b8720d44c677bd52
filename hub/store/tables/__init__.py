"""Every table of the hub, by name."""

from hub.store.tables.aftermath import cancellation, past_certificate
from hub.store.tables.catalogue import (
    customer,
    erp_item,
    product,
    shipping_method,
    stock_reading,
    vat_code,
    warehouse,
)
from hub.store.tables.channels import channel, listing
from hub.store.tables.keys import sealing_key
from hub.store.tables.log import sync_event
from hub.store.tables.mailbox import actor, lane, message, node, parked, seen
from hub.store.tables.metadata import metadata
from hub.store.tables.orders import buyer, claim, delivery, order_key, order_line, orders, parcel
from hub.store.tables.tax import tax_profile, vat_number
from hub.store.tables.tenancy import (
    api_token,
    budget,
    division,
    erp_connection,
    hook,
    oauth_grant,
    oauth_state,
    tenant,
)

__all__ = [
    "actor",
    "api_token",
    "budget",
    "buyer",
    "cancellation",
    "channel",
    "claim",
    "customer",
    "delivery",
    "division",
    "erp_connection",
    "erp_item",
    "hook",
    "lane",
    "listing",
    "message",
    "metadata",
    "node",
    "oauth_grant",
    "oauth_state",
    "order_key",
    "order_line",
    "orders",
    "parcel",
    "parked",
    "past_certificate",
    "product",
    "sealing_key",
    "seen",
    "shipping_method",
    "stock_reading",
    "sync_event",
    "tax_profile",
    "tenant",
    "vat_code",
    "vat_number",
    "warehouse",
]
