"""The webhook doors: verified over the raw bytes, answered only after the mail is durable."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry import context, trace
from opentelemetry.trace import Span, SpanKind, use_span
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from hub.actors.channel.hints import OddKey, usable
from hub.actors.desk import channel_address
from hub.actors.messages import ReadHookKeys
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.trace import traceparent_of
from hub.adapters.port import BadPayload, BadSignature, Hint, HookReader, UnknownKey
from hub.metrics import SCOPE, Attribute, Metric, counter
from hub.store.engine import Draft, StoreUnavailable
from hub.store.secrets import KeyMissing, SealBroken
from hub.telemetry import SpanName
from hub.web.body import TooLarge, TooSlow, read_body
from hub.web.bounded import Rate, Recent
from hub.web.doors import Doors
from hub.web.hook_answers import HOOK_ANSWERS, Outcome
from hub.web.hook_routes import ChannelRoute, Door, Route, find_route

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
    span: Span


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
        try:
            outcome = await self._tried(door, scope, receive, span)
            span.set_attribute(Attribute.OUTCOME, outcome)
        finally:
            span.end()
        _webhooks.add(1, {Attribute.PLATFORM: platform, Attribute.OUTCOME: outcome})
        await HOOK_ANSWERS[outcome](send)

    async def _tried(self, door: Door, scope: Scope, receive: Receive, span: Span) -> Outcome:
        try:
            return await self._take(door, scope, receive, span)
        except TooLarge:
            return Outcome.OVERSIZED
        except TooSlow:
            return Outcome.LATE
        except (BadPayload, OddKey, ClientDisconnect):
            return Outcome.MALFORMED
        except StoreUnavailable as gone:
            with use_span(span):
                _log.warning("a webhook was not accepted: %s", gone.reason)
            return Outcome.UNAVAILABLE
        except (KeyMissing, SealBroken) as problem:
            with use_span(span):
                _log.error("a webhook secret cannot be opened: %s", problem)
            return Outcome.UNAVAILABLE

    async def _take(self, door: Door, scope: Scope, receive: Receive, span: Span) -> Outcome:
        if scope["method"] != "POST":
            return Outcome.NOT_POSTED
        reader = self._doors.readers.get(door.platform)
        route = None if reader is None else await self._routes.get(door)
        if reader is None or route is None:
            return Outcome.UNKNOWN
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        limits = self._doors.limits
        body = await read_body(receive, headers.get("content-length", ""), limits.body, limits.patience)
        try:
            hints = reader.read(headers, body, route.secret)
        except BadSignature:
            return await self._doubted(reader, route, Delivery(door, headers, body, span))
        return await self._accept(door, route, hints, span)

    async def _doubted(self, reader: HookReader, route: Route, delivery: Delivery) -> Outcome:
        """Give a delivery that was refused a second look, with a secret read just now."""
        newer = await self._routes.get(delivery.door, younger_than=DOUBT_SECONDS)
        if newer is None:
            return Outcome.UNKNOWN
        try:
            hints = reader.read(delivery.headers, delivery.body, newer.secret)
        except UnknownKey:
            await self._ask_for_keys(delivery, route)
            return Outcome.UNKNOWN_KEY
        except BadSignature:
            return Outcome.BAD_SIGNATURE
        return await self._accept(delivery.door, newer, hints, delivery.span)

    async def _accept(self, door: Door, route: Route, hints: Sequence[Hint], span: Span) -> Outcome:
        if not hints:
            return Outcome.PING
        if not self._rate.allows(door):
            return Outcome.LIMITED
        known = [hint for hint in hints if route.knows(hint)]
        if len(known) < len(hints):
            route = await self._routes.get(door, younger_than=DOUBT_SECONDS) or route
            known = [hint for hint in hints if route.knows(hint)]
        draft = self._drafted(route, known, span)
        if not draft.deferred:
            return Outcome.IGNORED if known else Outcome.UNKNOWN_DIVISION
        span.set_attribute(Attribute.TOPIC, hints[0].topic)
        await self._doors.database.keep(draft)
        return Outcome.ACCEPTED

    def _drafted(self, route: Route, hints: Sequence[Hint], span: Span) -> Draft:
        """Return the mail of some hints, each letter once for good where its event has an identity."""
        draft, now, origin = Draft(self._doors.clock), self._doors.clock.now(), traceparent_of(span)
        for hint in hints:
            for place, (address, message) in enumerate(route.letters(hint, now)):
                post(draft, address, message, dedupe=_identity(hint, place), traceparent=origin)
        return draft

    async def _ask_for_keys(self, delivery: Delivery, route: Route) -> None:
        if isinstance(route, ChannelRoute) and self._keys.allows(delivery.door):
            draft, address = Draft(self._doors.clock), channel_address(route.tenant_id, route.channel_id)
            post(draft, address, ReadHookKeys(), traceparent=traceparent_of(delivery.span))
            await self._doors.database.keep(draft)

    async def _find(self, door: Door) -> Route | None:
        async with self._doors.database.read() as connection:
            return await find_route(connection, self._doors.vault, door)


def _identity(hint: Hint, place: int) -> str | None:
    """Return what makes a letter of an event the same when the event is delivered again. Raises ``OddKey``."""
    return None if hint.event_id is None else f"{usable(hint.event_id)}/{place}"
