"""Checks of plain input, before a command sees it."""

from __future__ import annotations

from urllib.parse import urlsplit

from hub.actors.commands import CommandRefused


def text(value: str, field: str, longest: int = 200) -> str:
    """Return the text without outer spaces; refuses an empty or overlong one."""
    trimmed = value.strip()
    if not 0 < len(trimmed) <= longest:
        raise CommandRefused("TEXT_UNFIT", f"Give 1 to {longest} characters.", (field,))
    return trimmed


def address(value: str | None, usual: str | None, field: str) -> str:
    """Return a web address without its final slash, or the usual one; refuses what is none, or holds a password."""
    given = (value or usual or "").strip().rstrip("/")
    try:
        parts = urlsplit(given)
        fits = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
        )
    except ValueError:
        fits = False
    if not fits or len(given) > 500 or not given.isprintable() or " " in given:
        raise CommandRefused("ADDRESS_UNFIT", "Give an address that starts with https:// or http://.", (field,))
    return given
