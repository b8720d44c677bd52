"""What a person can do to an actor; mail is collected whatever its status."""

from __future__ import annotations

from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox.flush import flush_mail
from hub.actors.runtime.mailbox.letters import Status, Steer
from hub.actors.runtime.mailbox.posting import LAST, MAIL
from hub.store.engine import Work

ALL_LANES = ""


async def pause(work: Work, address: Address, reason: str | None = None) -> None:
    """Stop an actor after the turns in flight, until ``resume``; idempotent."""
    _steer(work, address, Status.PAUSED, reason)


async def suspend(work: Work, address: Address, reason: str) -> None:
    """Stop an actor whose credentials no longer work, until ``resume``; a paused actor stays paused."""
    _steer(work, address, Status.SUSPENDED, reason, frozenset(Status) - {Status.PAUSED})


async def resume(work: Work, address: Address) -> None:
    """Let an actor work, whatever stopped it, and try at once what was waiting for another attempt; idempotent."""
    _steer(work, address, Status.ACTIVE, None, fresh=True)


async def wake(work: Work, address: Address) -> None:
    """Let an actor that works try at once what was waiting for another attempt; others are left alone."""
    _steer(work, address, Status.ACTIVE, None, frozenset({Status.ACTIVE}), fresh=True)


def _steer(
    work: Work,
    address: Address,
    status: Status,
    reason: str | None,
    only_from: frozenset[Status] = frozenset(Status),
    *,
    fresh: bool = False,
) -> None:
    key = (address.tenant, str(address))
    work.defer(flush_mail, Steer(key, status, work.clock.now(), reason, only_from, fresh), order=LAST)
    work.signal(MAIL, (key, ALL_LANES))
