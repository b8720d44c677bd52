"""Every GraphQL document that the hub sends to Shopify, for its Admin API, a module for each subject.

Page sizes keep each below Shopify's 1,000 points for one query. ``cost`` is a first guess of what Shopify reserves;
its answers correct it.
"""

from __future__ import annotations

from hub.adapters.shopify.documents.cancellations import CANCEL, CANCEL_STATE, JOB
from hub.adapters.shopify.documents.fulfilment import (
    FULFILMENT_LINES,
    FULFILMENT_ORDER_LINES,
    FULFILMENT_ORDERS,
    FULFILMENTS,
    SHIP,
)
from hub.adapters.shopify.documents.listings import BULK_RUN, BULK_STATE, LISTINGS
from hub.adapters.shopify.documents.orders import CHANGED_ORDERS, ORDER, ORDER_LINES
from hub.adapters.shopify.documents.refunds import REFUND_LINES, REFUNDS
from hub.adapters.shopify.documents.shop import LOCATIONS, SCOPES
from hub.adapters.shopify.documents.stock import ACTIVATE, LEVELS, SET_QUANTITIES
from hub.adapters.shopify.documents.subscriptions import SUBSCRIBE, SUBSCRIPTIONS, UNSUBSCRIBE

ALL = (
    SCOPES,
    LOCATIONS,
    CHANGED_ORDERS,
    ORDER,
    ORDER_LINES,
    REFUNDS,
    REFUND_LINES,
    FULFILMENTS,
    FULFILMENT_LINES,
    FULFILMENT_ORDERS,
    FULFILMENT_ORDER_LINES,
    SHIP,
    CANCEL,
    CANCEL_STATE,
    JOB,
    LISTINGS,
    BULK_RUN,
    BULK_STATE,
    LEVELS,
    *SET_QUANTITIES,
    ACTIVATE,
    SUBSCRIPTIONS,
    SUBSCRIBE,
    UNSUBSCRIBE,
)
"""All of them."""
