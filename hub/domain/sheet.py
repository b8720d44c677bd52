"""Comma-separated values that a spreadsheet opens without taking any cell for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What makes a spreadsheet take a cell for a formula (OWASP, CSV injection)."""


def safe(text: str) -> str:
    """Return a text with a ``'`` before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def cell(value: str | Decimal | int | None) -> str:
    """Return a cell; numbers stand as they are, for a minus before one is no formula."""
    if value is None:
        return ""
    return safe(value) if isinstance(value, str) else f"{value:f}" if isinstance(value, Decimal) else str(value)


def sheet(rows: Iterable[Iterable[str]]) -> str:
    """Return rows of cells as CSV (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
