"""A token endpoint as Exact's, and a store of grants that several nodes share."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs

import anyio
import httpx2

from hub.adapters.http import Caller
from hub.adapters.oauth import MemoryGrants, OAuthApp, TokenEndpoint
from hub.adapters.port import Grant
from tests.adapters.handclock import START, HandClock
from tests.adapters.scripted import says

APP = OAuthApp("client", "secret", "https://exact.test/api/oauth2/token", "https://exact.test/api/oauth2/auth")
FIRST = Grant("access-1", "refresh-1", START, 600.0, version=1)


@dataclass
class TokenServer:
    """Exact's token endpoint: 600 s of life, refresh from 570 s on, rotation, and its error bodies."""

    clock: HandClock
    life: float = 600.0
    current: int = 1
    issued_at: float = 0.0
    requests: list[dict[str, str]] = field(default_factory=list)
    drop_before: int = 0
    drop_after: int = 0
    freeze: bool = False

    def __post_init__(self) -> None:
        self.issued_at = self.clock.monotonic()

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        fields = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.requests.append(fields)
        await anyio.lowlevel.checkpoint()
        if self.drop_before:
            self.drop_before -= 1
            raise httpx2.ConnectError("down")
        answer = self._answer(fields)
        if self.drop_after:
            self.drop_after -= 1
            raise httpx2.ReadError("cut")
        while self.freeze and anyio.current_time() < anyio.current_effective_deadline():
            """Nothing of this process goes on."""
        return answer

    def _answer(self, fields: dict[str, str]) -> httpx2.Response:
        if (fields["client_id"], fields["client_secret"]) != ("client", "secret"):
            return says({"error": "invalid_client"}, 400)
        if fields["grant_type"] == "authorization_code" and fields["code"] != "good":
            words = "Token is not allowed, because of invalid or empty chainId"
            return says({"error": "invalid_grant", "error_description": words}, 400)
        if fields["grant_type"] == "refresh_token":
            if fields["refresh_token"] != f"refresh-{self.current}":
                words = "Old refresh token used."
                return says({"error": "unauthorized_client", "error_description": words}, 401)
            if self.clock.monotonic() - self.issued_at < self.life * 0.95 - 1e-6:
                words = "Rate limit exceeded: access_token not expired"
                return says({"error": "access_denied", "error_description": words}, 400)
        self.current += 1
        self.issued_at = self.clock.monotonic()
        return says(
            {
                "access_token": f"access-{self.current}",
                "token_type": "bearer",
                "expires_in": f"{self.life:g}",
                "refresh_token": f"refresh-{self.current}",
            }
        )

    def endpoint(self) -> TokenEndpoint:
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self))
        return TokenEndpoint(Caller(client, "exact"), APP, self.clock)


class SharedGrants(MemoryGrants):
    """A store that several nodes share: one reservation per version."""

    def __init__(self, grant: Grant | None) -> None:
        super().__init__(grant)
        self.saved: list[Grant] = []
        self.reserved: set[int] = set()
        self.steps = 1

    async def reserve(self, version: int) -> bool:
        await anyio.lowlevel.checkpoint()
        if version in self.reserved:
            return False
        self.reserved.add(version)
        return True

    async def save(self, grant: Grant) -> Grant:
        for _ in range(self.steps):
            await anyio.lowlevel.checkpoint()
        kept = await super().save(grant)
        self.saved.append(kept)
        return kept

    def lease_ends(self) -> None:
        self.reserved.clear()
