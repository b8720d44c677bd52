"""Whatever is sent to the simulated Amazon, every answer is one that the published models describe."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from hub.sandbox.amazon.lwa import SELLER_ID
from tests.contract.defects import amazon as published
from tests.contract.generated import (
    BRIEFLY,
    PATIENCE,
    Account,
    Json,
    Known,
    addresses,
    bent,
    elsewhere,
    encoded,
    queries,
    values,
)
from tests.sandbox.amazon_bench import BASE, BE, NL, AmazonBench, amazon_bench
from tests.sandbox.amazon_feeding import REPORTS, document, partial, submit
from tests.sandbox.amazon_spec import check_answer
from tests.sandbox.test_amazon_contract import busy
from tests.sandbox.test_amazon_notices import GRANTLESS, destination, subscribe

pytestmark = pytest.mark.skipif(not published.FOLDER.exists(), reason="Amazon's models are not on this machine")


@dataclass(frozen=True)
class Operation:
    """One published operation that the sandbox offers; ``who`` holds the token for it."""

    model: str
    method: str
    path: str
    who: str = "seller"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def root(self) -> Json:
        model: Json = published.read(f"models/{self.model}.json")
        return model

    def parameters(self) -> list[Json]:
        item = self.root["paths"][self.path]
        listed = [*item.get("parameters", []), *item[self.method.lower()].get("parameters", [])]
        shared = self.root.get("parameters", {})
        return [shared[each["$ref"].split("/")[-1]] if "$ref" in each else each for each in listed]

    def bodies(self, known: Known) -> st.SearchStrategy[bytes | None]:
        found = [each["schema"] for each in self.parameters() if each["in"] == "body"]
        return bent(values(found[0], self.root, known)).map(encoded) if found else st.none()


ORDERS, V0, ITEMS, FEEDS, RUNS, NOTICES = (
    "orders_2026-01-01",
    "ordersV0",
    "listingsItems_2021-08-01",
    "feeds_2021-06-30",
    "reports_2021-06-30",
    "notifications",
)
KIND = "/notifications/v1/subscriptions/{notificationType}"
PLACES = "/notifications/v1/destinations"
OFFERED = (
    Operation(ORDERS, "GET", "/orders/2026-01-01/orders"),
    Operation(ORDERS, "GET", "/orders/2026-01-01/orders/{orderId}"),
    Operation(V0, "POST", "/orders/v0/orders/{orderId}/shipmentConfirmation"),
    Operation(ITEMS, "GET", "/listings/2021-08-01/items/{sellerId}"),
    Operation(ITEMS, "GET", "/listings/2021-08-01/items/{sellerId}/{sku}"),
    Operation(ITEMS, "PATCH", "/listings/2021-08-01/items/{sellerId}/{sku}"),
    Operation(FEEDS, "GET", "/feeds/2021-06-30/feeds"),
    Operation(FEEDS, "POST", "/feeds/2021-06-30/feeds"),
    Operation(FEEDS, "GET", "/feeds/2021-06-30/feeds/{feedId}"),
    Operation(FEEDS, "DELETE", "/feeds/2021-06-30/feeds/{feedId}"),
    Operation(FEEDS, "POST", "/feeds/2021-06-30/documents"),
    Operation(FEEDS, "GET", "/feeds/2021-06-30/documents/{feedDocumentId}"),
    Operation(RUNS, "GET", "/reports/2021-06-30/reports"),
    Operation(RUNS, "POST", "/reports/2021-06-30/reports"),
    Operation(RUNS, "GET", "/reports/2021-06-30/reports/{reportId}"),
    Operation(RUNS, "GET", "/reports/2021-06-30/documents/{reportDocumentId}"),
    Operation(NOTICES, "GET", "/notifications/v1/subscriptions"),
    Operation(NOTICES, "GET", KIND),
    Operation(NOTICES, "POST", KIND),
    Operation(NOTICES, "GET", f"{KIND}/{{subscriptionId}}", "app"),
    Operation(NOTICES, "DELETE", f"{KIND}/{{subscriptionId}}", "app"),
    Operation(NOTICES, "GET", PLACES, "app"),
    Operation(NOTICES, "POST", PLACES, "app"),
    Operation(NOTICES, "GET", f"{PLACES}/{{destinationId}}", "app"),
    Operation(NOTICES, "DELETE", f"{PLACES}/{{destinationId}}", "app"),
    Operation("sellers", "GET", "/sellers/v1/marketplaceParticipations"),
)


class AmazonAccount(Account[AmazonBench]):
    """An account whose answers are held against the specification."""

    async def answer(
        self, operation: Operation, path: str, query: dict[str, str], body: bytes | None
    ) -> httpx2.Response:
        """Ask after a while, so that no usage plan stands in the way."""
        self.bench.pass_time(600)
        await self.bench.renew(operation.who, **(GRANTLESS if operation.who == "app" else {}))
        headers = {"x-amz-access-token": self.bench.tokens[operation.who]}
        headers |= {} if body is None else {"Content-Type": "application/json"}
        with anyio.fail_after(PATIENCE):
            return await self.bench.client.request(
                operation.method, BASE + path, params=query, headers=headers, content=body
            )


@asynccontextmanager
async def lived_in() -> AsyncIterator[tuple[AmazonBench, Known]]:
    async with amazon_bench() as bench:
        orders = await busy(bench)
        feed = await submit(bench, document(partial("ART-00001", 3)))
        asked = {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [NL]}
        report = (await bench.send("POST", f"{REPORTS}/reports", asked, 202))["reportId"]
        where = await destination(bench)
        subscription = await subscribe(bench, "ORDER_CHANGE", where, "1.0")
        yield (
            bench,
            {
                "orderId": [each.order_id for each in orders],
                "orderItemId": [each.item_id for order in orders for each in order.items],
                "sellerId": [SELLER_ID],
                "sku": ["ART-00001", "ART-00002"],
                "marketplaceId": [NL, BE],
                "marketplaceIds": [[NL], [BE]],
                "feedId": [feed],
                "reportId": [report],
                "notificationType": ["ORDER_CHANGE", "FEED_PROCESSING_FINISHED"],
                "notificationTypes": [["ORDER_CHANGE"]],
                "subscriptionId": [subscription["subscriptionId"]],
                "destinationId": [where],
                "patches": [[{"op": "replace", "path": "/attributes/fulfillment_availability"}]],
            },
        )


@pytest.fixture(scope="module")
def account() -> Iterator[AmazonAccount]:
    with elsewhere(lived_in()) as (portal, (bench, known)):
        yield AmazonAccount(portal, bench, known)


@pytest.mark.parametrize("operation", OFFERED, ids=str)
@given(data=st.data())
@BRIEFLY
def test_every_answer_is_described(account: AmazonAccount, operation: Operation, data: st.DataObject) -> None:
    query = data.draw(queries(operation.parameters(), operation.root, account.known))
    path, body = data.draw(addresses(operation.path, account.known)), data.draw(operation.bodies(account.known))
    check_answer(account.ask(operation, path, query, body))


async def test_every_route_of_the_sandbox_is_an_operation_asked_here() -> None:
    async with amazon_bench() as bench:
        routes = [each for each in bench.platform.routes() if isinstance(each, Route)]
    there = {(method, route.path) for route in routes for method in route.methods or () if method != "HEAD"}
    bare = {(method, re.sub(r"\{[^}]+\}", "{}", path)) for method, path in there}
    asked = {(each.method, re.sub(r"\{[^}]+\}", "{}", each.path)) for each in OFFERED}
    outside = ("/auth/", "/apps/", "/sqs", "/documents/", "/{}")
    assert {(method, path) for method, path in bare if not path.startswith(outside)} == asked
