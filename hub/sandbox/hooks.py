"""Delivery of webhooks: one POST at a time, with faults on the way and a platform's own patience."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import anyio
import httpx2

from hub.sandbox.faults import Fault
from hub.sandbox.world import World

LATE = 20.0
REORDERED = 3.0
TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook to be delivered; ``tag`` is the platform's own handle, such as a subscription id."""

    topic: str
    url: str
    body: bytes
    headers: dict[str, str]
    tag: str = ""


class HookOutcome(StrEnum):
    """How one attempt ended, as the platform sees it."""

    DELIVERED = "delivered"
    FAILED = "failed"  # another attempt follows
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Patience:
    """``delays`` are nominal seconds between attempts; no delays, no second attempt. ``timeout`` in real seconds."""

    delays: tuple[float, ...] = ()
    accepted: Callable[[int], bool] = lambda status: 200 <= status < 300
    timeout: float = TIMEOUT


def ignore(hook: Hook, outcome: HookOutcome) -> None:
    """Let the outcome of a delivery pass without a reaction."""


class HookSender:
    """Sends the hooks of one platform; ``announce`` is told of every attempt's outcome."""

    def __init__(
        self,
        world: World,
        platform: str,
        patience: Patience,
        announce: Callable[[Hook, HookOutcome], None] = ignore,
        at_once: int = 8,
    ) -> None:
        self._world = world
        self._platform = platform
        self._patience = patience
        self._announce = announce
        self._at_once = at_once
        self._limiter: anyio.CapacityLimiter | None = None

    def send(self, hook: Hook) -> None:
        """Deliver in the background; a lost hook counts as delivered, as the sender cannot know."""
        if self._world.task_group is not None:
            self._world.task_group.start_soon(self.deliver, hook)

    async def deliver(self, hook: Hook) -> None:
        """Deliver with the faults drawn for this hook; return when delivered, lost or given up."""
        match self._world.faults.hook(self._platform, hook.topic):
            case Fault.HOOK_LOST:
                self._announce(hook, HookOutcome.DELIVERED)
                return
            case Fault.HOOK_DOUBLED:
                await self._insist(hook)
            case Fault.HOOK_LATE:
                await self._world.clock.sleep(LATE)
            case Fault.HOOK_REORDERED:
                await self._world.clock.sleep(REORDERED)
        await self._insist(hook)

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        """POST once and return the status, or None where nothing answered."""
        try:
            answer = await self._world.http.post(url, content=body, headers=headers, timeout=self._patience.timeout)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return None
        except AttributeError as error:
            if error.name not in ("getpeername", "getsockname"):
                raise
            return None  # anyio asks a socket for its peer that the other end has reset by now
        return answer.status_code

    async def _insist(self, hook: Hook) -> None:
        for delay in (*self._patience.delays, None):
            if self._limiter is None:
                self._limiter = anyio.CapacityLimiter(self._at_once)
            async with self._limiter:
                status = await self.post(hook.url, hook.body, hook.headers)
            if status is not None and self._patience.accepted(status):
                self._announce(hook, HookOutcome.DELIVERED)
                return
            if delay is None:
                self._announce(hook, HookOutcome.GIVEN_UP)
                return
            self._announce(hook, HookOutcome.FAILED)
            await self._world.clock.sleep(delay)
