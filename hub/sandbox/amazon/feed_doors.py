"""Feeds 2021-06-30: documents, feeds, and what became of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.answers import answer, invalid, too_many, unknown
from hub.sandbox.amazon.documents import Document, Documents
from hub.sandbox.amazon.door import Door, body_of
from hub.sandbox.amazon.feeds import LISTINGS, SHUT_OFF, WORKERS, Feed, Feeds
from hub.sandbox.amazon.runs import marketplaces_of, page_of

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
        runs = list(self.feeds.by_id.values())
        return answer(page_of(request.query_params, runs, "feeds", self._account.now()))

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
