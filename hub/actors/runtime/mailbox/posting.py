"""Putting a message into a mailbox, as part of any caller's unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox.flush import flush_mail
from hub.actors.runtime.mailbox.letters import Key, Post
from hub.actors.runtime.message import Message, fold_of, kind_of, pack_text
from hub.actors.runtime.trace import current_traceparent
from hub.store.engine import Draft

MAIL = "mail"
LAST = 1000

Ring: TypeAlias = Post | tuple[Key, str]
"""What the mail topic signals: new mail, or whose mailbox and which lane (empty: all of them) something happened to."""

NOBODY: Ring = (("", ""), "")


def of_ring(ring: Ring) -> tuple[Key, str]:
    """Return whose mailbox and which lane a ring is about."""
    return (ring.key, ring.lane) if isinstance(ring, Post) else ring


def post(
    work: Draft,
    address: Address,
    message: Message,
    *,
    due_at: datetime | None = None,
    dedupe: str | None = None,
    traceparent: str | None = None,
) -> None:
    """Send a message that is durable together with everything else in ``work``.

    ``due_at`` (UTC) makes it wait until then. A message whose ``dedupe`` identity was posted to this address
    before is dropped. Where a message with the same fold key waits, its value is replaced and its place kept.
    ``traceparent`` is the span it comes from, where that is not the current one.
    """
    kind, now = kind_of(message), work.clock.now()
    key = (address.tenant, str(address))
    letter = Post(
        key,
        kind.lane,
        kind.name,
        kind.version,
        pack_text(message),
        fold_of(kind, message),
        due_at or now,
        now,
        traceparent or current_traceparent(),
        dedupe,
    )
    work.defer(flush_mail, letter, order=LAST)
    work.signal(MAIL, letter)
