"""An Amazon that takes stock in: patches that show as told, and feeds."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Any

import httpx2
import orjson

from hub.adapters.port import Pending, StockUpdate
from tests.adapters.amazon.amazon_by_hand import listing
from tests.adapters.scripted import says

QUICK = {"x-amzn-RateLimit-Limit": "1000"}
ISSUE = {"code": "90220", "message": "not right", "severity": "ERROR", "categories": ["INVALID_ATTRIBUTE"]}


def accepted(request: httpx2.Request) -> httpx2.Response:
    return says({"sku": "x", "status": "ACCEPTED", "submissionId": "s", "issues": []}, headers=QUICK)


class Shelf:
    """Takes patches in and shows quantities as told; feeds go through ``state``."""

    def __init__(self) -> None:
        self.shown: dict[str, int | None] = {}
        self.issues: list[dict[str, Any]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "PATCH":
            return accepted(request)
        wanted = request.url.params.get("identifiers", "").split(",")
        alone = request.url.path.rpartition("/")[2]
        names = [each for each in wanted if each] or [alone]
        items = [self.item(each) for each in names if each in self.shown]
        if request.url.params.get("identifiers"):
            return says({"numberOfResults": len(items), "items": items}, headers=QUICK)
        return says(items[0]) if items else says({"errors": []}, 404)

    def item(self, sku: str) -> dict[str, Any]:
        shown = self.shown[sku]
        stock = [] if shown is None else [{"fulfillmentChannelCode": "DEFAULT", "quantity": shown}]
        return {"sku": sku, "fulfillmentAvailability": stock, "issues": self.issues}


def process(result: object) -> str:
    assert isinstance(result, Pending)
    return result.process_id


def updates(quantities: Sequence[int]) -> list[StockUpdate]:
    return [StockUpdate(listing(f"S{number}"), quantity) for number, quantity in enumerate(quantities)]


class FeedDesk(Shelf):
    """Takes feeds in too; ``status`` and ``report`` say what becomes of them, ``lose`` what of the answers."""

    def __init__(self) -> None:
        super().__init__()
        self.status = "IN_PROGRESS"
        self.report: dict[str, Any] = {"issues": []}
        self.uploaded: list[httpx2.Request] = []
        self.feeds: list[str] = []
        self.lose = ""
        self.created = "2026-11-23T09:00:00Z"

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if request.url.host == "documents.test":
            return self.document(request)
        if path.endswith("/documents"):
            return says({"feedDocumentId": "in", "url": "https://documents.test/in?sig=1"}, 201)
        if path.endswith("/feeds") and request.method == "POST":
            return self.create()
        if path.endswith("/feeds"):
            return says({"feeds": [self.feed(each) for each in self.feeds]})
        if "/feeds/" in path and "/documents/" not in path:
            return says(self.feed(path.rpartition("/")[2]))
        if "/documents/" in path:
            told = {"feedDocumentId": "out", "url": "https://documents.test/out", "compressionAlgorithm": "GZIP"}
            return says(told)
        return super().__call__(request)

    def create(self) -> httpx2.Response:
        if self.lose != "request":
            self.feeds.append(f"F{len(self.feeds) + 1}")
        if self.lose:
            raise httpx2.ReadError("gone")
        return says({"feedId": self.feeds[-1]}, 202)

    def feed(self, feed_id: str) -> dict[str, Any]:
        done = {"resultFeedDocumentId": "out"} if self.status == "DONE" else {}
        return {"feedId": feed_id, "feedType": "JSON_LISTINGS_FEED", "createdTime": self.created,
                "processingStatus": self.status} | done  # fmt: skip

    def document(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "PUT":
            self.uploaded.append(request)
            return httpx2.Response(200)
        return httpx2.Response(200, content=gzip.compress(orjson.dumps(self.report)))
