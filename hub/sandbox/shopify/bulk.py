"""Bulk operations as they stand, their result files and the files uploaded for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

AT_ONCE = 5
"""Operations of one type that may be under way (from API version 2026-01 on)."""
UNDER_WAY = frozenset({"CREATED", "RUNNING", "CANCELING"})


@dataclass(slots=True)
class BulkOperation:
    """One operation; ``kind`` is QUERY or MUTATION."""

    number: int
    kind: str
    text: str
    created_at: datetime
    status: str = "CREATED"
    completed_at: datetime | None = None
    error_code: str | None = None
    objects: int = 0
    roots: int = 0
    size: int | None = None
    url: str | None = None


@dataclass
class BulkOperations:
    """Operations by number, results by file name, uploads by staged path (None until the file has come)."""

    operations: dict[int, BulkOperation] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, bytes | None] = field(default_factory=dict)

    def under_way(self, kind: str) -> list[BulkOperation]:
        return [each for each in self.operations.values() if each.kind == kind and each.status in UNDER_WAY]
