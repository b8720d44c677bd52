"""OIDC access tokens: one issuer, one audience, keys as published, and nothing else."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.clock import SystemClock
from hub.domain.tenant import Principal, Role
from hub.store.engine import Database
from hub.store.tenants import create_tenant
from hub.web.oidc import RETRY_SECONDS, Oidc
from tests.web.stage import Hands

ISSUER, AUDIENCE = "https://login.test", "https://hub.test"
FIRST = RSAKey.generate_key(2048, {"kid": "first"})
SECOND = ECKey.generate_key("P-256", {"kid": "second"})


class Login:
    """The issuer: publishes keys, and can be away."""

    def __init__(self) -> None:
        self.keys: list[Any] = [FIRST]
        self.away = False
        self.asked = 0

    def app(self) -> Starlette:
        async def keys(request: Request) -> Response:
            self.asked += 1
            published = KeySet(self.keys).as_dict(private=False)
            return Response(status_code=503) if self.away else JSONResponse(published)

        return Starlette(routes=[Route("/keys", keys)])


class Desk:
    """Asks about tokens as the API does."""

    def __init__(self, oidc: Oidc, database: Database, login: Login, clock: Hands) -> None:
        self.oidc, self.database, self.login, self.clock = oidc, database, login, clock

    async def who(self, token: str) -> Principal | None:
        async with self.database.read() as connection:
            return await self.oidc.principal(connection, token)


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    login, clock = Login(), Hands()
    async with (
        Database.open(sqlite_url, SystemClock()) as database,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=login.app())) as http,
    ):
        await database.write(lambda work: create_tenant(work, "acme", "Acme"))
        oidc = Oidc(http, clock, issuer=ISSUER, audience=AUDIENCE, jwks_url="https://login.test/keys")
        yield Desk(oidc, database, login, clock)


def token(key: Any = FIRST, algorithm: str = "RS256", **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": [AUDIENCE], "sub": "u-1", "exp": now + 300, "tenant": "acme", "role": "operator",
    }  # fmt: skip
    claims |= changes
    kept = {name: value for name, value in claims.items() if value is not None}
    header = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt"}
    return jwt.encode(header, kept, key, algorithms=[algorithm])


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def plain(header: dict[str, str]) -> str:
    return text(json.dumps(header).encode())


async def test_a_token_of_the_issuer_names_tenant_and_role(desk: Desk) -> None:
    assert await desk.who(token()) == Principal("acme", Role.OPERATOR, "oidc:u-1")
    assert await desk.who(token(role="admin")) == Principal("acme", Role.ADMIN, "oidc:u-1")
    assert desk.login.asked == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.test"}, {"aud": "https://other.test"}, {"aud": None}, {"exp": 1}, {"exp": None},
        {"exp": "soon"}, {"sub": None}, {"nbf": 99999999999}, {"tenant": "nobody"}, {"tenant": None},
        {"tenant": ["acme"]},
        {"tenant": "ac\x00me"}, {"role": "root"}, {"role": None}, {"role": ["admin"]},
    ],
)  # fmt: skip
async def test_a_token_that_does_not_fit_opens_nothing(desk: Desk, changes: dict[str, Any]) -> None:
    assert await desk.who(token(**changes)) is None


async def test_a_forged_signature_opens_nothing(desk: Desk) -> None:
    other = RSAKey.generate_key(2048, {"kid": "first"})
    body = token().split(".")[1]
    confused = plain({"alg": "HS256", "kid": "first"}) + "." + body
    confused += "." + text(hmac.digest(FIRST.as_pem(private=False), confused.encode(), "sha256"))
    nothing = plain({"alg": "none"})
    for forged in (
        token(other),
        confused,
        f"{nothing}.{body}.",
        "a.b.c",
        "..",
        "x" * 20_000,
        "",
        "é.é.é",
    ):
        assert await desk.who(forged) is None


async def test_a_new_key_of_the_issuer_is_found_without_a_restart(desk: Desk) -> None:
    assert await desk.who(token()) is not None
    desk.login.keys = [SECOND]
    assert await desk.who(token(SECOND, "ES256")) is None
    desk.clock.ahead += RETRY_SECONDS + 1
    assert await desk.who(token(SECOND, "ES256")) is not None
    assert await desk.who(token()) is None


async def test_made_up_keys_do_not_make_the_hub_ask_again_and_again(desk: Desk) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "stranger"})
    for _ in range(20):
        assert await desk.who(token(stranger, "ES256")) is None
    assert desk.login.asked == 1


async def test_an_issuer_that_is_away_lets_nobody_new_in_and_is_asked_again(desk: Desk) -> None:
    desk.login.away = True
    assert await desk.who(token()) is None
    desk.login.away = False
    desk.clock.ahead += RETRY_SECONDS + 1
    assert await desk.who(token()) is not None
    desk.login.away = True
    desk.clock.ahead += 4000
    assert await desk.who(token()) is not None


async def test_an_address_of_a_person_is_not_put_into_the_log(desk: Desk) -> None:
    found = await desk.who(token(sub="jan@example.test"))
    assert found is not None
    assert "jan" not in found.label
