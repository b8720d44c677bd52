"""Feeds: a document handed in, worked on for minutes to hours, and a report of what became of it."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.adapters.amazon.calls import AmazonCalls, answered
from hub.adapters.amazon.documents import Documents
from hub.adapters.amazon.usage_plans import (
    CREATE_FEED,
    CREATE_FEED_DOCUMENT,
    GET_FEED,
    GET_FEED_DOCUMENT,
    GET_FEEDS,
)
from hub.adapters.fields import Fields

LISTINGS_FEED, LISTINGS_TYPE = "JSON_LISTINGS_FEED", "application/json; charset=UTF-8"
DONE, FATAL, STOPPED = "DONE", "FATAL", "CANCELLED"
ENDED = frozenset({DONE, FATAL, STOPPED})


class Feeds:
    """Submits feeds and reads their reports."""

    def __init__(self, calls: AmazonCalls, documents: Documents) -> None:
        self._calls = calls
        self._documents = documents

    @property
    def room(self) -> bool:
        """Whether a feed could be made now within the usage plans."""
        return all(self._calls.bucket(each).room() > 0 for each in (CREATE_FEED, CREATE_FEED_DOCUMENT))

    async def submit(self, feed_type: str, marketplace: str, content_type: str, content: bytes) -> str:
        """Hand a feed in and return its id.

        NOT repeatable: a second call makes a second feed. Raises ``Unavailable(unknown=True)`` only where the feed
        itself may have been made.
        """
        response = await self._calls.send(CREATE_FEED_DOCUMENT, body={"contentType": content_type})
        document = answered(response, CREATE_FEED_DOCUMENT)
        await self._documents.upload(document.text("url"), content_type, content)
        body = {
            "feedType": feed_type,
            "marketplaceIds": [marketplace],
            "inputFeedDocumentId": document.text("feedDocumentId"),
        }
        made = answered(await self._calls.send(CREATE_FEED, body=body), CREATE_FEED)
        return made.text("feedId")

    async def status(self, feed_id: str) -> Fields | None:
        """Return how a feed stands; None for one that Amazon does not know."""
        response = await self._calls.send(GET_FEED.at(feed=feed_id), expect=(400, 404))
        return answered(response, GET_FEED) if response.is_success else None

    async def made_since(self, feed_type: str, since: datetime) -> list[Fields]:
        """List the feeds of a type made since a moment (UTC)."""
        asked = {"feedTypes": feed_type, "createdSince": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        return (await self._calls.read(GET_FEEDS, asked | {"pageSize": "100"})).children("feeds")

    async def report(self, feed: Fields) -> bytes:
        """Return the processing report of a feed that is done; empty where Amazon made none."""
        document_id = feed.maybe_text("resultFeedDocumentId")
        if document_id is None:
            return b""
        document = await self._calls.read(GET_FEED_DOCUMENT.at(document=document_id))
        content, _ = await self._documents.download(document)
        return content
