"""Access tokens and how they come to be: consent, client credentials, and refresh tokens that rotate.

Sources: Shopify's pages on authorization code grant, client credentials grant and expiring offline tokens
(``expiring=1``: 60 minutes, refresh token 90 days), and its changelog of 28 August 2026: the refresh token used last
stays good until the token that replaced it is used.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.sandbox.clock import Clock
from hub.sandbox.shopify.apps import covers

CREDENTIALS_LIFE, OFFLINE_LIFE, REFRESH_LIFE, CODE_LIFE = 86_399, 3_600, 7_776_000, 600
"""Nominal seconds."""


class GrantRefused(Exception):
    """A refused token request, with its OAuth error."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error, description)
        self.error, self.description, self.status = error, description, status


@dataclass(slots=True)
class Token:
    """An access token; ``expiry`` in epoch seconds, None for ever."""

    text: str
    scopes: list[str]
    expiry: float | None
    refresh: str | None = None
    refresh_expiry: float = 0.0
    used: bool = False


@dataclass
class Tokens:
    """All tokens of the app in this shop."""

    clock: Clock
    by_text: dict[str, Token] = field(default_factory=dict)
    _codes: dict[str, tuple[list[str], str, float]] = field(default_factory=dict)
    _refreshes: dict[str, Token] = field(default_factory=dict)
    _before: dict[str, tuple[Token, Token]] = field(default_factory=dict)

    def code(self, scopes: Iterable[str], redirect_uri: str) -> str:
        """Return a code for one exchange, living ten minutes."""
        made = secrets.token_hex(16)
        self._codes[made] = (list(scopes), redirect_uri, self.clock.epoch() + self.clock.seconds(CODE_LIFE))
        return made

    def exchange(self, code: str, *, expiring: bool) -> Token:
        """Trade a code for an offline token; without ``expiring`` it lives for ever."""
        scopes, _, until = self._codes.pop(code, ([], "", 0.0))
        if until < self.clock.epoch():
            raise GrantRefused("invalid_request", "The authorization code was not found or was already used")
        return self._offline(scopes) if expiring else self._keep(Token(f"shpat_{secrets.token_hex(16)}", scopes, None))

    def credentials(self, scopes: list[str]) -> Token:
        """Grant a token for 24 hours that has no refresh token."""
        until = self.clock.epoch() + self.clock.seconds(CREDENTIALS_LIFE)
        return self._keep(Token(f"shpat_{secrets.token_hex(16)}", scopes, until))

    def refresh(self, text: str) -> Token:
        """Rotate: a fresh pair, and the old refresh token is dead once the new access token was used."""
        old = self._refreshes.get(text)
        if old is None:
            old = self._unused_replacement(text)
        if old is None or old.refresh_expiry < self.clock.epoch():
            raise GrantRefused("invalid_grant", "The refresh token is invalid or has expired", 401)
        made = self._offline(old.scopes)
        self._refreshes.pop(text, None)
        self._before[text] = (old, made)
        return made

    def _unused_replacement(self, text: str) -> Token | None:
        old, replacement = self._before.get(text, (None, None))
        return old if replacement is not None and not replacement.used else None

    def _offline(self, scopes: list[str]) -> Token:
        now = self.clock.epoch()
        made = Token(f"shpat_{secrets.token_hex(16)}", scopes, now + self.clock.seconds(OFFLINE_LIFE))
        made.refresh, made.refresh_expiry = f"shprt_{secrets.token_hex(16)}", now + self.clock.seconds(REFRESH_LIFE)
        self._refreshes[made.refresh] = made
        return self._keep(made)

    def _keep(self, token: Token) -> Token:
        self.by_text[token.text] = token
        return token

    def holder(self, text: str) -> Token | None:
        """Return the token behind a header, if it is good now; this is its first use perhaps."""
        found = self.by_text.get(text)
        if found is None or (found.expiry is not None and found.expiry <= self.clock.epoch()):
            return None
        found.used = True
        return found

    def revoke_all(self) -> None:
        """Forget every token, as when the app is uninstalled."""
        self.by_text.clear()
        self._refreshes.clear()
        self._before.clear()


def granted(asked: str, allowed: list[str]) -> list[str]:
    """Return the scopes of a list that the app may have; the right to write includes the right to read."""
    wanted = [scope.strip() for scope in asked.split(",") if scope.strip()]
    return [scope for scope in wanted if covers(allowed, scope)] if wanted else list(allowed)
