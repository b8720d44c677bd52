"""Asking a Vendure server: GraphQL over POST in a session that is signed in again when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio
import httpx2

from hub.adapters.fields import Fields, parse
from hub.adapters.http import Caller, write_json
from hub.adapters.port import Refused
from hub.adapters.vendure.documents import LOGIN, Document
from hub.outcome import Rejected, Unauthorized, Unavailable

ADMIN_API = "admin-api"
SESSION_HEADER = "vendure-auth-token"
CHANNEL_HEADER = "vendure-token"
SIGNED_OUT = frozenset({"FORBIDDEN", "UNAUTHORIZED"})
BROKEN = frozenset({"INTERNAL_SERVER_ERROR", ""})
NO_SUCH_CHANNEL = "CHANNEL_NOT_FOUND"


class SignedOut(Exception):
    """The server does not take the session for what was asked: it has ended, or lacks the permission."""


class VendureCalls:
    """Sends documents as one administrator, within one Vendure channel (the default one without a token).

    The session lives as long as this object. A server may carry it in a header or, where it is set to that alone,
    in a cookie; with both, a cookie would win, so it is dropped.
    """

    def __init__(self, client: httpx2.AsyncClient, username: str, password: str, channel_token: str | None) -> None:
        self._client = client
        self._caller = Caller(client, "vendure")
        self._credentials = {"username": username, "password": password}
        self._channel = {CHANNEL_HEADER: channel_token} if channel_token else {}
        self._session: dict[str, str] | None = None
        self._signing_in = anyio.Lock()

    async def ask(self, document: Document, variables: Mapping[str, object]) -> Fields:
        """Return the data of an answer. Raises the outcomes of ``hub.outcome``; a document that is not repeatable
        raises ``Unavailable(unknown=True)`` where its answer was lost."""
        session = await self._signed_in(None)
        try:
            return await self._send(document, variables, session)
        except SignedOut:
            session = await self._signed_in(session)
        try:
            return await self._send(document, variables, session)
        except SignedOut:
            raise Unauthorized(f"the administrator's role does not permit {document.name}") from None

    async def _signed_in(self, ended: Mapping[str, str] | None) -> Mapping[str, str]:
        """Return the headers of a session other than the one that ended; many callers sign in once."""
        async with self._signing_in:
            if self._session is None or self._session is ended:
                self._session = await self._sign_in()
            return self._session

    async def _sign_in(self) -> dict[str, str]:
        self._client.cookies.clear()
        response = await self._post(LOGIN, self._credentials, {})
        refusal = refused(_data(LOGIN, response).maybe_child("login"))
        if refusal is not None:
            raise Unauthorized(f"Vendure refuses the administrator's username or password ({refusal.code})")
        token = response.headers.get(SESSION_HEADER)
        return {"Authorization": f"Bearer {token}"} if token else {}

    async def _send(self, document: Document, variables: Mapping[str, object], session: Mapping[str, str]) -> Fields:
        if session:
            self._client.cookies.clear()
        return _data(document, await self._post(document, variables, session))

    async def _post(
        self, document: Document, variables: Mapping[str, object], session: Mapping[str, str]
    ) -> httpx2.Response:
        body = {"operationName": document.name, "query": document.text, "variables": variables}
        return await self._caller.send(
            document.name,
            "POST",
            ADMIN_API,
            headers={"Content-Type": "application/json", "Accept": "application/json", **self._channel, **session},
            content=write_json(body),
            repeatable=document.repeatable,
        )


def _data(document: Document, response: httpx2.Response) -> Fields:
    """Return the data of an answer, or raise what its errors mean."""
    answer = _answer(document, response)
    for error in answer.children("errors"):
        raise _meaning(document, error)
    data = answer.maybe_child("data")
    if data is None:
        raise _broken(document, "without data")
    return data


def _answer(document: Document, response: httpx2.Response) -> Fields:
    if response.is_redirect:
        raise Unauthorized("Vendure answers from another address; correct the channel's URL")
    try:
        answer: Any = parse(response.content)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and ("data" in answer or "errors" in answer):
        return Fields(answer, document.name)
    if response.status_code in (401, 403):
        raise Unauthorized(f"what stands before Vendure refuses {document.name} ({response.status_code})")
    raise _broken(document, f"{response.status_code} that is no GraphQL")


def _meaning(document: Document, error: Fields) -> Exception:
    extensions = error.maybe_child("extensions")
    code = (extensions.maybe_text("code") if extensions else None) or ""
    message = (error.maybe_text("message") or "no reason given")[:300]
    if code in SIGNED_OUT:
        return SignedOut()
    if code == NO_SUCH_CHANNEL:
        return Unauthorized("Vendure has no channel with this channel token")
    if code in BROKEN:
        return _broken(document, f"an error: {message}")
    return Rejected(f"Vendure refuses {document.name}: {message}", code=code.lower())


def _broken(document: Document, what: str) -> Unavailable:
    return Unavailable(f"Vendure answered {document.name} with {what}", unknown=not document.repeatable)


def refused(result: Fields | None) -> Refused | None:
    """Return the refusal that a mutation's result is (one of Vendure's ``ErrorResult`` types), None for a success."""
    if result is None:
        return Refused("no_result", "Vendure gave no result")
    code = result.maybe_text("errorCode")
    if code is None:
        return None
    return Refused(code.lower(), (result.maybe_text("message") or "no reason given")[:300])
