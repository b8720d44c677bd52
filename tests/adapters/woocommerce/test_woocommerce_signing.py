"""One-legged OAuth 1.0a as RFC 5849 writes it, with HMAC-SHA256."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from itertools import count

import httpx2

from hub.adapters.woocommerce.signing import OneLegged, signature
from tests.adapters.handclock import HandClock

RFC_PARAMETERS = [
    ("b5", "=%3D"),
    ("a3", "a"),
    ("c@", ""),
    ("a2", "r b"),
    ("oauth_consumer_key", "9djdj82h48djs9d2"),
    ("oauth_token", "kkk9d7dh3k39sjv7"),
    ("oauth_signature_method", "HMAC-SHA1"),
    ("oauth_timestamp", "137131201"),
    ("oauth_nonce", "7d8f3e4a"),
    ("c2", ""),
    ("a3", "2 q"),
]
RFC_BASE = (
    "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D"
    "%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1"
    "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
)


def sealed(base: str, secret: str) -> str:
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), base.encode(), hashlib.sha256)).decode()


def test_the_example_of_the_rfc_is_signed_over_the_base_string_it_prints() -> None:
    """RFC 5849, section 3.4.1.1; sealed with SHA-256 and without a token secret, as shops want it."""
    found = signature("POST", "http://EXAMPLE.COM:80/request", RFC_PARAMETERS, "j49sk3j29djd")
    assert found == sealed(RFC_BASE, "j49sk3j29djd")


def test_a_secret_with_odd_characters_is_encoded_in_the_key() -> None:
    assert signature("POST", "http://example.com/request", RFC_PARAMETERS, "a&b") == sealed(RFC_BASE, "a%26b")


def signed(request: httpx2.Request, clock: HandClock, nonces: count[int]) -> httpx2.URL:
    auth = OneLegged("ck_key", "cs_secret", clock, lambda: f"nonce{next(nonces)}")
    return next(auth.auth_flow(request)).url


def test_a_request_is_signed_in_its_query_with_time_and_nonce_and_keeps_its_parameters() -> None:
    clock, nonces = HandClock(datetime(2026, 11, 23, 12, tzinfo=UTC)), count(1)
    request = httpx2.Request("GET", "http://shop.test:8088/wp-json/wc/v3/products?sku=a%20b,c&_fields=id,sku")
    params = signed(request, clock, nonces).params
    assert (params["sku"], params["_fields"], params["oauth_consumer_key"]) == ("a b,c", "id,sku", "ck_key")
    assert (params["oauth_timestamp"], params["oauth_nonce"]) == ("1795435200", "nonce1")
    pairs = [pair for pair in params.multi_items() if pair[0] != "oauth_signature"]
    expected = signature("GET", "http://shop.test:8088/wp-json/wc/v3/products", pairs, "cs_secret")
    assert params["oauth_signature"] == expected


def test_a_repeated_request_has_a_new_nonce_and_one_signature() -> None:
    clock, nonces = HandClock(datetime(2026, 11, 23, 12, tzinfo=UTC)), count(1)
    request = httpx2.Request("GET", "http://shop.test/wp-json/wc/v3/orders?page=2")
    signed(request, clock, nonces)
    again = signed(request, clock, nonces)
    assert again.params.get_list("oauth_nonce") == ["nonce2"]
    assert len(again.params.get_list("oauth_signature")) == 1
