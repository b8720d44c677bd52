"""Push notifications: subscriptions, the key they are signed with, and their delivery."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from hub.sandbox.bol.switches import Switches
from hub.sandbox.hooks import Hook, HookOutcome, HookSender, Patience
from hub.sandbox.world import World

RETAILER_ID = 1000001
ATTEMPT_DELAYS = (5.0, 10.0, 20.0, 40.0, 60.0, 90.0, 120.0, 120.0, 120.0)
"""Nominal seconds between the ten attempts; after the last the subscription is switched off."""


@dataclass(slots=True)
class Subscription:
    """Where to send which kinds of events."""

    subscription_id: str
    resources: list[str]
    url: str
    kind: str = "WEBHOOK"
    enabled: bool = True
    identity: str | None = None

    def shown(self) -> dict[str, Any]:
        """Return the subscription as the API writes it."""
        body: dict[str, Any] = {"id": self.subscription_id, "resources": self.resources, "url": self.url}
        body |= {"subscriptionType": self.kind, "enabled": self.enabled}
        return body | ({"identity": self.identity} if self.identity else {})


@dataclass
class SigningKey:
    """An RSA key pair with the id under which its public half is published."""

    key_id: str
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def published(self) -> dict[str, str]:
        """Return the public half as base64 of its X.509 SubjectPublicKeyInfo."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        public = self.private.public_key().public_bytes(serialization.Encoding.DER, form)
        return {"id": self.key_id, "type": "RSA", "publicKey": base64.b64encode(public).decode()}

    def signature_header(self, body: bytes) -> str:
        """Return the ``Signature`` header: RSA PKCS#1 v1.5 with SHA-256 over the raw body."""
        seal = base64.b64encode(self.private.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()
        return f'keyId="{self.key_id}",algorithm="rsa-sha256",signature="{seal}"'


class Push:
    """Delivers events at least once and in no order; ten failures switch a subscription off."""

    def __init__(self, world: World, switches: Switches) -> None:
        self._world, self._switches = world, switches
        self._sender = HookSender(world, "bol", Patience(ATTEMPT_DELAYS), self._learn)
        self._numbers = count(1)
        self.subscriptions: dict[str, Subscription] = {}

    @cached_property
    def key(self) -> SigningKey:
        """The account's key; made when first needed, as that takes a tenth of a second."""
        return SigningKey("0")

    def next_id(self) -> str:
        return str(next(self._numbers))

    def tell(self, resource: str, kind: str, resource_id: str) -> None:
        """Send one event to every subscription that wants it."""
        for subscription in self.subscriptions.values():
            if subscription.enabled and subscription.kind == "WEBHOOK" and resource in subscription.resources:
                self.send(subscription, resource, kind, resource_id)

    def send(self, subscription: Subscription, resource: str, kind: str, resource_id: str) -> None:
        """Send one event to one subscription; the body holds ids only."""
        event = {"resource": resource, "type": kind, "resourceId": resource_id}
        stamp = self._world.clock.now().isoformat(timespec="milliseconds")
        body = json.dumps({"retailerId": RETAILER_ID, "timestamp": stamp, "event": event}).encode()
        headers = {"Content-Type": "application/json", "Signature": self._sign(body)}
        self._sender.send(Hook(resource, subscription.url, body, headers, subscription.subscription_id))

    def _sign(self, body: bytes) -> str:
        if self._switches.bad_signatures > 0:
            self._switches.bad_signatures -= 1
            return self.key.signature_header(body + b" ")
        if self._switches.unknown_keys > 0:
            self._switches.unknown_keys -= 1
            return SigningKey("unpublished").signature_header(body)
        return self.key.signature_header(body)

    def _learn(self, hook: Hook, outcome: HookOutcome) -> None:
        subscription = self.subscriptions.get(hook.tag)
        if subscription is not None and outcome is HookOutcome.GIVEN_UP:
            subscription.enabled = False
