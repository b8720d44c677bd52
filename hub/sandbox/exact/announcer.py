"""Webhooks of Exact: who subscribed, what is told when, and the hash under it."""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import urlsplit

import anyio

from hub.sandbox.exact.catalogue import SUBSCRIPTIONS
from hub.sandbox.exact.division import Change, Division
from hub.sandbox.exact.errors import EXISTS, Refusal, Text, bad_reference
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.payload import missing
from hub.sandbox.exact.table import Row
from hub.sandbox.hooks import Hook, HookSender, Patience
from hub.sandbox.world import World

HOOK_SECRET = "sandbox-hook-secret"  # noqa: S105
TOPICS = frozenset(
    {"Accounts", "GoodsDeliveries", "Items", "SalesInvoices", "SalesOrders", "StockPositions", "PurchaseOrders"}
)
RETRIES = tuple(60.0 * 2**attempt for attempt in range(1, 11))
_JSON = {"Content-Type": "application/json; charset=utf-8"}


class Announcer:
    """Collects changes for a moment, folds repeats, and sends one POST per change and subscription."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance("exact/hooks")
        self._pending: dict[tuple[int, str, str, str], Change] = {}
        self._bell: anyio.Event | None = None
        self._sender = HookSender(world, "exact", Patience(RETRIES, lambda status: status in (200, 201)))
        self.office: Office | None = None

    def announce(self, change: Change) -> None:
        """Note a change for the next batch; without anybody listening it is forgotten."""
        if self.office is None or not self._listeners(change):
            return
        self._pending.setdefault((change.division, change.topic, change.key, change.action), change)
        if self._bell is not None:
            self._bell.set()

    def _listeners(self, change: Change) -> list[Row]:
        if self.office is None:
            return []
        return list(self.office.divisions[change.division].table(SUBSCRIPTIONS.table).find(Topic=change.topic))

    async def run(self) -> None:
        """Send batches for ever, each after Exact's own small delay."""
        while True:
            self._bell = anyio.Event()
            if not self._pending:
                await self._bell.wait()
            settings = self._settled().settings
            await self._world.clock.sleep(self._chance.uniform(settings.hook_delay_min, settings.hook_delay_max))
            batch, self._pending = self._pending, {}
            for change in batch.values():
                for subscription in self._listeners(change):
                    self._sender.send(self._hook(change, subscription))

    def _settled(self) -> Office:
        if self.office is None:
            raise RuntimeError("the announcer has no office yet")
        return self.office

    def _hook(self, change: Change, subscription: Row) -> Hook:
        content = {
            "Topic": change.topic,
            "ClientId": subscription["ClientID"],
            "Division": change.division,
            "Action": change.action,
            "Key": change.key,
            "ExactOnlineEndpoint": f"{self._world.base_url}/exact/api/v1/{change.division}/{change.resource}",
            "EventCreatedOn": change.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{change.at.microsecond // 1000:03d}",
        }
        raw = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
        body = b'{"Content":' + raw + b',"HashCode":"' + self._hash(raw).encode() + b'"}'
        return Hook(change.topic, subscription["CallbackURL"], body, _JSON, subscription["ID"])

    def _hash(self, raw: bytes) -> str:
        settings = self._settled().settings
        key = HOOK_SECRET
        if settings.bad_hashes > 0:
            settings.bad_hashes -= 1
            key = "somebody-else"
        return hmac.new(key.encode(), raw, hashlib.sha256).hexdigest().upper()

    async def subscribe(self, division: Division, values: Row, client: Row) -> Row:
        """Add a subscription after a validation call with an empty body; Refusal 500 where that fails."""
        if faults := missing(SUBSCRIPTIONS, values):
            raise Refusal(500, *faults)
        if values["Topic"] not in TOPICS:
            raise Refusal(500, bad_reference("Topic"))
        if division.table(SUBSCRIPTIONS.table).first(Topic=values["Topic"], ClientID=client["ClientID"]):
            raise Refusal(500, EXISTS)
        if self._settled().settings.validate_hooks:
            await self._validate(values["CallbackURL"])
        return division.insert(SUBSCRIPTIONS.table, values | client | {"ID": division.new_guid("subscription")})

    async def _validate(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise Refusal(500, Text("Ongeldig: Callback-URL", "Invalid: Callback URL"))
        status = await self._sender.post(url, b"", {"Content-Length": "0"})
        if status not in (200, 201):
            told = status or "ConnectFailure"
            raise Refusal(
                500,
                Text(
                    f"Ongeldig: Post naar callback-URL geeft {told} terug",
                    f"Invalid: Post to callback URL endpoint returns {told}",
                ),
            )
