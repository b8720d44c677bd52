"""An independent witness: what the platforms' own ledger says, beside what the hub's file holds. No code of the hub."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any
from urllib.parse import parse_qs

from hub.sandbox.exact.limits import DAY, MINUTE
from hub.sandbox.ledger import Sale
from hub.sandbox.matching import Matches
from simulation.house import House
from simulation.inline import FORSAKEN
from simulation.network import Exchange

SaleKey = tuple[str, str]
"""Channel and the channel's own id of an order."""


@dataclass(repr=False)
class Witness:
    """What was seen so far. ``known_since`` is when the hub was first seen to have stored a sale (world's time).

    ``calls`` are those to Exact of the last minute, each with when it was answered (loop seconds).
    """

    house: House
    file: sqlite3.Connection
    known_since: dict[SaleKey, datetime] = field(default_factory=dict)
    off_since: dict[SaleKey, datetime] = field(default_factory=dict)
    token_uses: dict[str, list[Exchange]] = field(default_factory=dict)
    refused_calls: Counter[tuple[int, float]] = field(default_factory=Counter)
    calls: list[tuple[Exchange, float]] = field(default_factory=list)
    shown_read: int = 0
    _version: int = -1

    @classmethod
    def of(cls, house: House) -> Witness:
        return cls(house, _opened(house.file))

    def reopen(self) -> None:
        """Look at the file of this name in the folder of this process from now on."""
        FORSAKEN.append(self.file)
        self.file, self._version = _opened(self.house.file), -1

    def hear(self, note: Exchange) -> None:
        """Look at one exchange as its answer leaves the server."""
        if note.who == "world":
            return
        self.look()
        if note.url.endswith("/exact/api/oauth2/token"):
            self._hear_token(note)
        elif "/exact/api/v1/" in note.url:
            self._hear_call(note)

    def _hear_call(self, note: Exchange) -> None:
        now = asyncio.get_running_loop().time()
        self.calls = [one for one in self.calls if one[1] > now - MINUTE] + [(note, now)]
        if note.status == 429 and not self._both_call():
            self._hear_refusal(note.url.partition("/exact/api/v1/")[2].partition("/")[0])

    def _both_call(self) -> bool:
        """Say whether two nodes called at once lately: an owner cannot know what is on its way from the one before.

        So it is where the clock of one is wrong by a lease, and it takes over from one that is alive.
        """
        return any(
            one.who != other.who and one.sent < ended and other.sent < end
            for (one, end), (other, ended) in combinations(self.calls, 2)
        )

    def _hear_refusal(self, place: str) -> None:
        """Tell a true refusal for too many calls from one that was thrown in: what it calls used up is not."""
        if not place.isdigit():
            return
        division, limits = int(place), self.house.exact.limits
        for length, most in ((MINUTE, limits._settings.minute_limit), (DAY, limits._settings.day_limit)):
            if limits._window(division, length).used >= most:
                self.refused_calls[division, length] += 1

    def _hear_token(self, note: Exchange) -> None:
        for token in parse_qs(note.body.decode()).get("refresh_token", ()):
            self.token_uses.setdefault(token, []).append(note)

    def look(self) -> None:
        """Note which sales the hub has stored by now."""
        (version,) = self.file.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return
        self._version = version
        now = self.house.clock.now()
        for row in self.file.execute("SELECT channel_id, external_id, cancelled FROM orders"):
            self.known_since.setdefault((row["channel_id"], row["external_id"]), now)
            if row["cancelled"]:
                self.off_since.setdefault((row["channel_id"], row["external_id"]), now)

    def rows(self, statement: str, *given: Any) -> list[sqlite3.Row]:
        """Read from the hub's file."""
        return self.file.execute(statement, given).fetchall()

    def matches(self) -> Matches:
        """Return which sales order belongs to which sale."""
        return Matches(self.house.sandbox.world.ledger)

    def sales(self) -> list[Sale]:
        """Return every sale there was."""
        return list(self.house.sandbox.world.ledger.sales.values())

    def orders(self) -> dict[SaleKey, sqlite3.Row]:
        """Return what the hub has stored of each sale."""
        found = self.rows("SELECT * FROM orders")
        return {(row["channel_id"], row["external_id"]): row for row in found}


def _opened(name: str) -> sqlite3.Connection:
    file = sqlite3.connect(f"file:{name}?mode=ro", uri=True, isolation_level=None)
    file.row_factory = sqlite3.Row
    return file
