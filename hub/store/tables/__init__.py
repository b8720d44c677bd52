"""Every table of the hub, by name."""

from hub.store.tables.aftermath import cancellation, past_certificate
from hub.store.tables.aftersales import (
    goods_return,
    goods_return_line,
    invoicing,
    refund,
    refund_line,
    sales_document,
)
from hub.store.tables.bookings import booking
from hub.store.tables.catalogue import (
    customer,
    erp_item,
    product,
    shipping_method,
    stock_reading,
    vat_code,
    warehouse,
)
from hub.store.tables.channels import channel, listing, listing_part, sku_mapping
from hub.store.tables.customers import account_attempt, customer_link, identity_key, order_address, order_customer
from hub.store.tables.drift import stock_difference
from hub.store.tables.keys import sealing_key
from hub.store.tables.log import sync_event
from hub.store.tables.mailbox import actor, lane, message, node, parked, seen
from hub.store.tables.metadata import metadata
from hub.store.tables.orders import (
    buyer,
    claim,
    delivery,
    order_key,
    order_line,
    order_line_part,
    orders,
    parcel,
)
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
    "account_attempt",
    "actor",
    "api_token",
    "booking",
    "budget",
    "buyer",
    "cancellation",
    "channel",
    "claim",
    "customer",
    "customer_link",
    "delivery",
    "division",
    "erp_connection",
    "erp_item",
    "goods_return",
    "goods_return_line",
    "hook",
    "identity_key",
    "invoicing",
    "lane",
    "listing",
    "listing_part",
    "message",
    "metadata",
    "node",
    "oauth_grant",
    "oauth_state",
    "order_address",
    "order_customer",
    "order_key",
    "order_line",
    "order_line_part",
    "orders",
    "parcel",
    "parked",
    "past_certificate",
    "product",
    "refund",
    "refund_line",
    "sales_document",
    "sealing_key",
    "seen",
    "shipping_method",
    "sku_mapping",
    "stock_difference",
    "stock_reading",
    "sync_event",
    "tax_profile",
    "tenant",
    "vat_code",
    "vat_number",
    "warehouse",
]
