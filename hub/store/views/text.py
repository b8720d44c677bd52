"""Searching by words that a person types."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_


def contains(words: str, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that one of the columns holds these words, whatever their case; ``%`` is no wildcard."""
    return or_(*(func.lower(column).contains(words.lower(), autoescape=True) for column in columns))
