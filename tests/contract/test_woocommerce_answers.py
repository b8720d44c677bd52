"""Whatever is sent to the simulated shop, every answer fits the schemas that a real shop publishes of itself."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from starlette.routing import Route

from hub.sandbox.woocommerce.keys import KEY, SECRET
from tests.contract.defects import woocommerce as published
from tests.contract.generated import (
    BRIEFLY,
    PATIENCE,
    Json,
    Known,
    Query,
    addresses,
    bent,
    elsewhere,
    encoded,
    queries,
    values,
)
from tests.sandbox.test_woocommerce_contract import TRACKINGS, check, full_order
from tests.sandbox.woocommerce_bench import ROOT, WooBench, woo_bench

pytestmark = pytest.mark.skipif(not published.FOLDER.exists(), reason="the shop's schemas are not on this machine")
SCHEMA = {
    "/wc/v3/orders": "orders/54",
    "/wc/v3/orders/{id}": "orders/54",
    "/wc/v3/orders/{order_id}/notes": "orders/54/notes",
    "/wc/v3/orders/{order_id}/refunds": "orders/54/refunds",
    "/wc/v3/products": "products/10",
    "/wc/v3/products/{id}": "products/10",
    "/wc/v3/products/{product_id}/variations": "products/50/variations/51",
    "/wc/v3/products/{product_id}/variations/{id}": "products/50/variations/51",
    "/wc/v3/webhooks": "webhooks",
    "/wc/v3/taxes": "taxes",
}
REFUSALS = frozenset({400, 401, 404, 413, 500, 501})
"""Statuses with which WooCommerce refuses: 500 a refund it cannot make, 501 to trash a webhook."""


@dataclass(frozen=True)
class Operation:
    """One published route and method that the sandbox offers."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def parameters(self) -> Json:
        """Return the arguments as the shop's index describes them."""
        wanted = re.sub(r"\{[^}]+\}", "{}", self.path)
        for pattern, route in published.read("wc-v3-index.json")["routes"].items():
            if re.sub(r"\(\?P<\w+>[^)]*\)", "{}", pattern) == wanted:
                (args,) = [each["args"] for each in route["endpoints"] if self.method in each["methods"]]
                return {name: told for name, told in dict(args).items() if f"{{{name}}}" not in self.path}
        raise AssertionError(f"{self} is not published")


ONE, BELOW = "/wc/v3/orders/{order_id}", "/wc/v3/products/{product_id}/variations"
OFFERED = (
    Operation("GET", "/wc/v3/orders"),
    Operation("POST", "/wc/v3/orders"),
    Operation("POST", "/wc/v3/orders/batch"),
    Operation("GET", "/wc/v3/orders/statuses"),
    Operation("GET", "/wc/v3/orders/{id}"),
    Operation("PUT", "/wc/v3/orders/{id}"),
    Operation("DELETE", "/wc/v3/orders/{id}"),
    Operation("GET", f"{ONE}/notes"),
    Operation("POST", f"{ONE}/notes"),
    Operation("GET", f"{ONE}/refunds"),
    Operation("POST", f"{ONE}/refunds"),
    Operation("GET", "/wc/v3/products"),
    Operation("POST", "/wc/v3/products"),
    Operation("POST", "/wc/v3/products/batch"),
    Operation("GET", "/wc/v3/products/{id}"),
    Operation("PUT", "/wc/v3/products/{id}"),
    Operation("DELETE", "/wc/v3/products/{id}"),
    Operation("GET", BELOW),
    Operation("POST", f"{BELOW}/batch"),
    Operation("GET", f"{BELOW}/{{id}}"),
    Operation("PUT", f"{BELOW}/{{id}}"),
    Operation("GET", "/wc/v3/webhooks"),
    Operation("POST", "/wc/v3/webhooks"),
    Operation("GET", "/wc/v3/webhooks/{id}"),
    Operation("PUT", "/wc/v3/webhooks/{id}"),
    Operation("DELETE", "/wc/v3/webhooks/{id}"),
    Operation("GET", "/wc/v3/taxes"),
    Operation("GET", "/wc/v3/settings/{group_id}"),
    Operation("GET", "/wc/v3/settings/{group_id}/{id}"),
)


def plain(schema: Any) -> Any:
    """Return an argument of WordPress as JSON schema: its own types are texts, and nothing is mandatory inside."""
    if isinstance(schema, list):
        return [plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: plain(each) for name, each in schema.items() if name not in ("required", "default", "pattern")}
    if kept.get("type") in ("date-time", "date"):
        return kept | {"type": "string", "format": kept["type"]}
    return kept | ({"type": "string"} if kept.get("type") in ("url", "mixed") else {})


