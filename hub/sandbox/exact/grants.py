"""OAuth grants: consent, codes, and the chain of tokens in which every refresh kills the one before."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from hub.sandbox.clock import Clock

CLIENT_ID, CLIENT_SECRET = "sandbox-app", "sandbox-secret"
ACCESS_LIFE, EARLIEST_REFRESH, CODE_LIFE = 600.0, 570.0, 180.0
REFRESH_LIFE = 30 * 86400.0
DAY, CALLS_A_DAY = 86400.0, 200
TOO_EARLY = "Rate limit exceeded: access_token not expired"


class TokenRefusal(Exception):
    """A refused token request: HTTP status, OAuth error, description and sometimes a Reason header."""

    def __init__(self, status: int, error: str, description: str, reason: str | None = None) -> None:
        super().__init__(status, error, description)
        self.status, self.error, self.description, self.reason = status, error, description, reason


@dataclass
class Grant:
    """One consent of one user for one app; instants in epoch seconds."""

    access: str
    refresh: str
    issued: float
    old_access: dict[str, float] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """A fresh pair; ``expires_in`` in whole (compressed) seconds."""

    access: str
    refresh: str
    expires_in: int


class Grants:
    """All grants, codes and the day's count of the token endpoint."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, tuple[str, float]] = {}
        self._grants: list[Grant] = []
        self._calls: tuple[int, int] = (0, 0)

    def consent(self, redirect_uri: str) -> str:
        """Return a code for one exchange, living three minutes; it needs escaping in a URL."""
        code = f"stampNL001.{secrets.token_urlsafe(18)}+/{secrets.token_urlsafe(6)}=="
        self._codes[code] = (redirect_uri, self._clock.epoch() + self._clock.seconds(CODE_LIFE))
        return code

    def exchange(self, code: str, redirect_uri: str) -> Tokens:
        """Trade a code for the first pair of a new chain."""
        self._count()
        known = self._codes.pop(code, None)
        if known is None or known[0] != redirect_uri or known[1] < self._clock.epoch():
            raise TokenRefusal(400, "invalid_grant", "Token is not allowed, because of invalid or empty chainId")
        grant = Grant(_token(), _token(), self._clock.epoch())
        self._grants.append(grant)
        return self._tokens(grant)

    def refresh(self, refresh_token: str) -> Tokens:
        """Rotate a pair. The old refresh token is dead at once, the old access token lives out its time."""
        self._count()
        grant = next((each for each in self._grants if refresh_token in (each.refresh, *each.spent)), None)
        now = self._clock.epoch()
        if grant is None:
            raise TokenRefusal(400, "invalid_grant", "Token is not allowed, because of invalid or empty chainId")
        if refresh_token in grant.spent:
            raise TokenRefusal(401, "unauthorized_client", "Old refresh token used.")
        if grant.ended or now > grant.issued + self._clock.seconds(REFRESH_LIFE):
            raise TokenRefusal(400, "invalid_request", self._expired(grant))
        if now < grant.issued + self._clock.seconds(EARLIEST_REFRESH):
            raise TokenRefusal(400, "access_denied", TOO_EARLY, f"TooEarlyToRefreshTokens: {TOO_EARLY}")
        grant.old_access[grant.access] = grant.issued
        grant.spent.add(grant.refresh)
        grant.access, grant.refresh, grant.issued = _token(), _token(), now
        return self._tokens(grant)

    def holds(self, access_token: str) -> bool:
        """Say whether an access token is good now."""
        life, now = self._clock.seconds(ACCESS_LIFE), self._clock.epoch()
        for grant in self._grants:
            issued = grant.issued if access_token == grant.access else grant.old_access.get(access_token)
            if issued is not None and not grant.ended:
                return now < issued + life
        return False

    def end_all(self) -> None:
        """Withdraw every consent: access and refresh tokens are dead."""
        for grant in self._grants:
            grant.ended = True

    def _tokens(self, grant: Grant) -> Tokens:
        return Tokens(grant.access, grant.refresh, max(1, int(self._clock.seconds(ACCESS_LIFE))))

    def _expired(self, grant: Grant) -> str:
        end = self._clock.now() if grant.ended else self._clock.now() - timedelta(seconds=1)
        return (
            f"The refresh token expired at {end:%d-%m-%Y %H:%M:%S} and it is now {self._clock.now():%d-%m-%Y %H:%M:%S}."
        )

    def _count(self) -> None:
        day = int(self._clock.epoch() // self._clock.seconds(DAY))
        calls = self._calls[1] + 1 if self._calls[0] == day else 1
        self._calls = (day, calls)
        if calls > CALLS_A_DAY:
            raise TokenRefusal(429, "access_denied", "Rate limit exceeded: too many token requests")


def _token() -> str:
    return f"stampNL001.{secrets.token_urlsafe(48)}!{secrets.token_urlsafe(16)}"
