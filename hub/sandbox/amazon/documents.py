"""Documents behind presigned addresses: what sellers upload, and the reports they fetch."""

from __future__ import annotations

import gzip
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.amazon.account import Account

FOLDER = "/documents"
ERROR = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'


class Denied(Exception):
    """A request that the store behind the presigned address refuses with 403."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    def response(self, status: int = 403) -> Response:
        return Response(ERROR.format(code=self.code, message=self.message), status, media_type="application/xml")


@dataclass(slots=True)
class Document:
    """One document; ``body`` is missing until it was uploaded, ``zipped`` says how it is kept."""

    document_id: str
    content_type: str
    body: bytes | None = None
    zipped: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """What a presigned address allows: one method on one document, for a while."""

    document: Document
    method: str
    expires_at: datetime
    encoded: bool = False


class Documents:
    """Keeps the documents of one account, and answers at their presigned addresses."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._documents: dict[str, Document] = {}
        self._addresses: dict[str, Address] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route(FOLDER + "/{document_id}", self.upload, methods=["PUT"]),
            Route(FOLDER + "/{document_id}", self.download, methods=["GET"]),
        ]

    def create(self, content_type: str) -> Document:
        """Return a new document without content."""
        document = Document(f"amzn1.tortuga.4.eu.{uuid.uuid4()}", content_type)
        self._documents[document.document_id] = document
        return document

    def store(self, body: bytes, content_type: str) -> Document:
        """Keep a report, compressed unless the switches say otherwise."""
        document = self.create(content_type)
        document.zipped = self._account.switches.gzip_reports
        document.body = gzip.compress(body, mtime=0) if document.zipped else body
        return document

    def get(self, document_id: object) -> Document | None:
        return self._documents.get(str(document_id))

    def address(self, document: Document, method: str, *, encoded: bool = False) -> str:
        """Return a fresh presigned address; ``encoded`` lets HTTP clients unpack by themselves."""
        clock, switches = self._account.clock, self._account.switches
        life, token = clock.seconds(switches.url_life), secrets.token_hex(32)
        self._addresses[token] = Address(document, method, clock.now() + timedelta(seconds=life), encoded)
        query = urlencode({"X-Amz-Expires": max(1, int(life)), "X-Amz-Signature": token})
        return f"{self._account.world.base_url}/amazon{FOLDER}/{document.document_id}?{query}"

    def _admitted(self, request: Request) -> Address:
        address = self._addresses.get(request.query_params.get("X-Amz-Signature", ""))
        if address is None or address.document.document_id != request.path_params["document_id"]:
            raise Denied("SignatureDoesNotMatch", "The request signature we calculated does not match.")
        if address.method != request.method:
            raise Denied("SignatureDoesNotMatch", "The request signature we calculated does not match.")
        if address.expires_at <= self._account.clock.now():
            raise Denied("AccessDenied", "Request has expired")
        if "x-amz-access-token" in request.headers:
            raise Denied("AccessDenied", "There were headers present in the request which were not signed")
        return address

    async def upload(self, request: Request) -> Response:
        """Take the content in; its type must be the one that the address was made for."""
        try:
            document = self._admitted(request).document
            if request.headers.get("Content-Type") != document.content_type:
                raise Denied("SignatureDoesNotMatch", "The request signature we calculated does not match.")
        except Denied as refusal:
            return refusal.response()
        document.body = await request.body()
        return Response(status_code=200)

    async def download(self, request: Request) -> Response:
        try:
            address = self._admitted(request)
        except Denied as refusal:
            return refusal.response()
        document = address.document
        if document.body is None:
            return Response(ERROR.format(code="NoSuchKey", message="The specified key does not exist."), 404)
        headers = {"Content-Encoding": "gzip"} if document.zipped and address.encoded else {}
        return Response(document.body, headers=headers | {"Content-Type": document.content_type})
