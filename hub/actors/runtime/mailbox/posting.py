"""Putting a message into a mailbox, as part of any caller's unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox.flush import flush_mail
from hub.actors.runtime.mailbox.letters import Post
from hub.actors.runtime.message import Message, fold_of, kind_of, pack_text
from hub.actors.runtime.trace import current_traceparent
from hub.store.engine import Draft

MAIL = "mail"
LAST = 1000

Ring: TypeAlias = tuple[str, str, str, datetime | None]
"""What the mail topic signals: tenant, address, lane (empty: all of them) and, for a timer, when it is due."""

NOBODY: Ring = ("", "", "", None)


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
    work.signal(MAIL, (*key, kind.lane, due_at if due_at is not None and due_at > now else None))
