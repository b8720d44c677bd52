"""GraphQL over HTTP as any frontend speaks it; a hub that is away for a moment is asked again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx2

from demo import documents
from demo.failure import DemoFailed

AWAY = frozenset({429, 502, 503, 504})
PATIENCE = 60.0
PAUSE = 0.2
Json = dict[str, Any]


class Refused(Exception):
    """The hub did not take the input; ``code`` is its word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code


class Api:
    """One principal's access to the hub."""

    def __init__(self, http: httpx2.AsyncClient, url: str, token: str, patience: float = PATIENCE) -> None:
        self._http = http
        self._patience = patience
        self._url = f"{url}/graphql"
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}

    async def ask(self, document: str, **variables: Any) -> Json:
        """Return ``data``; asks again while the hub is away, as long as its patience lasts."""
        with anyio.move_on_after(self._patience):
            while True:
                answer = await self._post({"query": document, "variables": variables})
                if answer is not None and not _is_away(answer):
                    return _data(answer)
                await anyio.sleep(PAUSE)
        raise DemoFailed(f"The hub at {self._url} has been away for {self._patience:.0f} seconds.")

    async def _post(self, body: Json) -> httpx2.Response | None:
        try:
            answer = await self._http.post(self._url, json=body, headers=self._headers)
        except httpx2.TransportError:
            return None
        return None if answer.status_code in AWAY else answer

    async def change(self, document: str, **given: Any) -> Json:
        """Carry out one mutation with its ``input``; raises ``Refused`` for the first user error."""
        payload: Json = next(iter((await self.ask(document, input=given)).values()))
        for error in payload["userErrors"]:
            raise Refused(error["code"], error["message"])
        return payload

    async def unwell(self) -> list[Json]:
        """Return the actors that do not work, with the reason the hub gives."""
        found = (await self.ask(documents.ACTORS))["actors"]["nodes"]
        return [one for one in found if one["status"] != "active"]

    async def pages(self, document: str, name: str, **variables: Any) -> AsyncIterator[Json]:
        """Yield every node of a connection, page by page."""
        after = None
        while True:
            found = (await self.ask(document, after=after, **variables))[name]
            for node in found["nodes"]:
                yield node
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]


def _is_away(answer: httpx2.Response) -> bool:
    """Say whether the hub itself asks to be asked again, for its database is away."""
    return b"UNAVAILABLE" in answer.content and b'"errors"' in answer.content


def _data(answer: httpx2.Response) -> Json:
    try:
        told = answer.json()
    except ValueError:
        raise DemoFailed(f"The hub answered {answer.status_code}: {answer.text[:300]}") from None
    if told.get("errors") or not isinstance(told.get("data"), dict):
        raise DemoFailed(f"The hub answered {answer.status_code}: {str(told)[:600]}")
    data: Json = told["data"]
    return data
