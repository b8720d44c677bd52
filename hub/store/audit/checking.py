"""Whether rows hang together as they were written, and if not, which is the first that does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.store.audit.chain import Head
from hub.store.audit.encoding import digest_of


class Flaw(StrEnum):
    """What became of a row: its content or digest changed, it is gone, or nobody wrote it where it stands."""

    ALTERED = "altered"
    MISSING = "missing"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True)
class Break:
    """The first row that does not hold; ``kind`` and ``at`` as it tells them now, None where the row is gone."""

    flaw: Flaw
    tenant_id: str
    seq: int
    kind: str | None
    at: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: ``rows`` held, up to and with ``head``; ``first`` is where it began."""

    tenant_id: str
    first: int
    rows: int
    head: Head
    broken: Break | None


class Checker:
    """Takes a tenant's rows in order, behind ``before``; ``noted`` is a place that somebody kept elsewhere."""

    def __init__(self, tenant_id: str, before: Head, noted: Head | None = None) -> None:
        self.tenant_id = tenant_id
        self.head = before
        self.broken: Break | None = None
        self._before = before
        self._noted = noted
        self._last: Mapping[str, Any] = {}

    def take(self, row: Mapping[str, Any]) -> bool:
        """Say whether a plain row holds where it stands; after one that does not there is nothing more to take."""
        self.broken = self._misplaced(row) or self._altered(row)
        if self.broken is None:
            self.head, self._last = Head(row["seq"], row["digest"]), row
        return self.broken is None

    def end(self, head: Head | None = None) -> None:
        """Take notice that no more rows come, and of where the log should end, if that is known."""
        if self.broken is None and head is not None and head != self.head:
            self.broken = self._cut_off(head)
        if self.broken is None and self._noted is not None and self.head.seq < self._noted.seq:
            self.broken = self._missing(self.head.seq + 1, f"the log was noted to reach row {self._noted.seq}")

    def lack(self, seq: int, reason: str) -> None:
        """Take notice of a row that must be there and is not."""
        self.broken = self._missing(seq, reason)

    def refuse(self, row: Mapping[str, Any], reason: str) -> None:
        """Take notice of a row that nobody wrote where it stands."""
        self.broken = self._named(Flaw.SURPLUS, row, reason)

    def report(self) -> Report:
        """Return what was found so far."""
        return Report(self.tenant_id, self._before.seq + 1, self.head.seq - self._before.seq, self.head, self.broken)

    def _misplaced(self, row: Mapping[str, Any]) -> Break | None:
        seq, expected = row.get("seq"), self.head.seq + 1
        if row.get("tenant_id") != self.tenant_id:
            return self._named(Flaw.SURPLUS, row, f"it is a row of tenant {row.get('tenant_id')}")
        if type(seq) is not int or seq < expected:
            return self._named(Flaw.SURPLUS, row, f"row {expected} is due here")
        return None if seq == expected else self._missing(expected, f"row {seq} comes next")

    def _altered(self, row: Mapping[str, Any]) -> Break | None:
        if row.get("previous", self.head.digest) != self.head.digest:
            return self._named(Flaw.ALTERED, row, "it names another row before it than the one that is there")
        if digest_of(row, self.head.digest) != row.get("digest"):
            return self._named(Flaw.ALTERED, row, "its digest does not follow from it and the row before")
        if self._noted is not None and row["seq"] == self._noted.seq and row["digest"] != self._noted.digest:
            return self._named(Flaw.ALTERED, row, "another digest was noted for it")
        return None

    def _cut_off(self, head: Head) -> Break:
        if self.head.seq < head.seq:
            return self._missing(self.head.seq + 1, f"the log was written up to row {head.seq}")
        reason = "the tenant's newest digest is another"
        return self._named(Flaw.ALTERED, self._last or {"seq": head.seq}, reason)

    def _missing(self, seq: int, reason: str) -> Break:
        return Break(Flaw.MISSING, self.tenant_id, seq, None, None, reason)

    def _named(self, flaw: Flaw, row: Mapping[str, Any], reason: str) -> Break:
        kind, at = row.get("kind"), row.get("at")
        return Break(flaw, self.tenant_id, row.get("seq", 0), kind and str(kind), at and str(at), reason)
