"""The operations of the Selling Partner API that the hub calls, each with its usage plan.

Source: Amazon's models of 2026-08-05. A plan is a token bucket per application and seller: ``rate`` calls a second
come back, ``burst`` may be made at once. Amazon may grant more and tells the rate in ``x-amzn-RateLimit-Limit``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. ``repeatable`` says that sending it twice does no more than once.

    A ``grantless`` one is made in the name of the application, not of a seller.
    """

    name: str
    method: str
    path: str
    rate: float
    burst: int
    repeatable: bool = True
    grantless: bool = False

    def at(self, **entities: str) -> Operation:
        """Return the operation with its path filled; every character of a key counts, slashes and blanks too."""
        filled = {name: quote(value, safe="") for name, value in entities.items()}
        return replace(self, path=self.path.format(**filled))


_ORDERS = "/orders/2026-01-01/orders"
SEARCH_ORDERS = Operation("searchOrders", "GET", _ORDERS, 0.0056, 20)
GET_ORDER = Operation("getOrder", "GET", f"{_ORDERS}/{{order}}", 0.5, 30)
CONFIRM_SHIPMENT = Operation(
    "confirmShipment", "POST", "/orders/v0/orders/{order}/shipmentConfirmation", 2, 10, repeatable=False
)

_LISTINGS = "/listings/2021-08-01/items/{seller}"
PATCH_LISTING = Operation("patchListingsItem", "PATCH", f"{_LISTINGS}/{{sku}}", 5, 5)
GET_LISTING = Operation("getListingsItem", "GET", f"{_LISTINGS}/{{sku}}", 5, 10)
SEARCH_LISTINGS = Operation("searchListingsItems", "GET", _LISTINGS, 5, 5)

_FEEDS = "/feeds/2021-06-30"
CREATE_FEED_DOCUMENT = Operation("createFeedDocument", "POST", f"{_FEEDS}/documents", 0.5, 15)
CREATE_FEED = Operation("createFeed", "POST", f"{_FEEDS}/feeds", 0.0083, 15, repeatable=False)
GET_FEED = Operation("getFeed", "GET", f"{_FEEDS}/feeds/{{feed}}", 2, 15)
GET_FEEDS = Operation("getFeeds", "GET", f"{_FEEDS}/feeds", 0.0222, 10)
GET_FEED_DOCUMENT = Operation("getFeedDocument", "GET", f"{_FEEDS}/documents/{{document}}", 0.0222, 10)

_REPORTS = "/reports/2021-06-30"
CREATE_REPORT = Operation("createReport", "POST", f"{_REPORTS}/reports", 0.0167, 15, repeatable=False)
GET_REPORTS = Operation("getReports", "GET", f"{_REPORTS}/reports", 0.0222, 10)
GET_REPORT = Operation("getReport", "GET", f"{_REPORTS}/reports/{{report}}", 2, 15)
GET_REPORT_DOCUMENT = Operation("getReportDocument", "GET", f"{_REPORTS}/documents/{{document}}", 0.0167, 15)

_NOTIFICATIONS = "/notifications/v1"
GET_DESTINATIONS = Operation("getDestinations", "GET", f"{_NOTIFICATIONS}/destinations", 1, 5, grantless=True)
CREATE_DESTINATION = Operation(
    "createDestination", "POST", f"{_NOTIFICATIONS}/destinations", 1, 5, repeatable=False, grantless=True
)
GET_SUBSCRIPTION = Operation("getSubscription", "GET", f"{_NOTIFICATIONS}/subscriptions/{{topic}}", 1, 5)
CREATE_SUBSCRIPTION = Operation(
    "createSubscription", "POST", f"{_NOTIFICATIONS}/subscriptions/{{topic}}", 1, 5, repeatable=False
)
DELETE_SUBSCRIPTION = Operation(
    "deleteSubscriptionById", "DELETE", f"{_NOTIFICATIONS}/subscriptions/{{topic}}/{{id}}", 1, 5, grantless=True
)

GET_PARTICIPATIONS = Operation(
    "getMarketplaceParticipations", "GET", "/sellers/v1/marketplaceParticipations", 0.016, 15
)

ALL = (
    SEARCH_ORDERS,
    GET_ORDER,
    CONFIRM_SHIPMENT,
    PATCH_LISTING,
    GET_LISTING,
    SEARCH_LISTINGS,
    CREATE_FEED_DOCUMENT,
    CREATE_FEED,
    GET_FEED,
    GET_FEEDS,
    GET_FEED_DOCUMENT,
    CREATE_REPORT,
    GET_REPORTS,
    GET_REPORT,
    GET_REPORT_DOCUMENT,
    GET_DESTINATIONS,
    CREATE_DESTINATION,
    GET_SUBSCRIPTION,
    CREATE_SUBSCRIPTION,
    DELETE_SUBSCRIPTION,
    GET_PARTICIPATIONS,
)
