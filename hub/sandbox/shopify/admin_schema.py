"""The slice of the Admin API's schema that a shop hub can need, as the sandbox's own SDL.

Source: the names, arguments and nullability of the published schema 2026-10; what is deprecated there is left out.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from graphql import GraphQLSchema, build_schema

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10", "2027-01")
"""Versions that are answered as asked for, oldest first; the last is a release candidate."""
LATEST = "2026-10"


@cache
def admin_schema() -> GraphQLSchema:
    """Return the executable schema, built once."""
    parts = sorted((Path(__file__).parent / "sdl").glob("*.graphql"))
    return build_schema("\n".join(part.read_text() for part in parts))


def answered_version(asked: str) -> str:
    """Return the version that answers: a retired one falls forward to the oldest supported one, silently."""
    return asked if asked in VERSIONS or asked == "unstable" else VERSIONS[0]
