"""Access tokens of the client credentials grant: JSON Web Tokens that live 299 nominal seconds."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field

CLIENT_ID = "bol-client"
CLIENT_SECRET = "bol-secret"  # noqa: S105 - the sandbox's one published credential
HEADER = b'{"alg":"HS256","typ":"JWT"}'
LIFETIME = 299
"""Nominal seconds that a token is valid."""


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Read an ``Authorization: Basic`` header; ``None`` when it is absent or garbled."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, secret) if colon else None


def _segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class Tokens:
    """Issues tokens and knows which are still good; ``revoked`` switches all of them off at once."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _expiry: dict[str, float] = field(default_factory=dict)

    def issue(self, now: float, lifetime: float) -> str:
        """Return a new signed token that expires ``lifetime`` real seconds after ``now`` (epoch)."""
        claims = {"iss": "https://login.bol.com", "sub": CLIENT_ID, "iat": int(now), "exp": int(now + lifetime)}
        claims |= {"jti": secrets.token_hex(8)}
        body = f"{_segment(HEADER)}.{_segment(json.dumps(claims).encode())}"
        seal = _segment(hmac.digest(self.key, body.encode(), hashlib.sha256))
        self._expiry = {old: end for old, end in self._expiry.items() if end > now - 3600}
        self._expiry[f"{body}.{seal}"] = now + lifetime
        return f"{body}.{seal}"

    def expiry(self, token: str) -> float | None:
        """Return when a token expires (epoch), or ``None`` for one never issued here."""
        return self._expiry.get(token)

    def revoke_all(self) -> None:
        """Forget every token, as after a change of credentials."""
        self._expiry.clear()
