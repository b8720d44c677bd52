"""Whatever is sent to the simulated bol.com, every answer is one that the specification describes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from hub.sandbox.bol.answers import media_type
from hub.sandbox.bol.switches import Switches
from tests.contract.defects import bol as published
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
from tests.sandbox.bol_bench import BASE, BolBench, bol_bench
from tests.sandbox.bol_spec import specification
from tests.sandbox.test_bol_contract import busy

pytestmark = pytest.mark.skipif(not published.FOLDER.exists(), reason="the specifications are not on this machine")
NAMES = {published.RETAILER: "retailer", published.SHARED: "shared", published.OFFERS: "offers"}


@dataclass(frozen=True)
class Operation:
    """One published operation that the sandbox offers."""

    file: str
    method: str
    path: str
    kind: str = "json"

    def __str__(self) -> str:
        return f"v{self.version} {self.method} {self.path}"

    @property
    def version(self) -> int:
        return 11 if self.file == published.OFFERS else 10

    def described(self, root: Json) -> Json:
        told: Json = root["paths"][self.path][self.method.lower()]
        return told

    def bodies(self, known: Known) -> st.SearchStrategy[bytes | None]:
        root = published.read(self.file)
        content = self.described(root).get("requestBody", {}).get("content", {})
        schema = content.get(media_type(self.version), {}).get("schema")
        return st.none() if schema is None else bent(values(schema, root, known)).map(encoded)


RETAILER, SHARED, OFFERS = published.RETAILER, published.SHARED, published.OFFERS
ONE, PUSH = "/retailer/offers/{offer-id}", "/retailer/subscriptions"
OFFERED = (
    Operation(RETAILER, "GET", "/retailer/orders"),
    Operation(RETAILER, "PUT", "/retailer/orders/cancellation"),
    Operation(RETAILER, "GET", "/retailer/orders/{order-id}"),
    Operation(RETAILER, "GET", "/retailer/shipments"),
    Operation(RETAILER, "POST", "/retailer/shipments"),
    Operation(RETAILER, "GET", "/retailer/shipments/{shipment-id}"),
    Operation(RETAILER, "PUT", "/retailer/transports/{transport-id}"),
    Operation(RETAILER, "GET", "/retailer/inventory"),
    Operation(RETAILER, "GET", "/retailer/returns"),
    Operation(RETAILER, "GET", "/retailer/returns/{return-id}"),
    Operation(RETAILER, "PUT", "/retailer/returns/{rma-id}"),
    Operation(RETAILER, "GET", PUSH),
    Operation(RETAILER, "POST", PUSH),
    Operation(RETAILER, "GET", f"{PUSH}/signature-keys"),
    Operation(RETAILER, "POST", f"{PUSH}/test/{{subscription-id}}"),
    Operation(RETAILER, "GET", f"{PUSH}/{{subscription-id}}"),
    Operation(RETAILER, "PUT", f"{PUSH}/{{subscription-id}}"),
    Operation(RETAILER, "DELETE", f"{PUSH}/{{subscription-id}}"),
    Operation(RETAILER, "POST", "/retailer/offers"),
    Operation(RETAILER, "POST", "/retailer/offers/export"),
    Operation(RETAILER, "GET", "/retailer/offers/export/{report-id}", "csv"),
    Operation(RETAILER, "GET", ONE),
    Operation(RETAILER, "PUT", ONE),
    Operation(RETAILER, "DELETE", ONE),
    Operation(RETAILER, "PUT", f"{ONE}/price"),
    Operation(RETAILER, "PUT", f"{ONE}/stock"),
    Operation(SHARED, "GET", "/shared/process-status"),
    Operation(SHARED, "POST", "/shared/process-status"),
    Operation(SHARED, "GET", "/shared/process-status/{process-status-id}"),
    Operation(OFFERS, "GET", "/retailer/offers"),
    Operation(OFFERS, "POST", "/retailer/offers"),
    Operation(OFFERS, "GET", ONE),
    Operation(OFFERS, "PATCH", ONE),
    Operation(OFFERS, "DELETE", ONE),
    Operation(OFFERS, "GET", f"{ONE}/not-for-sale-reasons"),
)


class BolAccount(Account[BolBench]):
    """An account whose answers are held against the specification."""

    async def answer(
        self, operation: Operation, path: str, query: dict[str, str], body: bytes | None
    ) -> httpx2.Response:
        """Ask after a while, so that no limit stands in the way."""
        self.bench.pass_time(100)
        await self.bench.renew()
        kind = media_type(operation.version)
        accepted = media_type(operation.version, operation.kind)
        headers = {"Authorization": f"Bearer {self.bench.token}", "Accept": accepted}
        more: dict[str, Any] = {} if body is None else {"content": body, "headers": headers | {"Content-Type": kind}}
        with anyio.fail_after(PATIENCE):
            return await self.bench.client.request(
                operation.method, BASE + path, params=query, **({"headers": headers} | more)
            )


@asynccontextmanager
async def lived_in() -> AsyncIterator[BolBench]:
    async with bol_bench(Switches(starting_stock=True)) as bench:
        await busy(bench)
        yield bench


@pytest.fixture(scope="module")
def account() -> Iterator[BolAccount]:
    with elsewhere(lived_in()) as (portal, bench):
        found = bench.platform.account
        known: Known = {
            "order-id": list(found.orders),
            "orderItemId": list(found.items),
            "shipment-id": list(found.shipments),
            "transport-id": list(found.transports),
            "return-id": list(found.returns),
            "rma-id": [item.rma_id for each in found.returns.values() for item in each.items],
            "offer-id": list(found.offers.by_id)[:3],
            "process-status-id": list(found.processes.by_id),
            "processStatusId": list(found.processes.by_id),
        }
        yield BolAccount(portal, bench, known)


def check(operation: Operation, answer: httpx2.Response) -> None:
    """Fail where a status is undescribed or a body does not fit its schema."""
    root = specification(NAMES[operation.file])
    described = operation.described(root)["responses"]
    status, schema = answer.status_code, {"$ref": "#/components/schemas/Problem"}
    if str(status) in described:
        content = described[str(status)].get("content", {})
        schema = content.get(media_type(operation.version), {}).get("schema", {})
    else:
        assert status in published.UNDESCRIBED | {404}, f"{operation} never answers {status}"
    if answer.content and "json" in answer.headers["Content-Type"]:
        validator = jsonschema.Draft202012Validator({**schema, "components": root["components"]})
        validator.validate(answer.json())


@pytest.mark.parametrize("operation", OFFERED, ids=str)
@given(data=st.data())
@BRIEFLY
def test_every_answer_is_described(account: BolAccount, operation: Operation, data: st.DataObject) -> None:
    root, known = published.read(operation.file), account.known
    query = data.draw(queries(operation.described(root).get("parameters", []), root, known))
    path, body = data.draw(addresses(operation.path, known)), data.draw(operation.bodies(known))
    check(operation, account.ask(operation, path, query, body))


async def test_every_route_of_the_sandbox_is_an_operation_asked_here() -> None:
    async with bol_bench() as bench:
        routes = [each for each in bench.platform.routes() if isinstance(each, Route)]
    there = {(method, route.path) for route in routes for method in route.methods or () if method != "HEAD"}
    bare = {(method, re.sub(r"\{[^}]+\}", "{}", path)) for method, path in there}
    asked = {(each.method, re.sub(r"\{[^}]+\}", "{}", each.path)) for each in OFFERED}
    assert {(method, path) for method, path in bare if path not in ("/token", "/{}")} == asked
