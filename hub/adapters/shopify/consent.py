"""A merchant's consent: Shopify's page in the browser, and the signed answer that it sends back."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import httpx2

from hub.adapters.connector import Account, Consented
from hub.adapters.http import Caller, open_client
from hub.adapters.oauth import OAuthApp, authorize_url
from hub.adapters.shopify.scopes import SCOPES
from hub.adapters.shopify.tokens import shop_app, token_endpoint
from hub.clock import Clock
from hub.outcome import Rejected

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""A simulated shop has no address of its own; only there the answer may name another shop."""
_UNSIGNED = frozenset({"hmac", "signature"})


class ShopConsent:
    """The port's ``Consent`` for offline access; ``transport`` replaces the network in tests."""

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._transport = transport

    def address(self, account: Account, state: str, redirect_uri: str) -> str:
        """Return the shop's page where a merchant lets the app in with the scopes that the hub needs."""
        app = _app(account)
        return authorize_url(app, state, redirect_uri, scope=",".join(SCOPES))

    async def exchange(self, account: Account, clock: Clock, answer: Mapping[str, str], redirect_uri: str) -> Consented:
        """Turn the answer into a grant: an hour's token and a refresh token. NOT repeatable: a code works once.

        Raises Rejected where the signature, the shop or the code is not right.
        """
        given = answer.get("hmac", "").encode()
        expected = signatures(answer, account.secrets["client_secret"])
        if not any(hmac.compare_digest(one.encode(), given) for one in expected):
            raise Rejected("The answer is not signed by Shopify: start the consent again.", code="consent_forged")
        if not _is_of(account, answer.get("shop", "")):
            raise Rejected("The consent is of another shop than the channel's.", code="consent_of_another_shop")
        if not answer.get("code"):
            raise Rejected("The merchant did not give consent.", code="consent_refused")
        async with open_client(account.url, transport=self._transport) as client:
            endpoint = token_endpoint(Caller(client, "shopify"), _app(account), clock)
            return Consented(await endpoint.exchange(answer["code"], redirect_uri, expiring="1"))


def _app(account: Account) -> OAuthApp:
    return shop_app(account.url, account.secrets["client_id"], account.secrets["client_secret"])


def signatures(answer: Mapping[str, str], secret: str) -> tuple[str, str]:
    """Return the hex HMAC-SHA256 over the sorted parameters, made with the app's client secret.

    Shopify's own libraries sign either the parameters as they read, or as they stand in the address; the two
    differ only where a value holds characters that an address escapes.
    """
    signed = sorted((name, value) for name, value in answer.items() if name not in _UNSIGNED)
    read = "&".join(f"{_escaped(name, '%&=')}={_escaped(value, '%&')}" for name, value in signed)
    return _signed(read, secret), _signed(urlencode(signed), secret)


def _signed(message: str, secret: str) -> str:
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def _escaped(text: str, characters: str) -> str:
    for character in characters:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _is_of(account: Account, shop: str) -> bool:
    host = urlsplit(account.url).hostname or ""
    return bool(shop) and (hmac.compare_digest(host.encode(), shop.lower().encode()) or host in LOOPBACK)
