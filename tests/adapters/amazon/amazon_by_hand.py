"""Amazon by hand: gives tokens, answers everything else as told, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
import orjson

from hub.adapters.amazon.client import AmazonChannel, open_amazon
from hub.adapters.amazon.seller import AmazonAccount
from hub.adapters.port import ChannelListing, GrantStore
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import says

Answer = Callable[[httpx2.Request], httpx2.Response]
NL, DE = "A1805IZSGTT6HS", "A1PA6795UKMFR9"
DENIED = {"errors": [{"code": "Unauthorized", "message": "Access to requested resource is denied.", "details": ""}]}
TOO_MANY = {"errors": [{"code": "QuotaExceeded", "message": "You exceeded your quota.", "details": ""}]}


class Amazon:
    """What is asked of the API by ``answer``; tokens are numbered."""

    def __init__(self, answer: Answer, **account: Any) -> None:
        self.answer = answer
        self.asked: list[httpx2.Request] = []
        self.token_forms: list[dict[str, str]] = []
        self.account = {"refresh_token": "Atzr|1", "seller_id": "A1SELLER", "marketplaces": (NL, DE)} | account

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/auth/o2/token":
            self.token_forms.append(dict(httpx2.QueryParams(request.content.decode())))
            return says({"access_token": f"Atza|{len(self.token_forms)}", "token_type": "bearer", "expires_in": 3600})
        self.asked.append(request)
        return self.answer(request)

    def open(self, clock: HandClock, grants: GrantStore | None = None) -> AbstractAsyncContextManager[AmazonChannel]:
        account = AmazonAccount("id", "secret", "https://sp.test", "https://login.test", **self.account)
        return open_amazon(account, grants, clock, transport=httpx2.MockTransport(self))

    def paths(self) -> list[str]:
        return [f"{each.method} {each.url.path}" for each in self.asked]

    def bodies(self) -> list[Any]:
        return [orjson.loads(each.content) for each in self.asked if each.content]


def listing(sku: str, quantity: int | None = None, *, by_amazon: bool = False, marketplace: str = DE) -> ChannelListing:
    return ChannelListing(sku, sku, None, sku, quantity, {"marketplace": marketplace}, by_amazon)


def order(status: str = "UNSHIPPED", order_id: str = "404-1234567-1234567", **more: Any) -> dict[str, Any]:
    """Return an order as ``getOrder`` gives it, of two units for 24.20."""
    item = {
        "orderItemId": "111",
        "quantityOrdered": 2,
        "product": {"asin": "B0", "title": "Lamp", "sellerSku": "ART-1"},
        "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": 2},
        "proceeds": proceeds("24.20", ITEM="24.20", TAX="0.00"),
    }
    return {
        "orderId": order_id,
        "createdTime": "2026-11-22T10:00:00Z",
        "lastUpdatedTime": "2026-11-22T10:30:00Z",
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": DE},
        "fulfillment": {
            "fulfillmentStatus": status,
            "fulfilledBy": "MERCHANT",
            "shipByWindow": {"earliestDateTime": "2026-11-23T00:00:00Z", "latestDateTime": "2026-11-24T22:59:59Z"},
        },
        "proceeds": {"grandTotal": money("24.20")},
        "orderItems": [item],
    } | more


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "EUR"}


def proceeds(total: str, taxes: dict[str, str] | None = None, **kinds: str) -> dict[str, Any]:
    """Return an item's proceeds by kind; ``taxes`` are the details of TAX."""
    rows: list[dict[str, Any]] = [{"type": kind, "subtotal": money(amount)} for kind, amount in kinds.items()]
    for row in rows:
        if row["type"] == "TAX" and taxes:
            row["detailedBreakdowns"] = [{"subtype": each, "value": money(amount)} for each, amount in taxes.items()]
    return {"proceedsTotal": money(total), "breakdowns": rows}
