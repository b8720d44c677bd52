"""The calls of bol.com's retailer API that the hub makes, with their media types and limits.

Limits are third-party transcriptions of 2025 and 2026; where none is known (cancellations, single process
statuses) the neighbouring one is assumed. The headers of every answer correct them.
"""

from __future__ import annotations

from dataclasses import dataclass

V10 = "application/vnd.retailer.v10+json"
V11 = "application/vnd.retailer.v11+json"


SHARE = 0.75
"""The part of a limit that the hub uses; bol.com watches who runs into 429 again and again."""
WHOLE = 0.96
"""The part of the limit that bounds how soon stock is right: what is left absorbs the clocks' unsteadiness."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call; ``calls`` per ``seconds`` are allowed to all endpoints of one ``group`` together.

    The hub keeps to a ``share`` of them, the same for a whole group.

    ``repeatable`` says that sending it twice does no more than sending it once.
    """

    name: str
    method: str
    path: str
    calls: int
    seconds: float
    group: str
    media: str = V10
    repeatable: bool = True
    share: float = SHARE


ORDERS = Endpoint("orders.list", "GET", "/retailer/orders", 25, 60, "orders")
ORDER = Endpoint("orders.get", "GET", "/retailer/orders/{id}", 25, 1, "order")
OFFERS = Endpoint("offers.list", "GET", "/retailer/offers", 25, 1, "offers", V11)
OFFER_STOCK = Endpoint("offers.stock", "PATCH", "/retailer/offers/{id}", 50, 1, "stock", V11, share=WHOLE)
SHIP = Endpoint("shipments.create", "POST", "/retailer/shipments", 25, 1, "ship", repeatable=False)
CANCEL = Endpoint("orders.cancel", "PUT", "/retailer/orders/cancellation", 25, 1, "cancel", repeatable=False)
SHIPMENTS = Endpoint("shipments.list", "GET", "/retailer/shipments", 25, 60, "shipments")
RETURNS = Endpoint("returns.list", "GET", "/retailer/returns", 20, 60, "returns")
RETURN = Endpoint("returns.get", "GET", "/retailer/returns/{id}", 20, 60, "return")
HANDLE_RETURN = Endpoint("returns.handle", "PUT", "/retailer/returns/{id}", 20, 60, "return", repeatable=False)
STATUSES = Endpoint("process-status.bulk", "POST", "/shared/process-status", 2, 1, "statuses")
STATUS_OF = Endpoint("process-status.of-entity", "GET", "/shared/process-status", 10, 1, "status")
STATUS = Endpoint("process-status.get", "GET", "/shared/process-status/{id}", 10, 1, "status")
_HOOKS = "/retailer/subscriptions"
SUBSCRIPTIONS = Endpoint("subscriptions.list", "GET", _HOOKS, 10, 1, "subscriptions")
SUBSCRIBE = Endpoint("subscriptions.create", "POST", _HOOKS, 10, 1, "subscriptions", repeatable=False)
RESUBSCRIBE = Endpoint("subscriptions.replace", "PUT", f"{_HOOKS}/{{id}}", 10, 1, "subscriptions")
UNSUBSCRIBE = Endpoint("subscriptions.delete", "DELETE", f"{_HOOKS}/{{id}}", 10, 1, "subscriptions")
SIGNATURE_KEYS = Endpoint("subscriptions.keys", "GET", f"{_HOOKS}/signature-keys", 10, 3600, "keys")
ALL = (
    ORDERS,
    ORDER,
    OFFERS,
    OFFER_STOCK,
    SHIP,
    CANCEL,
    SHIPMENTS,
    RETURNS,
    RETURN,
    HANDLE_RETURN,
    STATUSES,
    STATUS_OF,
    STATUS,
    SUBSCRIPTIONS,
    SUBSCRIBE,
    RESUBSCRIBE,
    UNSUBSCRIBE,
    SIGNATURE_KEYS,
)
