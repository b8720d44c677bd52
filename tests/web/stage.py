"""The hub's doors on a real database, with signers that are not the hub's own code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.adapters.bol.webhooks import BolHooks
from hub.adapters.exact.webhooks import ExactHooks
from hub.adapters.port import HookReader
from hub.adapters.shopify.webhooks import ShopHooks
from hub.adapters.woocommerce.webhooks import WooHooks
from hub.clock import SystemClock
from hub.domain.channel import ChannelSettings, ChannelStatus
from hub.domain.platform import Platform
from hub.domain.product import Division
from hub.domain.tenant import Principal
from hub.node.platforms import CONTRACTS
from hub.outcome import Rejected, Unavailable
from hub.store.channels import StoredChannel, insert_channel
from hub.store.connections import ErpConnection, ErpCredentials, create_connection
from hub.store.divisions import save_divisions
from hub.store.engine import Database, Work
from hub.store.sealed import CHANNEL_CREDENTIALS, CHANNEL_HOOK_SECRET
from hub.store.secrets import Vault
from hub.store.tables import division, message
from hub.store.tenants import create_tenant
from hub.store.tickets import Subject
from hub.store.tokens import principal_of
from hub.web.app import make_app
from hub.web.doors import Doors, Limits

HOOK_SECRET = "exact webhook secret"
SHOP_SECRET = "shop & secret <>"


class Hands(SystemClock):
    """A clock whose seconds pass only where a test moves it on."""

    def __init__(self) -> None:
        self.began, self.ahead = super().monotonic(), 0.0

    def monotonic(self) -> float:
        return self.began + self.ahead


class NoApi:
    """Stands where the API is mounted; these tests are about the other doors."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@dataclass
class Exact:
    """A platform with a consent: knows one code, and remembers what it was asked."""

    title: str = "Exact Online"
    mutation: str = "erpConnectionReconnect"
    granted_for: list[Subject] = field(default_factory=list)
    seen_redirect: str = ""

    async def address(self, subject: Subject, state: str, redirect_uri: str) -> str | None:
        return f"https://exact.test/api/oauth2/auth?state={state}&redirect_uri={redirect_uri}"

    def consented(self, answer: Mapping[str, str]) -> bool:
        return bool(answer.get("code"))

    async def connect(self, subject: Subject, answer: Mapping[str, str], redirect_uri: str) -> str:
        self.seen_redirect = redirect_uri
        if answer["code"] != "good":
            raise Rejected("Token is not allowed")
        self.granted_for.append(subject)
        return "It opened 1 divisions."


DIVISION = Division(code=123456, description="Acme", country="NL", currency="EUR")
UNREACHABLE = Unavailable("no answer")


