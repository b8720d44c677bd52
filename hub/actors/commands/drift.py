"""Commands on differences between what a channel shows and what Exact says: heal one now, or set it aside."""

from __future__ import annotations

from datetime import datetime

from hub.actors.commands.refusal import CommandRefused, record
from hub.actors.desk import channel_address
from hub.actors.messages_patrol import SettleDifferences
from hub.actors.runtime import mailbox
from hub.domain.drift import HEALABLE
from hub.domain.tenant import Principal
from hub.store.drift import StoredDifference, ask_healing, differences_of, set_aside
from hub.store.engine import Work

FIELD = ("differenceId",)


async def heal_difference(work: Work, who: Principal, now: datetime, listing_id: str) -> None:
    """Let the hub write what is right, whatever the channel's policy says; orders are looked for first where any may
    explain it.
    """
    one = await _lasting(work, who, listing_id)
    if one.cause not in HEALABLE:
        raise CommandRefused("NEEDS_PERSON", "Only a person can heal this: map the listing, or list it again.", FIELD)
    await ask_healing(work, who.tenant_id, listing_id)
    mailbox.post(work, channel_address(who.tenant_id, one.channel_id), SettleDifferences())
    _record(work, who, now, one, "stock.drift_heal", "is healed", {"asked": True})


async def set_difference_aside(work: Work, who: Principal, now: datetime, listing_id: str) -> None:
    """Let a difference be as long as its numbers stay as they are."""
    one = await _lasting(work, who, listing_id)
    await set_aside(work, who.tenant_id, listing_id)
    _record(work, who, now, one, "stock.drift_aside", "is set aside", {"state": "aside"})


async def _lasting(work: Work, who: Principal, listing_id: str) -> StoredDifference:
    found = (await differences_of(work.connection, who.tenant_id, [listing_id])).get(listing_id)
    if found is None or found.healed_at is not None:
        raise CommandRefused("NOT_FOUND", "There is no such difference any more.", FIELD)
    return found


def _record(
    work: Work, who: Principal, now: datetime, one: StoredDifference, kind: str, what: str, after: dict[str, object]
) -> None:
    before = {name: getattr(one, name) for name in after}
    record(work, who, now, kind, f"A difference of {one.units} offers {what}", channel_id=one.channel_id,
           subject_type="listing", subject_id=one.listing_id, before=before, after=after)  # fmt: skip
