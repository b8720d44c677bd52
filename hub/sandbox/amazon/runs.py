"""Lists of feeds and of reports: filtered alike, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

from hub.sandbox.amazon.answers import invalid
from hub.sandbox.amazon.marketplaces import BY_ID

STATUSES = frozenset({"IN_QUEUE", "IN_PROGRESS", "DONE", "FATAL", "CANCELLED"})
KEPT = timedelta(days=90)
MOST_VALUES = 10
"""Types and marketplaces that one question may name."""


class Run(Protocol):
    """A feed or a report, as far as lists filter by it."""

    status: str
    marketplace_ids: list[str]
    created_at: datetime

    @property
    def kind(self) -> str: ...

    def shown(self) -> dict[str, Any]: ...


def page_of(asked: Mapping[str, str], runs: Sequence[Run], name: str, now: datetime) -> dict[str, Any]:
    """Return a page of ``name`` (``feeds``, ``reports``); a next one is asked for by its token alone."""
    if "nextToken" in asked and len(asked) > 1:
        raise invalid("Invalid Input", "nextToken must be the only parameter.")
    query = dict(parse_qsl(asked["nextToken"])) if asked.get("nextToken") else dict(asked)
    start, size = page_number(query, "start", 0, 0), page_number(query, "pageSize", 10, 1, 100)
    wanted = _Wanted.read(query, f"{name.removesuffix('s')}Types", now)
    found = [each.shown() for each in reversed(runs) if wanted.holds(each)]
    told: dict[str, Any] = {name: found[start : start + size]}
    if len(found) > start + size:
        told["nextToken"] = urlencode(query | {"start": str(start + size)})
    return told


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which feeds or reports are asked for; no statuses and no marketplaces are all of them."""

    kinds: set[str]
    statuses: set[str]
    marketplaces: set[str]
    since: datetime
    until: datetime

    @classmethod
    def read(cls, query: dict[str, str], types: str, now: datetime) -> _Wanted:
        kinds, statuses = _values(query, types), _values(query, "processingStatuses")
        if not kinds:
            raise invalid("Invalid Input", f"Either {types} or nextToken is required.")
        if not statuses <= STATUSES:
            raise invalid("Invalid Input", "processingStatuses holds an unknown status.")
        since = moment(query["createdSince"], "createdSince") if "createdSince" in query else now - KEPT
        until = moment(query["createdUntil"], "createdUntil") if "createdUntil" in query else now
        return cls(kinds, statuses, _values(query, "marketplaceIds"), max(since, now - KEPT), until)

    def holds(self, run: Run) -> bool:
        return (
            run.kind in self.kinds
            and (not self.statuses or run.status in self.statuses)
            and (not self.marketplaces or bool(self.marketplaces & set(run.marketplace_ids)))
            and self.since <= run.created_at <= self.until
        )


def marketplaces_of(body: dict[str, Any]) -> list[str]:
    """Read the marketplaces of a feed or a report from its body."""
    found = body.get("marketplaceIds")
    if not isinstance(found, list) or not 1 <= len(found) <= 25 or not all(str(each) in BY_ID for each in found):
        raise invalid("Invalid Input", "marketplaceIds must hold between 1 and 25 marketplaces of this region.")
    return found


def page_number(query: dict[str, str], name: str, default: int, least: int, most: int = 10**6) -> int:
    """Read a whole number within bounds; Trouble 400 for anything else."""
    text = query.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise invalid("Invalid Input", f"{name} must be between {least} and {most}.")
    return int(text)


def moment(text: str, name: str) -> datetime:
    """Read an ISO 8601 instant, in UTC where it tells no offset; Trouble 400 for anything else."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid("Invalid Input", f"{name} is '{text}', which is not an ISO 8601 date-time.") from None


def _values(query: dict[str, str], name: str) -> set[str]:
    """Read a comma separated list; Trouble 400 where it is too long."""
    found = {each for each in query.get(name, "").split(",") if each}
    if len(found) > MOST_VALUES:
        raise invalid("Invalid Input", f"{name} may hold {MOST_VALUES} values.")
    return found
