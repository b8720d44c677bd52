"""One-legged OAuth 1.0a (RFC 5849, HMAC-SHA256) for shops on plain http, which ignore Basic without a word."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Generator
from urllib.parse import quote

import httpx2
from authlib.oauth1.rfc5849.signature import construct_base_string

from hub.clock import Clock


def _nonce() -> str:
    return secrets.token_hex(16)


def signature(method: str, url: str, parameters: list[tuple[str, str]], secret: str) -> str:
    """Return the signature over a request; ``url`` without its query, ``parameters`` decoded and complete.

    There is no token, so the key is the consumer secret and an ampersand.
    """
    base = construct_base_string(method, url, parameters)
    key = f"{quote(secret, safe='-._~')}&"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()).decode()


class OneLegged(httpx2.Auth):
    """Signs every request in its query, since some web servers drop the Authorization header.

    Each attempt has its own nonce: a shop refuses one it has seen, and a timestamp off by 15 minutes.
    """

    def __init__(self, key: str, secret: str, clock: Clock, nonce: Callable[[], str] = _nonce) -> None:
        self._key = key
        self._secret = secret
        self._clock = clock
        self._nonce = nonce

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        parameters = [pair for pair in request.url.params.multi_items() if not pair[0].startswith("oauth_")]
        parameters += [
            ("oauth_consumer_key", self._key),
            ("oauth_nonce", self._nonce()),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", str(int(self._clock.now().timestamp()))),
        ]
        bare = str(request.url.copy_with(query=None))
        signed = signature(request.method, bare, parameters, self._secret)
        request.url = request.url.copy_with(params=[*parameters, ("oauth_signature", signed)])
        yield request