@dataclass
class Asked:
    """A shop in which something has happened, and what is there to be asked for."""

    portal: BlockingPortal = field(repr=False)
    bench: WooBench = field(repr=False)
    known: Known = field(repr=False)
    made: dict[Operation, SearchStrategy[Any]] = field(default_factory=dict, repr=False)

    def inputs(self, operation: Operation) -> SearchStrategy[tuple[str, Query, bytes | None]]:
        """Return a strategy of path, query and body; made once, as the schemas are large."""
        if operation not in self.made:
            told: Json = plain(operation.parameters())
            listed = [{"name": name, "in": "query", "schema": schema} for name, schema in told.items()]
            query: SearchStrategy[Query] = queries(listed, {}, self.known)
            body: SearchStrategy[bytes | None] = st.none()
            if operation.method not in ("GET", "DELETE"):
                fitting = values({"type": "object", "properties": told}, {}, self.known)
                query, body = st.just({}), bent(fitting).map(encoded)
            self.made[operation] = st.tuples(addresses(operation.path, self.known), query, body)
        return self.made[operation]

    def ask(self, *asked: Any) -> httpx2.Response:
        answer: httpx2.Response = self.portal.call(self._answer, *asked)
        return answer

    async def _answer(self, method: str, path: str, query: Query, body: bytes | None) -> httpx2.Response:
        headers = {"X-Forwarded-Proto": "https"} | ({"Content-Type": "application/json"} if body else {})
        with anyio.fail_after(PATIENCE):
            return await self.bench.client.request(
                method, ROOT.rstrip("/") + path, params=query, content=body, headers=headers, auth=(KEY, SECRET)
            )


@asynccontextmanager
async def lived_in() -> AsyncIterator[tuple[WooBench, Known]]:
    async with woo_bench() as shop:
        order = await full_order(shop)
        hook = {"topic": "order.created", "delivery_url": "http://hub.test/"}
        made = await shop.send("POST", "webhooks", hook, 201)
        variation = shop.product("ART-00010")
        yield (
            shop,
            {
                "id": [order["id"], made["id"], 10, variation.product_id, 999_999],
                "order_id": [order["id"]],
                "product_id": [variation.parent_id, 10],
                "group_id": ["general", "tax"],
                "line_items": [[{"product_id": 10, "quantity": 1}]],
                "topic": ["order.created", "action.woocommerce_x"],
                "delivery_url": ["http://hub.test/"],
                "update": [[{"id": 10, "stock_quantity": 2}], [{"id": order["id"], "status": "completed"}]],
            },
        )


@pytest.fixture(scope="module")
def shop() -> Iterator[Asked]:
    with elsewhere(lived_in()) as (portal, (bench, known)):
        yield Asked(portal, bench, known)


def check_answer(operation: Operation, answer: httpx2.Response, *, trimmed: bool) -> None:
    """Fail where a refusal has no code, or an object breaks its schema."""
    told = answer.json()
    if answer.status_code not in (200, 201):
        assert answer.status_code in REFUSALS
        assert told["data"]["status"] == answer.status_code
        assert {"code", "message"} <= told.keys()
        return
    schema = SCHEMA.get(operation.path)
    if schema is None or trimmed:
        return
    for each in told if isinstance(told, list) else [told]:
        check(schema, each)


@pytest.mark.parametrize("operation", OFFERED, ids=str)
@given(data=st.data())
@BRIEFLY
def test_every_answer_is_described(shop: Asked, operation: Operation, data: st.DataObject) -> None:
    path, query, body = data.draw(shop.inputs(operation))
    check_answer(operation, shop.ask(operation.method, path, query, body), trimmed="_fields" in query)


async def test_every_route_of_the_sandbox_is_an_operation_asked_here() -> None:
    async with woo_bench() as bench:
        routes = [each for each in bench.platform.routes() if isinstance(each, Route)]
    methods = {"GET", "POST", "PUT", "DELETE"}
    there = {
        re.sub(r"\{[^}]+\}", "{}", route.path.removeprefix("/wp-json"))
        for route in routes
        if (route.methods or set()) & methods
    }
    asked = {re.sub(r"\{[^}]+\}", "{}", each.path) for each in OFFERED}
    outside = {each for each in there if "shipment-trackings" in each} | {"/", "/{}", "/wc/v3", "/wc/v3/"}
    assert there - outside == asked
    assert TRACKINGS in published.read(published.SCHEMAS)
