"""Where the token pair of a grant is kept."""

from __future__ import annotations

from typing import Protocol

from hub.domain.grant import Grant


class GrantStore(Protocol):
    """Where one grant's token pair is kept; shared by all nodes, so a refresh happens once.

    ``reserve`` returns True for exactly one caller per version until its short lease ends;
    ``release`` ends the lease early, after a try that brought nothing.
    ``save`` stores the new pair durably *before* it is used and returns it with its new version. A renewed pair has
    the version of the one it was made from, and is stored over that alone: a consent given meanwhile stands, and is
    returned. A pair of a consent has version 0.
    """

    async def load(self) -> Grant | None: ...

    async def reserve(self, version: int) -> bool: ...

    async def release(self, version: int) -> None: ...

    async def save(self, grant: Grant) -> Grant: ...