@dataclass
class Stage:
    """A tenant with one ERP connection, a bol.com account and two shops, and a client at the door."""

    app: ASGIApp
    client: httpx2.AsyncClient
    database: Database
    vault: Vault
    clock: Hands
    exact: Exact
    connection: ErpConnection
    key: rsa.RSAPrivateKey

    async def mail(self) -> list[tuple[str, str, Any]]:
        """Return what waits in the mailboxes: address, kind, body."""
        statement = select(message.c.address, message.c.kind, message.c.body)
        async with self.database.read() as connection:
            rows = await connection.execute(statement.order_by(message.c.address, message.c.kind, message.c.seq))
            return [(row.address, row.kind, row.body) for row in rows]

    async def push_exact(self, body: bytes, connection_id: str | None = None) -> httpx2.Response:
        return await self.client.post(f"/webhooks/exact/{connection_id or self.connection.connection_id}", content=body)

    async def push_shop(
        self, body: bytes, topic: str = "order.updated", signature: str | None = None
    ) -> httpx2.Response:
        headers = {
            "x-wc-webhook-topic": topic,
            "x-wc-webhook-signature": shop_signature(body) if signature is None else signature,
        }
        return await self.client.post("/webhooks/woocommerce/acme/shop", content=body, headers=headers)

    async def push_shopify(self, body: bytes, topic: str, event_id: str) -> httpx2.Response:
        headers = {
            "x-shopify-topic": topic,
            "x-shopify-hmac-sha256": shop_signature(body),
            "x-shopify-webhook-id": event_id,
        }
        return await self.client.post("/webhooks/shopify/acme/shopify", content=body, headers=headers)

    async def push_bol(self, body: bytes, key_id: str = "0") -> httpx2.Response:
        signed = base64.b64encode(self.key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()
        headers = {"signature": f"keyId={key_id},algorithm=rsa-sha256,signature={signed}"}
        return await self.client.post("/webhooks/bol/acme/bol-1", content=body, headers=headers)


def exact_body(topic: str = "StockPositions", key: str = "aaaaaaaa-bbbb-cccc-dddd-000000000001", **other: Any) -> bytes:
    """Return a delivery as Exact makes it: compact, hashed over the raw text of Content."""
    content = {
        "Topic": topic,
        "ClientId": "11111111-2222-3333-4444-555555555555",
        "Division": 123456,
        "Action": "Update",
        "Key": key,
        "ExactOnlineEndpoint": f"https://start.exactonline.nl/api/v1/123456/read/logistics/StockPosition?itemId=guid'{key}'",
        "EventCreatedOn": "2026-11-23T09:26:08.587",
    }
    return exact_signed(json.dumps(content | other, separators=(",", ":")).encode())


def exact_signed(content: bytes, secret: str = HOOK_SECRET) -> bytes:
    digest = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest().upper()
    return b'{"Content":' + content + b',"HashCode":"' + digest.encode() + b'"}'


def shop_signature(body: bytes, secret: str = SHOP_SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def bol_body(resource: str, key: str) -> bytes:
    event = {"resource": resource, "type": "ORDER_CREATED", "resourceId": key}
    return json.dumps({"retailerId": 1, "timestamp": "2026-11-23T10:00:00+01:00", "event": event}).encode()


class Opening:
    """Fills the database and opens the doors."""

    def __init__(self, database: Database, key: rsa.RSAPrivateKey, limits: Limits) -> None:
        self.database, self.key, self.limits = database, key, limits
        self.vault, self.clock, self.exact = Vault([os.urandom(32)]), Hands(), Exact()

    async def __aenter__(self) -> Stage:
        connection = await self.database.write(self._fill)
        readers: dict[str, HookReader] = {
            "exact": ExactHooks(),
            "bol": BolHooks(),
            "shopify": ShopHooks(),
            "woocommerce": WooHooks(),
        }
        app = make_app(
            Doors(
                database=self.database,
                vault=self.vault,
                clock=self.clock,
                readers=readers,
                graphql=NoApi(),
                authenticate=self._authenticate,
                consents={"exact": self.exact},
                public_url="https://hub.test",
                limits=self.limits,
                contracts=CONTRACTS,
            )
        )
        self.client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://hub.test")
        return Stage(app, self.client, self.database, self.vault, self.clock, self.exact, connection, self.key)

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def _authenticate(self, token: str) -> Principal | None:
        async with self.database.read() as connection:
            return await principal_of(connection, token, self.clock.now())

    async def _fill(self, work: Work) -> ErpConnection:
        await create_tenant(work, "acme", "Acme")
        credentials = ErpCredentials("client", "secret", HOOK_SECRET)
        made = await create_connection(work, self.vault, "acme", "Main", "https://exact.test", credentials)
        await save_divisions(work, "acme", made.connection_id, [DIVISION])
        await work.execute(division.update().values(enabled=True))
        await self._channel(work, Platform.BOL, "bol-1", self._keys())
        await self._channel(work, Platform.SHOPIFY, "shopify", SHOP_SECRET)
        await self._channel(work, Platform.WOOCOMMERCE, "shop", SHOP_SECRET)
        await self._channel(work, Platform.WOOCOMMERCE, "new-shop", None)
        return made

    def _keys(self) -> str:
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return json.dumps({"0": base64.b64encode(public).decode()})

    async def _channel(self, work: Work, platform: Platform, channel_id: str, secret: str | None) -> None:
        sealed = self.vault.seal(b"{}", CHANNEL_CREDENTIALS.place("acme", channel_id))
        place = CHANNEL_HOOK_SECRET.place("acme", channel_id)
        hook_secret = None if secret is None else self.vault.seal(secret.encode(), place)
        stored = StoredChannel(
            "acme", channel_id, platform, channel_id, "https://shop.test",
            ChannelStatus.ACTIVE, ChannelSettings(), sealed, hook_secret,
        )  # fmt: skip
        await insert_channel(work, stored, work.clock.now())
