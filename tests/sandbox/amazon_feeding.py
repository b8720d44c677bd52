"""Feeds and reports of the simulated Amazon: uploaded, submitted, worked on, downloaded."""

from __future__ import annotations

import gzip
import json
from typing import Any

from hub.sandbox.amazon.lwa import SELLER_ID
from tests.sandbox.amazon_bench import NL, AmazonBench

A, B, FBA = "ART-00001", "ART-00002", "ART-00001-FBA"
FEEDS, REPORTS = "/feeds/2021-06-30", "/reports/2021-06-30"
JSON_TYPE = "application/json; charset=UTF-8"
LISTINGS = "JSON_LISTINGS_FEED"


async def upload(amazon: AmazonBench, body: bytes, kind: str = JSON_TYPE) -> str:
    made = await amazon.send("POST", f"{FEEDS}/documents", {"contentType": kind}, 201)
    answer = await amazon.client.put(made["url"], content=body, headers={"Content-Type": kind})
    assert answer.status_code == 200, answer.text
    return str(made["feedDocumentId"])


async def submit(amazon: AmazonBench, body: bytes, feed_type: str = LISTINGS, kind: str = JSON_TYPE) -> str:
    asked = {"feedType": feed_type, "marketplaceIds": [NL], "inputFeedDocumentId": await upload(amazon, body, kind)}
    return str((await amazon.send("POST", f"{FEEDS}/feeds", asked, 202))["feedId"])


async def state(amazon: AmazonBench, feed_id: str, wait: float = 0) -> Any:
    amazon.pass_time(wait)
    return await amazon.get(f"{FEEDS}/feeds/{feed_id}")


async def finished(amazon: AmazonBench, feed_id: str) -> Any:
    await state(amazon, feed_id, 31)
    return await state(amazon, feed_id, 31)


async def download(amazon: AmazonBench, path: str) -> bytes:
    told = await amazon.get(path)
    body = (await amazon.client.get(told["url"])).content
    return gzip.decompress(body) if told.get("compressionAlgorithm") == "GZIP" else body


async def report_of(amazon: AmazonBench, feed_id: str) -> bytes:
    done = await finished(amazon, feed_id)
    assert done["processingStatus"] == "DONE"
    return await download(amazon, f"{FEEDS}/documents/{done['resultFeedDocumentId']}")


def document(*messages: dict[str, Any], **header: Any) -> bytes:
    numbered = [{"messageId": number} | each for number, each in enumerate(messages, start=1)]
    named = {"sellerId": SELLER_ID, "version": "2.0", "issueLocale": "en_GB"} | header
    return json.dumps({"header": named, "messages": numbered}).encode()


def availability(quantity: Any) -> list[dict[str, Any]]:
    return [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity}]


def partial(sku: str, quantity: Any) -> dict[str, Any]:
    attributes = {"fulfillment_availability": availability(quantity)}
    return {"sku": sku, "operationType": "PARTIAL_UPDATE", "productType": "PRODUCT", "attributes": attributes}


def patch(sku: str, quantity: int) -> dict[str, Any]:
    change = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": availability(quantity)}
    return {"sku": sku, "operationType": "PATCH", "productType": "PRODUCT", "patches": [change]}
