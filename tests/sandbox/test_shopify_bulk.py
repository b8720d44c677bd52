"""Bulk operations: in the background, five at once, results as lines of JSON under an address of their own."""

from __future__ import annotations

import json
from typing import Any

from tests.sandbox.shopify_bench import A, B, ShopifyBench, shopify_bench

RUN = """mutation R($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) {
  bulkOperation { id status url } userErrors { field message code } } }"""
STATE = """query B($id: ID!) { bulkOperation(id: $id) {
  id status type errorCode objectCount rootObjectCount fileSize url completedAt } }"""
STAGE = """mutation S($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) {
  stagedTargets { url resourceUrl parameters { name value } } userErrors { message } } }"""
RUN_MUTATION = """mutation M($mutation: String!, $path: String!) {
  bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path) {
    bulkOperation { id status } userErrors { field message code } } }"""
SET_LINE = """mutation L($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code } } }"""
PRODUCTS = "{ products { edges { node { id title variants { edges { node { id sku } } } } } } }"


async def run(shop: ShopifyBench, query: str) -> Any:
    return (await shop.data(RUN, query=query))["bulkOperationRunQuery"]


async def state(shop: ShopifyBench, operation: str) -> Any:
    return (await shop.data(STATE, id=operation))["bulkOperation"]


async def lines(shop: ShopifyBench, url: str) -> list[Any]:
    answer = await shop.client.get(url)
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_a_whole_catalogue_comes_as_lines_with_parents() -> None:
    async with shopify_bench() as shop:
        started = (await run(shop, PRODUCTS))["bulkOperation"]
        assert (started["status"], started["url"]) == ("CREATED", None)
        shop.pass_time(2)
        assert (await state(shop, started["id"]))["status"] == "RUNNING"
        shop.pass_time(3)
        done = await state(shop, started["id"])
        assert (done["status"], done["type"], done["errorCode"]) == ("COMPLETED", "QUERY", None)
        rows = await lines(shop, done["url"])
        skus = {row["sku"] for row in rows if "sku" in row}
        assert skus == set(shop.platform.listed())
        products = {row["id"] for row in rows if "title" in row}
        assert {row["__parentId"] for row in rows if "sku" in row} == products
        assert int(done["objectCount"]) == len(rows)
        assert int(done["rootObjectCount"]) == len(products)


async def test_an_empty_result_has_no_address() -> None:
    async with shopify_bench() as shop:
        started = (await run(shop, "{ orders { edges { node { id } } } }"))["bulkOperation"]
        shop.pass_time(5)
        done = await state(shop, started["id"])
        assert (done["status"], done["url"], done["objectCount"]) == ("COMPLETED", None, "0")


async def test_five_run_at_once_and_the_sixth_is_refused() -> None:
    async with shopify_bench() as shop:
        for _ in range(5):
            assert (await run(shop, PRODUCTS))["userErrors"] == []
        [error] = (await run(shop, PRODUCTS))["userErrors"]
        assert error["code"] == "OPERATION_IN_PROGRESS"
        shop.pass_time(5)
        assert (await run(shop, PRODUCTS))["userErrors"] == []


async def test_a_query_that_does_not_fit_is_refused_at_once() -> None:
    async with shopify_bench() as shop:
        [error] = (await run(shop, "{ nothing { id } }"))["userErrors"]
        assert error["code"] == "INVALID"


async def test_the_end_is_told_by_webhook() -> None:
    async with shopify_bench() as shop:
        await shop.subscribe("BULK_OPERATIONS_FINISH")
        started = (await run(shop, PRODUCTS))["bulkOperation"]
        shop.pass_time(5)
        [(headers, body)] = await shop.letterbox.until(1)
        assert headers["x-shopify-topic"] == "bulk_operations/finish"
        told = json.loads(body)
        assert (told["admin_graphql_api_id"], told["status"]) == (started["id"], "completed")


async def test_a_cancelled_operation_gives_nothing() -> None:
    cancel = "mutation C($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }"
    async with shopify_bench() as shop:
        started = (await run(shop, PRODUCTS))["bulkOperation"]
        told = (await shop.data(cancel, id=started["id"]))["bulkOperationCancel"]["bulkOperation"]
        assert told["status"] == "CANCELING"
        shop.pass_time(5)
        done = await state(shop, started["id"])
        assert (done["status"], done["url"]) == ("CANCELED", None)


async def test_a_file_of_mutations_is_carried_out_line_by_line() -> None:
    async with shopify_bench() as shop:
        asked = [
            {
                "filename": "s.jsonl",
                "mimeType": "text/jsonl",
                "resource": "BULK_MUTATION_VARIABLES",
                "httpMethod": "POST",
            }
        ]
        [target] = (await shop.data(STAGE, input=asked))["stagedUploadsCreate"]["stagedTargets"]
        fields = {each["name"]: each["value"] for each in target["parameters"]}
        base = {"name": "available", "reason": "correction"}
        rows = [
            {"input": base | {"quantities": [shop.row(A, 4)]}, "key": "1"},
            {"input": base | {"quantities": [shop.row(B, 5, 9999)]}, "key": "2"},
            {"input": base},
        ]
        content = "\n".join(json.dumps(row) for row in rows).encode()
        sent = await shop.client.post(target["url"], data=fields, files={"file": ("s.jsonl", content)})
        assert sent.status_code == 201
        before = shop.platform.shown(B)
        told = (await shop.data(RUN_MUTATION, mutation=SET_LINE, path=fields["key"]))["bulkOperationRunMutation"]
        assert told["userErrors"] == []
        shop.pass_time(5)
        done = await state(shop, told["bulkOperation"]["id"])
        first, second, third = await lines(shop, done["url"])
        assert first == {"data": {"inventorySetQuantities": {"userErrors": []}}, "__lineNumber": 0}
        assert second["data"]["inventorySetQuantities"]["userErrors"] == [{"code": "CHANGE_FROM_QUANTITY_STALE"}]
        assert third["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"
        assert (shop.platform.shown(A), shop.platform.shown(B)) == (4, before)
