"""OIDC access tokens (RFC 9068): JWTs of one issuer for this audience, verified with the issuer's published keys."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.clock import Clock
from hub.domain.tenant import Principal, Role
from hub.store.tenants import load_tenant

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Public-key algorithms alone: a shared secret or no signature at all is never accepted."""

LONGEST_TOKEN = 16_384
KEYS_SECONDS = 3600.0
RETRY_SECONDS = 30.0
LEEWAY = 30

_log = logging.getLogger(__name__)


class Oidc:
    """Turns access tokens into principals. Keys are read when first needed, hourly, and when a token names a new one.

    An issuer that cannot be reached accepts nobody new; keys in hand go on being used.
    """

    def __init__(
        self,
        http: httpx2.AsyncClient,
        clock: Clock,
        *,
        issuer: str,
        audience: str,
        jwks_url: str,
        tenant_claim: str = "tenant",
        role_claim: str = "role",
    ) -> None:
        self._http = http
        self._clock = clock
        self._jwks_url = jwks_url
        self._tenant_claim = tenant_claim
        self._role_claim = role_claim
        self._rules = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        self._keys: KeySet | None = None
        self._asked_at: float | None = None

    async def principal(self, connection: AsyncConnection, token: str) -> Principal | None:
        """Return who bears the token; None where it does not count or names no tenant and role of this hub."""
        claims = await self._claims(token)
        if claims is None:
            return None
        tenant_id, role = claims.get(self._tenant_claim), claims.get(self._role_claim)
        if not isinstance(tenant_id, str) or role not in list(Role) or not tenant_id.isprintable():
            return None
        if await load_tenant(connection, tenant_id) is None:
            return None
        return Principal(tenant_id, Role(role), _label(str(claims["sub"])))

    async def _claims(self, token: str) -> dict[str, Any] | None:
        if len(token) > LONGEST_TOKEN or token.count(".") != 2:
            return None
        await self._refresh(KEYS_SECONDS)
        claims = self._verified(token)
        if claims is None and await self._refresh(RETRY_SECONDS):
            claims = self._verified(token)
        return claims

    def _verified(self, token: str) -> dict[str, Any] | None:
        if self._keys is None:
            return None
        try:
            decoded = jwt.decode(token, self._keys, algorithms=list(ALGORITHMS))
            now = int(self._clock.now().timestamp())
            jwt.JWTClaimsRegistry(now=now, leeway=LEEWAY, **self._rules).validate(decoded.claims)  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return decoded.claims

    async def _refresh(self, older_than: float) -> bool:
        """Read the keys again if they were last asked for so long ago; True where that gave keys."""
        now = self._clock.monotonic()
        wait = older_than if self._keys is not None else RETRY_SECONDS
        if self._asked_at is not None and now - self._asked_at < wait:
            return False
        self._asked_at = now
        try:
            answer = await self._http.get(self._jwks_url)
            answer.raise_for_status()
            self._keys = KeySet.import_key_set(answer.json())
        except (httpx2.HTTPError, JoseError, ValueError, TypeError, KeyError) as problem:
            _log.warning("the issuer's keys cannot be read: %s", type(problem).__name__)
            return False
        return True


def _label(subject: str) -> str:
    """Return how the log names this person: an address of theirs only as a hash."""
    plain = subject.isprintable() and "@" not in subject and len(subject) <= 64
    return f"oidc:{subject if plain else hashlib.sha256(subject.encode(errors='surrogatepass')).hexdigest()[:16]}"
