"""Login with Amazon: access tokens in the name of a seller, and of the application itself."""

from __future__ import annotations

from hub.adapters.oauth import ClientTokens, MemoryGrants, TokenEndpoint, TokenRefused, Tokens
from hub.adapters.port import Grant, GrantStore
from hub.clock import Clock

TOKEN_PATH = "/auth/o2/token"  # noqa: S105 - an address
NOTIFICATIONS = "sellingpartnerapi::notifications"
"""The scope of what an application may do about notifications without a seller."""


class SellerTokens(Tokens):
    """Tokens of one seller's grant; the refresh token of a self-authorised application stands in for a consent.

    What a later consent stored goes first; the entered refresh token is tried where the stored one is void.
    """

    _repair = "Amazon no longer accepts this authorisation: consent again, or enter a new refresh token or secret."

    def __init__(self, store: GrantStore, endpoint: TokenEndpoint, clock: Clock, entered: str | None = None) -> None:
        super().__init__(store, endpoint, clock)
        self._entered = entered

    def _renewable(self, grant: Grant | None) -> bool:
        return self._entered is not None or super()._renewable(grant)

    async def _request(self, grant: Grant | None) -> Grant:
        entered = Grant("", self._entered, self._clock.now(), 0.0)
        if grant is None or grant.refresh_token is None:
            return await super()._request(entered)
        try:
            return await super()._request(grant)
        except TokenRefused as refused:
            if refused.error != "invalid_grant" or self._entered in (None, grant.refresh_token):
                raise
            return await super()._request(entered)


class ApplicationTokens(ClientTokens):
    """Tokens of the application for grantless operations on notifications."""

    def __init__(self, endpoint: TokenEndpoint, clock: Clock) -> None:
        super().__init__(MemoryGrants(), endpoint, clock)

    async def _request(self, grant: Grant | None) -> Grant:
        return await self._endpoint.ask("client_credentials", scope=NOTIFICATIONS)
