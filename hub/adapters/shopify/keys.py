"""Idempotency keys of stock writes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from itertools import count

from hub.adapters.shopify.stock_batch import Row


class Keys:
    """The same key for the same content of the same attempt, and never for another attempt.

    The same change may be right again within the hour (one sold, one returned, one sold), and must then not be
    answered with the result of the first.
    """

    def __init__(self) -> None:
        self._opened = secrets.token_hex(8)
        self._attempts = count(1)

    def attempt(self) -> str:
        """Return the name of a new attempt."""
        return f"{self._opened}-{next(self._attempts)}"

    @staticmethod
    def of(attempt: str, location: str, rows: Iterable[Row]) -> str:
        """Return the key of some rows within an attempt."""
        content = ";".join(f"{row.item}:{row.believed}:{row.quantity}" for row in rows)
        return hashlib.sha256(f"{attempt}|{location}|{content}".encode()).hexdigest()[:48]
