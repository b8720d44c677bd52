"""A way into a Vendure server beside the adapter under test: as its staff, or as somebody in the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

import httpx2

Json = dict[str, Any]
STAFF = {"username": "superadmin", "password": "superadmin"}
REFUSAL = " fragment Refusal on ErrorResult { __typename errorCode message }"
"""To be spread into every result that may be one of Vendure's own refusals."""


class RefusedByVendure(AssertionError):
    """The server did not do what was asked."""


@dataclass
class Api:
    """Both APIs within one channel, with calls that wait for their answer: the server is another process."""

    url: str
    token: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        self._http = httpx2.Client(base_url=self.url, trust_env=False, timeout=60)

    def close(self) -> None:
        self._http.close()

    def staff(self, query: str, *, default_channel: bool = False, **variables: object) -> Json:
        """Ask the Admin API, within this channel or within the default one."""
        headers = {"Authorization": staff_session(self.url)} | ({} if default_channel else self._here())
        return self.post("/admin-api", query, variables, headers)

    def shopper(self, query: str, **variables: object) -> Json:
        """Ask the Shop API as somebody new."""
        return self.post("/shop-api", query, variables, self._here())

    def sign_out(self, session: str) -> None:
        """End somebody's session, and with it all others of the same person: the owner's own too."""
        self.post("/admin-api", "mutation { logout { success } }", {}, {"Authorization": session})
        staff_session.cache_clear()

    def _here(self) -> dict[str, str]:
        return {"vendure-token": self.token}

    def post(self, path: str, query: str, variables: Mapping[str, object], headers: Mapping[str, str]) -> Json:
        """Send a document and return its data. A cookie of an earlier session would beat the headers."""
        self._http.cookies.clear()
        answer = self._http.post(path, json={"query": query, "variables": variables}, headers=headers)
        content = answer.json()
        refusals = [each for each in (content.get("data") or {}).values() if _refused(each)]
        if content.get("errors") or refusals:
            raise RefusedByVendure(answer.text)
        data: Json = content["data"]
        return data


def _refused(result: object) -> bool:
    return isinstance(result, dict) and "errorCode" in result


@cache
def staff_session(url: str) -> str:
    """Return the header of a session of the server's owner."""
    query = "mutation($username: String!, $password: String!) { login(username: $username, password: $password)"
    answer = httpx2.post(
        f"{url}/admin-api", json={"query": query + " { __typename } }", "variables": STAFF}, trust_env=False, timeout=60
    )
    return f"Bearer {answer.headers['vendure-auth-token']}"
