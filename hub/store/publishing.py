"""Statements about what was written to a channel: many listings at once, however large the burst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, case, null, update

from hub.domain.stock import Publication
from hub.store.engine import Work
from hub.store.listings import StoredListing
from hub.store.tables import listing
from hub.store.types import Instant


@dataclass(frozen=True, slots=True)
class Written:
    """What was sent for a listing, with its explanation (UTC); one with a process id is pending, else accepted."""

    listing: StoredListing
    publication: Publication
    at: datetime
    process_id: str | None = None


def _own() -> Update:
    return update(listing).where(
        listing.c.tenant_id == bindparam("of_tenant"), listing.c.listing_id == bindparam("of_listing")
    )


_SHOWN = case(
    (listing.c.version == bindparam("unmoved"), bindparam("shown", type_=listing.c.quantity.type)), else_=null()
)
_SHOWS = {"quantity": _SHOWN, "believed": _SHOWN, "quantity_at": bindparam("seen_at", type_=Instant)}
_SENT = {
    "sent": bindparam("taken", type_=listing.c.sent.type),
    "terms": bindparam("explained", type_=listing.c.terms.type),
    "problem": None,
    "process_id": bindparam("process", type_=listing.c.process_id.type),
}
_KEPT = case((listing.c.version == bindparam("unmoved"), _SENT["sent"]), else_=null())
_PENDING = _own().values({**_SENT, "sent": _KEPT, "status": "pending"})
_PUBLISHED = _own().values({**_SENT, **_SHOWS, "status": "published"})
_ACCEPTED = _own().values({**_SHOWS, "process_id": None, "status": "published", "problem": None, "again": False})


async def note_published(work: Work, tenant_id: str, written: Sequence[Written]) -> None:
    """Store what was sent.

    Where the channel sold meanwhile (the version moved), what it shows stays unknown, or will be in the end.
    """
    pending = [
        _place(tenant_id, one.listing) | _sent(one) | {"unmoved": one.listing.version}
        for one in written
        if one.process_id is not None
    ]
    accepted = [
        _place(tenant_id, one.listing) | _sent(one) | _shows(one.listing, one.publication.quantity, one.at)
        for one in written
        if one.process_id is None
    ]
    await _many(work, _PENDING, pending)
    await _many(work, _PUBLISHED, accepted)


async def note_accepted(work: Work, tenant_id: str, ended: Sequence[StoredListing], at: datetime) -> None:
    """Store that the channel finished asynchronous writes (UTC); what moved since they were sent stays unknown."""
    await _many(work, _ACCEPTED, [_place(tenant_id, one) | _shows(one, one.sent, at) for one in ended])


async def note_explained(work: Work, tenant_id: str, one: StoredListing, publication: Publication) -> None:
    """Store what the number that a listing shows already is made of by now."""
    own = update(listing).where(listing.c.tenant_id == tenant_id, listing.c.listing_id == one.listing_id)
    await work.execute(own.values(terms=_terms(publication)))


def _terms(publication: Publication) -> list[list[str]]:
    return [[term.name, term.value] for term in publication.terms]


async def _many(work: Work, statement: Update, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await work.execute(statement, rows)


def _place(tenant_id: str, one: StoredListing) -> dict[str, Any]:
    return {"of_tenant": tenant_id, "of_listing": one.listing_id}


def _sent(one: Written) -> dict[str, Any]:
    return {
        "taken": one.publication.quantity,
        "explained": _terms(one.publication),
        "process": one.process_id,
    }


def _shows(one: StoredListing, quantity: int | None, at: datetime) -> dict[str, Any]:
    return {"unmoved": one.version, "shown": quantity, "seen_at": at}
