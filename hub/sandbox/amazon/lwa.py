"""Login with Amazon: refresh tokens and codes that are exchanged for access tokens of one nominal hour."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.sandbox.amazon.answers import Trouble, denied
from hub.sandbox.amazon.switches import Switches
from hub.sandbox.clock import Clock

CLIENT_ID = "amzn-client"
CLIENT_SECRET = "amzn-secret"  # noqa: S105 - the sandbox's one published credential
APPLICATION_ID = "amzn1.sp.solution.sandbox"
REFRESH_TOKEN = "Atzr|sandbox"  # noqa: S105 - the same
SELLER_ID = "A1SANDBOXSELLER"
LIFETIME = 3600
CODE_LIFETIME = 300
"""Nominal seconds that an access token and an authorisation code are valid."""
SCOPES = ("sellingpartnerapi::notifications", "sellingpartnerapi::client_credential:rotation")


class LwaRefusal(Exception):
    """A token request that is refused, in the words of RFC 6749."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description


@dataclass(frozen=True, slots=True)
class Access:
    """An access token; ``scope`` is set on grantless ones, which belong to no seller."""

    token: str
    expires_at: float
    scope: str | None = None


@dataclass
class Lwa:
    """Issues tokens and knows which are still good."""

    clock: Clock
    switches: Switches
    refresh_tokens: set[str] = field(default_factory=lambda: {REFRESH_TOKEN})
    _codes: dict[str, tuple[str, float]] = field(default_factory=dict)
    _access: dict[str, Access] = field(default_factory=dict)

    def consent(self, redirect_uri: str) -> str:
        """Return a code for one exchange, bound to the address it is sent to."""
        code = "AN" + secrets.token_urlsafe(14)
        self._codes[code] = (redirect_uri, self.clock.epoch() + self.clock.seconds(CODE_LIFETIME))
        self.switches.withdrawn = False
        return code

    def grant(self, form: Mapping[str, str]) -> tuple[Access, str | None]:
        """Return an access token, and the refresh token that goes with it; LwaRefusal where there is none."""
        self._check_client(form)
        match form.get("grant_type"):
            case "refresh_token":
                return self._issue(), self._checked_refresh(form.get("refresh_token", ""))
            case "authorization_code":
                return self._issue(), self._redeem(form.get("code", ""), form.get("redirect_uri"))
            case "client_credentials" if form.get("scope") in SCOPES:
                return self._issue(form["scope"]), None
            case "client_credentials":
                raise LwaRefusal(400, "invalid_scope", "The request has an unknown scope.")
            case None | "":
                raise LwaRefusal(400, "invalid_request", "The request is missing a required parameter : grant_type")
        raise LwaRefusal(400, "unsupported_grant_type", "The authorization grant type is not supported.")

    def _check_client(self, form: Mapping[str, str]) -> None:
        secret = form.get("client_secret", "").encode()
        if form.get("client_id") != CLIENT_ID or not hmac.compare_digest(secret, CLIENT_SECRET.encode()):
            raise LwaRefusal(401, "invalid_client", "Client authentication failed")
        if self.switches.secret_expired:
            raise LwaRefusal(401, "invalid_client", "Client secret has expired")

    def _checked_refresh(self, token: str) -> str:
        if self.switches.withdrawn or token not in self.refresh_tokens:
            raise LwaRefusal(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token")
        return token

    def _redeem(self, code: str, redirect_uri: str | None) -> str:
        bound, expires_at = self._codes.pop(code, ("", 0.0))
        if expires_at <= self.clock.epoch() or redirect_uri not in (None, bound):
            raise LwaRefusal(400, "invalid_grant", "The request has an invalid grant parameter : code")
        token = "Atzr|" + secrets.token_urlsafe(24)
        self.refresh_tokens.add(token)
        return token

    def _issue(self, scope: str | None = None) -> Access:
        now = self.clock.epoch()
        access = Access("Atza|" + secrets.token_urlsafe(24), now + self.clock.seconds(LIFETIME), scope)
        self._access = {token: each for token, each in self._access.items() if each.expires_at > now - 3600}
        self._access[access.token] = access
        return access

    def admit(self, token: str | None, scope: str | None = None) -> None:
        """Return if the token opens a seller's call (or, with ``scope``, a grantless one); else raise the 403."""
        if token is None:
            raise Trouble(403, "MissingAuthenticationToken", "Access to requested resource is denied.")
        access = self._access.get(token)
        if access is None or (access.scope is None and self.switches.withdrawn):
            raise denied("The access token you provided is revoked, malformed or invalid.")
        if access.expires_at <= self.clock.epoch():
            raise denied("The access token you provided has expired.")
        if access.scope != scope:
            raise denied()
