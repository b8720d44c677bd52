"""A caller of the API: one token, and answers as they came."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.types import ASGIApp

GRAPHQL_JSON = "application/graphql-response+json"


def global_id(kind: str, key: object) -> str:
    """Return the opaque id of an object, as the API would."""
    return b64encode(f"{kind}:{key}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token."""

    app: ASGIApp
    token: str | None

    async def send(self, body: Any, **headers: str) -> httpx2.Response:
        """Post a body as JSON and return the whole answer."""
        bearer = {"authorization": f"Bearer {self.token}"} if self.token else {}
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            given = {"content": body} if isinstance(body, bytes) else {"json": body}
            usual = {"accept": GRAPHQL_JSON, "content-type": "application/json"}
            return await client.post("/graphql", headers=usual | bearer | headers, **given)

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the whole GraphQL answer to a query."""
        answer: dict[str, Any] = (await self.send({"query": query, "variables": variables})).json()
        return answer

    async def ask(self, query: str, **variables: Any) -> Mapping[str, Any]:
        """Return the data of an answer without errors."""
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data: Mapping[str, Any] = answer["data"]
        return data

    async def change(self, mutation: str, payload: str, **given: Any) -> Mapping[str, Any]:
        """Carry out one mutation with this input and return its payload; user errors are asked for too."""
        kind = mutation[0].upper() + mutation[1:]
        answered = f"{payload} userErrors {{ field code message }}"
        query = f"mutation Change($input: {kind}Input!) {{ {mutation}(input: $input) {{ {answered} }} }}"
        found: Mapping[str, Any] = (await self.ask(query, input=given))[mutation]
        return found
