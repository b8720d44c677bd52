"""Webhooks as the contract wants them: signed over id, time and body, insisted on, given up after a while."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from hub.sandbox.generic.switches import Switches
from hub.sandbox.hooks import Hook, HookOutcome, HookSender, Patience
from hub.sandbox.world import World

TOPIC = "order.changed"
SECRET = f"whsec_{base64.b64encode(b'the generic shop and the hub 032').decode()}"
OLD_SECRET = f"whsec_{base64.b64encode(b'the generic shop and the hub 031').decode()}"
DELAYS = (5.0, 60.0, 120.0)
"""Nominal seconds between attempts: together within the five minutes that a signature is good for."""
LAST_FAILURE = 10


@dataclass(slots=True)
class Subscription:
    """The hub's subscription to the one topic."""

    callback: str
    active: bool = True
    failures: int = 0

    def shown(self) -> dict[str, Any]:
        return {"topic": TOPIC, "callback": self.callback, "active": self.active}


class Hooks:
    """Tells the hub which orders changed."""

    def __init__(self, world: World, switches: Switches) -> None:
        self._world = world
        self._switches = switches
        self._sender = HookSender(world, "generic", Patience(DELAYS), self._learn)
        self._events = count(1)
        self.subscription: Subscription | None = None

    def tell(self, order_id: str, changed_at: datetime) -> None:
        """Send an event where the hub has subscribed."""
        if self.subscription is None or not self.subscription.active:
            return
        event = {"type": TOPIC, "timestamp": _instant(changed_at), "data": {"id": order_id}}
        body = json.dumps(event, separators=(",", ":")).encode()
        self._sender.send(Hook(TOPIC, self.subscription.callback, body, self._headers(body)))

    def _headers(self, body: bytes) -> dict[str, str]:
        event_id, timestamp = f"evt_{next(self._events):08d}", str(int(self._world.clock.epoch()))
        secrets = [SECRET, OLD_SECRET] if self._switches.old_secret_too else [SECRET]
        return {
            "Content-Type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(signature(each, event_id, timestamp, body) for each in secrets),
        }

    def _learn(self, hook: Hook, outcome: HookOutcome) -> None:
        """Switch the subscription off when nobody took the last deliveries."""
        if self.subscription is None or outcome is HookOutcome.FAILED:
            return
        self.subscription.failures = 0 if outcome is HookOutcome.DELIVERED else self.subscription.failures + 1
        if self.subscription.failures >= LAST_FAILURE:
            self.subscription.active = False


def signature(secret: str, event_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((event_id.encode(), timestamp.encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
