"""How long a call waits for what, and where it goes."""

from __future__ import annotations

from typing import NamedTuple

import httpx2

DAY = 86_400.0


class Patience(NamedTuple):
    """Seconds a call waits: for a place in the pool, for a connection, for what it sends, for what it reads.

    Sending and reading are given up where *nothing* moved for so long.
    """

    pool: float = DAY
    connect: float = DAY
    write: float = DAY
    read: float = DAY

    @classmethod
    def of(cls, request: httpx2.Request) -> Patience:
        """Return what the client was told (``httpx2.Timeout``); who would wait for ever waits a day."""
        told: dict[str, float | None] = request.extensions.get("timeout", {})
        return cls(**{name: DAY if seconds is None else seconds for name, seconds in told.items()})


class Origin(NamedTuple):
    """The server of a URL."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: httpx2.URL) -> Origin:
        """Return where a URL leads; ``UnsupportedProtocol`` for anything but http and https."""
        scheme = url.scheme
        if scheme not in ("http", "https"):
            raise httpx2.UnsupportedProtocol(f"no HTTP: {scheme}://")
        return cls(scheme, url.raw_host.decode("ascii"), url.port or (443 if scheme == "https" else 80))
