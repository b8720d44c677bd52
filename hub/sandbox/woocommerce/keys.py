"""Who may come in: Basic or query keys on https, one-legged OAuth 1.0a on plain http.

Over plain http Basic credentials are ignored without a word, as if none were sent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote

from starlette.requests import Request

from hub.sandbox.clock import Clock
from hub.sandbox.woocommerce.answers import Trouble

KEY, SECRET = "ck_sandbox", "cs_sandbox"
READ_ONLY_KEY, READ_ONLY_SECRET = "ck_readonly", "cs_readonly"
WINDOW = 15 * 60
"""Seconds (real ones: the client's clock is not compressed) that an OAuth timestamp may be off."""
DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
REQUIRED = ("oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")

WITHOUT_KEY = {
    "batch": ("batch", "you are not allowed to batch manipulate this resource"),
    "POST": ("create", "you are not allowed to create resources"),
    "PUT": ("edit", "you are not allowed to edit this resource"),
    "PATCH": ("edit", "you are not allowed to edit this resource"),
    "DELETE": ("delete", "you are not allowed to delete this resource"),
}

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Key:
    """An API key of the shop's owner."""

    key: str
    secret: str
    writes: bool = True


@dataclass
class Keys:
    """Knows the keys, and the OAuth nonces that were used."""

    clock: Clock
    known: dict[str, Key] = field(
        default_factory=lambda: {
            KEY: Key(KEY, SECRET),
            READ_ONLY_KEY: Key(READ_ONLY_KEY, READ_ONLY_SECRET, writes=False),
        }
    )
    _nonces: dict[str, float] = field(default_factory=dict)

    def admit(self, request: Request) -> None:
        """Return if the request may pass, else raise the 401 that WooCommerce gives."""
        key = self._from_https(request) if is_https(request) else None
        key = key or self._from_oauth(request)
        if key is None:
            raise _nobody(request)
        if not key.writes and request.method not in ("GET", "HEAD", "OPTIONS"):
            raise _refused("The API key provided does not have write permissions.")

    def _from_https(self, request: Request) -> Key | None:
        name, secret = _basic(request) or (
            request.query_params.get("consumer_key", ""),
            request.query_params.get("consumer_secret", ""),
        )
        key = self.known.get(name)
        if key is not None and not hmac.compare_digest(key.secret.encode(), secret.encode()):
            raise _refused("Consumer secret is invalid.")
        return key

    def _from_oauth(self, request: Request) -> Key | None:
        in_query = _query(request)
        sent = _oauth_header(request) or [(name, value) for name, value in in_query if name.startswith("oauth_")]
        values = dict(sent)
        if "oauth_consumer_key" not in values:
            return None
        key = self.known.get(values["oauth_consumer_key"])
        if key is None:
            return None
        for name in REQUIRED:
            if not values.get(name):
                raise _refused(f"{name} parameter is missing.")
        plain = [(name, value) for name, value in in_query if not name.startswith("oauth_")]
        self._check_signature(request, key, values, plain)
        self._check_freshness(values)
        return key

    def _check_signature(self, request: Request, key: Key, values: dict[str, str], plain: Pairs) -> None:
        digest = DIGESTS.get(values["oauth_signature_method"])
        if digest is None:
            raise _refused("Invalid signature - signature method is invalid.")
        signed = [(name, value) for name, value in values.items() if name != "oauth_signature" and name != "realm"]
        base = signature_base(request.method, _address(request), [*plain, *signed])
        seal = base64.b64encode(hmac.digest(f"{key.secret}&".encode(), base.encode(), digest)).decode()
        if not hmac.compare_digest(seal.encode(), values["oauth_signature"].encode()):
            raise _refused("Invalid signature - provided signature does not match.")

    def _check_freshness(self, values: dict[str, str]) -> None:
        now, stamp = self.clock.epoch(), values["oauth_timestamp"]
        if not stamp.isdecimal() or abs(now - int(stamp)) > WINDOW:
            raise _refused("Invalid timestamp.")
        self._nonces = {nonce: at for nonce, at in self._nonces.items() if now - at <= WINDOW}
        if values["oauth_nonce"] in self._nonces:
            raise _refused("Invalid nonce - nonce has already been used.")
        self._nonces[values["oauth_nonce"]] = int(stamp)


def is_https(request: Request) -> bool:
    """Say whether the shop takes this request for https; a proxy in front may vouch for it."""
    return "https" in (request.url.scheme, request.headers.get("X-Forwarded-Proto"))


def signature_base(method: str, address: str, pairs: Pairs) -> str:
    """Return the OAuth 1.0a signature base string."""
    encoded = sorted((_escaped(name), _escaped(value)) for name, value in pairs)
    query = "&".join(f"{name}={value}" for name, value in encoded)
    return "&".join((method.upper(), _escaped(address), _escaped(query)))


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")


def _address(request: Request) -> str:
    scheme = "https" if is_https(request) else "http"
    return f"{scheme}://{request.headers.get('Host', '')}{request.scope['path']}"


def _query(request: Request) -> Pairs:
    return parse_qsl(request.url.query, keep_blank_values=True)


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret


def _oauth_header(request: Request) -> Pairs:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "oauth":
        return []
    parts = (part.strip().partition("=") for part in value.split(","))
    return [(unquote(name), unquote(text.strip('"'))) for name, _, text in parts]


def _refused(message: str) -> Trouble:
    return Trouble("woocommerce_rest_authentication_error", message, 401)


def _nobody(request: Request) -> Trouble:
    """Return what an unknown visitor hears; the words depend on what he wanted to do."""
    what = "batch" if request.url.path.endswith("/batch") else request.method
    code, deed = WITHOUT_KEY.get(what, ("view", "you cannot list resources"))
    return Trouble(f"woocommerce_rest_cannot_{code}", f"Sorry, {deed}.", 401)
