"""The webhook doors: verified over the raw bytes, answered only after the mail is durable."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry import context, trace
from opentelemetry.trace import SpanKind
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from hub.actors.channel.hints import OddKey, usable
from hub.actors.desk import channel_address
from hub.actors.messages import ReadHookKeys
from hub.actors.runtime.mailbox import post
from hub.adapters.port import BadPayload, BadSignature, Hint, HookReader, UnknownKey
from hub.metrics import SCOPE, Attribute, Metric, counter
from hub.spans import Current
from hub.store.engine import Draft, StoreUnavailable
from hub.store.secrets import KeyMissing, SealBroken
from hub.telemetry import SpanName
from hub.web.body import TooLarge, TooSlow, read_body
from hub.web.bounded import Rate, Recent
from hub.web.doors import Doors
from hub.web.hook_answers import HOOK_ANSWERS, Outcome
from hub.web.hook_routes import ChannelRoute, Door, Letter, Route, find_route

ROUTE_SECONDS = 5.0
DOUBT_SECONDS = 1.0
"""A refused delivery is judged again by a newer secret where the one in hand is older than this."""
KEYS_PER_SECOND = 1 / 360
"""bol.com gives its signature keys ten times an hour."""

NOTHING_BEFORE = context.Context()
"""No platform tells a trace of its own."""

_log = logging.getLogger(__name__)
_tracer = trace.get_tracer(SCOPE)
_webhooks = counter(Metric.WEBHOOKS)


@dataclass(slots=True)
class Delivery:
    """One webhook call as it came in."""

    door: Door
    headers: dict[str, str]
    body: bytes


class Webhooks:
    """Answers deliveries; a duplicate folds into the mail that waits already, or is dropped by its event's id."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._routes: Recent[Door, Route | None] = Recent(self._find, doors.clock, ROUTE_SECONDS, 10_000)
        self._rate: Rate[Door] = Rate(doors.clock, doors.limits.rate, doors.limits.burst)
        self._keys: Rate[Door] = Rate(doors.clock, KEYS_PER_SECOND, 1)

    async def __call__(self, door: Door, scope: Scope, receive: Receive, send: Send) -> None:
        """Take what was posted at a door and say how that ended."""
        platform = door.platform if door.platform in self._doors.readers else "other"
        about: dict[str, str] = {Attribute.PLATFORM: platform}
        span = _tracer.start_span(SpanName.WEBHOOK, NOTHING_BEFORE, kind=SpanKind.SERVER, attributes=about)
        with Current(span, NOTHING_BEFORE):
            outcome = await self._tried(door, scope, receive)
            span.set_attribute(Attribute.OUTCOME, outcome)
        _webhooks.add(1, {Attribute.PLATFORM: platform, Attribute.OUTCOME: outcome})
        await HOOK_ANSWERS[outcome](send)

    async def _tried(self, door: Door, scope: Scope, receive: Receive) -> Outcome:
        try:
            return await self._take(door, scope, receive)
        except TooLarge:
            return Outcome.OVERSIZED
        except TooSlow:
            return Outcome.LATE
        except (BadPayload, OddKey, ClientDisconnect):
            return Outcome.MALFORMED
        except StoreUnavailable as gone:
            _log.warning("a webhook was not accepted: %s", gone.reason)
            return Outcome.UNAVAILABLE
        except (KeyMissing, SealBroken) as problem:
            _log.error("a webhook secret cannot be opened: %s", problem)
            return Outcome.UNAVAILABLE

    async def _take(self, door: Door, scope: Scope, receive: Receive) -> Outcome:
        if scope["method"] != "POST":
            return Outcome.NOT_POSTED
        reader = self._doors.readers.get(door.platform)
        route = None if reader is None else await self._routes.get(door)
        if reader is None or route is None:
            return Outcome.UNKNOWN
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        limits = self._doors.limits
        body = await read_body(receive, headers.get("content-length", ""), limits.body, limits.patience)
        return await self._judge(reader, route, Delivery(door, headers, body))

    async def _judge(self, reader: HookReader, route: Route, delivery: Delivery) -> Outcome:
        """Verify with the secret in hand; one that is refused gets a second look with a secret read just now."""
        try:
            return await self._read(reader, route, delivery)
        except BadSignature:
            newer = await self._routes.get(delivery.door, younger_than=DOUBT_SECONDS)
        try:
            return Outcome.UNKNOWN if newer is None else await self._read(reader, newer, delivery)
        except UnknownKey:
            await self._ask_for_keys(delivery.door, route)
            return Outcome.UNKNOWN_KEY
        except BadSignature:
            return Outcome.BAD_SIGNATURE

    async def _read(self, reader: HookReader, route: Route, delivery: Delivery) -> Outcome:
        hints = reader.read(delivery.headers, delivery.body, route.secret)
        if not hints:
            return Outcome.PING
        if not self._rate.allows(delivery.door):
            return Outcome.LIMITED
        known = [hint for hint in hints if route.knows(hint)]
        if len(known) < len(hints):
            route = await self._routes.get(delivery.door, younger_than=DOUBT_SECONDS) or route
            known = [hint for hint in hints if route.knows(hint)]
        now = self._doors.clock.now()
        letters = [
            (letter, _identity(hint, place)) for hint in known for place, letter in enumerate(route.letters(hint, now))
        ]
        if not letters:
            return Outcome.IGNORED if known else Outcome.UNKNOWN_DIVISION
        trace.get_current_span().set_attribute(Attribute.TOPIC, hints[0].topic)
        await self._post(letters)
        return Outcome.ACCEPTED

    async def _ask_for_keys(self, door: Door, route: Route) -> None:
        if isinstance(route, ChannelRoute) and self._keys.allows(door):
            await self._post([((channel_address(route.tenant_id, route.channel_id), ReadHookKeys()), None)])

    async def _post(self, letters: Sequence[tuple[Letter, str | None]]) -> None:
        """Post letters, each once for good where it has an identity."""

        draft = Draft(self._doors.clock)
        for (address, message), identity in letters:
            post(draft, address, message, dedupe=identity)
        await self._doors.database.keep(draft)

    async def _find(self, door: Door) -> Route | None:
        async with self._doors.database.read() as connection:
            return await find_route(connection, self._doors.vault, door)


def _identity(hint: Hint, place: int) -> str | None:
    """Return what makes a letter of an event the same when the event is delivered again. Raises ``OddKey``."""
    return None if hint.event_id is None else f"{usable(hint.event_id)}/{place}"
