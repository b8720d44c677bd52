"""Access tokens of one shop: by a person's consent where there is one, else by the app's own credentials."""

from __future__ import annotations

from hub.adapters.http import Caller
from hub.adapters.oauth import ClientTokens, MemoryGrants, OAuthApp, TokenEndpoint, Tokens
from hub.adapters.port import GrantStore
from hub.clock import Clock

TOKEN_PATH = "admin/oauth/access_token"  # noqa: S105 - an address
CONSENT_PATH = "admin/oauth/authorize"
LASTING = 10 * 365 * 86_400.0
"""Seconds that a token without an end is taken to live: those of custom apps live until the app is removed."""


def shop_app(url: str, client_id: str, client_secret: str) -> OAuthApp:
    """Return the app's registration, as seen from one shop."""
    root = url.rstrip("/")
    return OAuthApp(client_id, client_secret, f"{root}/{TOKEN_PATH}", f"{root}/{CONSENT_PATH}")


def token_endpoint(caller: Caller, app: OAuthApp, clock: Clock) -> TokenEndpoint:
    """Return the shop's token endpoint."""
    return TokenEndpoint(caller, app, clock, lasting=LASTING)


class ShopTokens:
    """Chooses where tokens come from, and looks again whenever the one in use no longer works.

    A consent brings an hour's token with a refresh token that changes at every use, so its pair is kept by
    ``store``. Apps made by the merchant ask for a day's token with their own credentials; nothing is kept of it.
    """

    def __init__(self, store: GrantStore, endpoint: TokenEndpoint, clock: Clock) -> None:
        self._store = store
        self._consented = Tokens(store, endpoint, clock)
        self._own = ClientTokens(MemoryGrants(), endpoint, clock)
        self._chosen: Tokens | None = None

    async def access_token(self) -> str:
        """Return a token that is valid now. Raises Unauthorized when a person must act."""
        if self._chosen is None:
            self._chosen = await self._choose()
        return await self._chosen.access_token()

    async def renewed(self, refused: str) -> str:
        """Return another token than the one that was refused. Raises like ``access_token``."""
        before, self._chosen = self._chosen, await self._choose()
        if self._chosen is not before:
            return await self._chosen.access_token()
        return await self._chosen.renewed(refused)

    async def _choose(self) -> Tokens:
        return self._own if await self._store.load() is None else self._consented
