"""How the rows of a tenant's activity log hang together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.store.audit.encoding import GENESIS, digest_of, plain


@dataclass(frozen=True, slots=True)
class Head:
    """One place in a tenant's chain: a row's number and digest; before the first row number zero."""

    seq: int = 0
    digest: str = GENESIS


def linked(row: Mapping[str, Any], before: Head) -> dict[str, Any]:
    """Return a row with its number and digest, as the one that follows ``before``."""
    numbered = {**row, "seq": before.seq + 1}
    return {**numbered, "digest": digest_of(plain(numbered), before.digest)}
