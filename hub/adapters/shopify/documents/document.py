"""What a document is."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "2026-10"
"""Of the Admin API."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document; ``repeatable`` ones may be sent again when their answer was lost.

    ``personal`` names fields that Shopify leaves out, with an error, where the app may not see personal data.
    """

    name: str
    text: str
    cost: float
    repeatable: bool = True
    personal: frozenset[str] = frozenset()
