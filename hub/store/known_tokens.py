"""Who bears a token, remembered for a moment where this process alone can revoke one."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from hub.domain.tenant import Principal
from hub.store.engine import Database
from hub.store.tokens import REVOKED, Bearer, bearer_of

SECONDS = 5.0
ROOM = 4096


@dataclass(frozen=True, slots=True)
class Known:
    """A bearer as looked up at a reading of the monotonic clock."""

    bearer: Bearer
    looked_up: float


class KnownTokens:
    """Bearers by token; enter ``listening`` for as long as it is asked.

    On SQLite one process writes, so that every revocation is heard here, before whoever revoked is answered: nobody is
    remembered past it, nor is who was being looked up meanwhile. On PostgreSQL other nodes revoke too, and every token
    is looked up. Of a token only its SHA-256 is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._revocations = 0

    @contextmanager
    def listening(self) -> Iterator[KnownTokens]:
        """Hear of revocations until the end of the block."""
        with self._database.listening(REVOKED, self._forget):
            yield self

    def _forget(self, _: Sequence[Hashable]) -> None:
        self._revocations += 1
        self._known.clear()

    async def principal(self, token: str) -> Principal | None:
        """Return who bears this token; None where it is unknown, expired or revoked."""
        clock, digest = self._database.clock, hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        known = self._known.get(digest)
        if known is not None and clock.monotonic() - known.looked_up < SECONDS:
            return known.bearer.principal if known.bearer.stands_at(clock.now()) else None
        revocations, asked_at = self._revocations, clock.monotonic()
        found = await self._database.look(partial(bearer_of, token=token, now=clock.now()))
        if found is None:
            return None
        if not self._database.shared and revocations == self._revocations:
            self._remember(digest, Known(found, asked_at))
        return found.principal

    def _remember(self, digest: bytes, known: Known) -> None:
        self._known[digest] = known
        self._known.move_to_end(digest)
        if len(self._known) > ROOM:
            self._known.popitem(last=False)
