"""Feeds 2021-06-30: documents, feeds, and what became of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.answers import answer, invalid, too_many, unknown
from hub.sandbox.amazon.documents import Document, Documents
from hub.sandbox.amazon.door import Door, body_of
from hub.sandbox.amazon.feeds import LISTINGS, SHUT_OFF, WORKERS, Feed, Feeds
from hub.sandbox.amazon.marketplaces import BY_ID

PATH = "/feeds/2021-06-30"


class FeedDoors:
    """Takes feeds in and tells how they ended."""

    def __init__(self, account: Account, documents: Documents, door: Door) -> None:
        self._account, self._documents, self._door = account, documents, door
        self.feeds = Feeds(account, documents)

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route(f"{PATH}/documents", "createFeedDocument", self.create_document, "POST"),
            door.route(PATH + "/documents/{document_id}", "getFeedDocument", self.get_document),
            door.route(f"{PATH}/feeds", "createFeed", self.create, "POST"),
            door.route(f"{PATH}/feeds", "getFeeds", self.list),
            door.route(PATH + "/feeds/{feed_id}", "getFeed", self.get),
            door.route(PATH + "/feeds/{feed_id}", "cancelFeed", self.cancel, "DELETE"),
        ]

    async def create_document(self, request: Request) -> Response:
        content_type = (await body_of(request)).get("contentType")
        if not isinstance(content_type, str) or not content_type:
            raise invalid("contentType is required.")
        document = self._documents.create(content_type)
        return answer(_shown(document, self._documents.address(document, "PUT")), 201)

    async def get_document(self, request: Request) -> Response:
        return answer(shown_document(request, self._documents, "feedDocumentId"))

    async def create(self, request: Request) -> Response:
        """Take a feed in with 202; the five listings feeds in five minutes are counted here."""
        body = await body_of(request)
        feed_type, document = body.get("feedType"), self._documents.get(body.get("inputFeedDocumentId"))
        if not isinstance(feed_type, str) or (feed_type not in WORKERS and feed_type not in SHUT_OFF):
            raise invalid("Invalid Input", f"The feed type '{feed_type}' is not known.")
        marketplaces = marketplaces_of(body)
        if feed_type == LISTINGS and len(marketplaces) != 1:
            raise invalid("Invalid Input", "A JSON listings feed takes exactly one marketplace.")
        if document is None:
            raise invalid("Invalid Input", "The inputFeedDocumentId is not known.")
        if feed_type == LISTINGS and not self._door.usage.take(LISTINGS, self._account.clock.epoch()):
            raise too_many()
        return answer({"feedId": self.feeds.add(feed_type, marketplaces, document).feed_id}, 202)

    async def list(self, request: Request) -> Response:
        """Answer with a page of feeds, newest first; a next page is asked for by its token alone."""
        if "nextToken" in request.query_params and len(request.query_params) > 1:
            raise invalid("Invalid Input", "nextToken must be the only parameter.")
        query = dict(request.query_params)
        if token := query.pop("nextToken", None):
            query = dict(parse_qsl(token))
        if not query.get("feedTypes"):
            raise invalid("Invalid Input", "Either feedTypes or nextToken is required.")
        return answer(self._page(query))

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        start, size = page_number(query, "start", 0, 0), page_number(query, "pageSize", 10, 1, 100)
        found = [each for each in reversed(self.feeds.by_id.values()) if _fits(each, query)]
        told: dict[str, Any] = {"feeds": [each.shown() for each in found[start : start + size]]}
        if len(found) > start + size:
            told["nextToken"] = urlencode(query | {"start": str(start + size)})
        return told

    async def get(self, request: Request) -> Response:
        return answer(self._known(request).shown())

    async def cancel(self, request: Request) -> Response:
        if not self.feeds.cancel(self._known(request)):
            raise invalid("Invalid Input", "Only feeds that wait in the queue can be cancelled.")
        return Response(status_code=200)

    def _known(self, request: Request) -> Feed:
        feed = self.feeds.by_id.get(request.path_params["feed_id"])
        if feed is None:
            raise unknown("The feed was not found.")
        return feed


def marketplaces_of(body: dict[str, Any]) -> list[str]:
    """Read the marketplaces of a feed or a report from its body."""
    found = body.get("marketplaceIds")
    if not isinstance(found, list) or not 1 <= len(found) <= 25 or not all(str(each) in BY_ID for each in found):
        raise invalid("Invalid Input", "marketplaceIds must hold between 1 and 25 marketplaces of this region.")
    return found


def _fits(feed: Feed, query: dict[str, str]) -> bool:
    types, statuses = values_of(query, "feedTypes"), values_of(query, "processingStatuses")
    markets, since, until = values_of(query, "marketplaceIds"), query.get("createdSince"), query.get("createdUntil")
    return (
        feed.feed_type in types
        and (not statuses or feed.status in statuses)
        and (not markets or bool(markets & set(feed.marketplace_ids)))
        and (since is None or feed.created_at >= _moment(since))
        and (until is None or feed.created_at <= _moment(until))
    )


def page_number(query: dict[str, str], name: str, default: int, least: int, most: int = 10**6) -> int:
    """Read a whole number within bounds; Trouble 400 for anything else."""
    text = query.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise invalid("Invalid Input", f"{name} must be between {least} and {most}.")
    return int(text)


def values_of(query: dict[str, str], name: str) -> set[str]:
    """Read a comma separated list."""
    return {each for each in query.get(name, "").split(",") if each}


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("Invalid Input", f"'{text}' is not an ISO 8601 date-time.") from None
    return at.replace(tzinfo=at.tzinfo or UTC)


def _shown(document: Document, url: str) -> dict[str, str]:
    return {"feedDocumentId": document.document_id, "url": url}


def shown_document(request: Request, documents: Documents, name: str) -> dict[str, str]:
    """Return a document with a fresh address, under the name that the API gives its id; Trouble 404 without one."""
    document = documents.get(request.path_params["document_id"])
    if document is None:
        raise unknown("The document was not found.")
    encoded = request.query_params.get("enableContentEncodingUrlHeader") == "true"
    told = {name: document.document_id, "url": documents.address(document, "GET", encoded=encoded)}
    return told | ({"compressionAlgorithm": "GZIP"} if document.zipped else {})
