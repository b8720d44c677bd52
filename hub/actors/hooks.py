"""Webhook subscriptions: what should be there is compared with what is listed, and healed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from hub.actors.runtime.turn import Turn
from hub.adapters.port import HookSubscription
from hub.clock import Clock
from hub.outcome import Rejected
from hub.store.divisions import save_hooks
from hub.store.engine import Work


async def heal_hooks(
    turn: Turn,
    clock: Clock,
    *,
    topics: Sequence[str],
    callback: str,
    listed: Sequence[HookSubscription],
    subscribe: Callable[[str], Awaitable[HookSubscription]],
    unsubscribe: Callable[[str], Awaitable[None]],
) -> None:
    """Create what is missing, replace what was switched off or has an old address, and store how each topic stands.

    Subscriptions of other applications are left alone: only a callback with our own path is ours.
    """
    problems: dict[str, str | None] = {}
    found: dict[str, str | None] = {}
    for topic in topics:
        mine = [one for one in listed if one.topic == topic and _ours(one, callback)]
        good = next((one for one in mine if one.active and one.callback == callback), None)
        for stale in [one for one in mine if one is not good]:
            await unsubscribe(stale.external_id)
        try:
            good = good or await subscribe(topic)
            found[topic], problems[topic] = good.external_id, None
        except Rejected as refusal:
            found[topic], problems[topic] = None, refusal.reason
    address, now = turn.address, clock.now()

    async def store(work: Work) -> None:
        await save_hooks(work, address.tenant, str(address), found, problems, now)

    turn.write(store)


def _ours(listed: HookSubscription, callback: str) -> bool:
    return urlsplit(listed.callback).path.endswith(urlsplit(callback).path)
