"""What the doors of the hub need from the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from starlette.types import ASGIApp

from hub.adapters.port import Grant, HookReader
from hub.clock import Clock
from hub.domain.product import Division
from hub.store.connections import ErpConnection
from hub.store.engine import Database, Work
from hub.store.secrets import Vault


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the webhook doors: bytes and seconds per body, deliveries a second and at once per connection."""

    body: int = 1_048_576
    rate: float = 500.0
    burst: int = 5000
    patience: float = 10.0


class ConnectFlow(Protocol):
    """How a person's consent at Exact Online becomes a grant and its divisions."""

    async def consent_url(self, connection: ErpConnection, state: str, redirect_uri: str) -> str:
        """Return the address of Exact's consent page."""
        ...

    async def exchange(self, connection: ErpConnection, code: str, redirect_uri: str) -> Grant:
        """Exchange the code of a consent, which works once. Raises the outcomes of ``hub.outcome``."""
        ...

    async def divisions(self, connection: ErpConnection) -> Sequence[Division]:
        """List the companies that the stored grant reaches. Repeatable; raises the outcomes of ``hub.outcome``."""
        ...

    async def granted(self, work: Work, connection: ErpConnection, divisions: Sequence[Division]) -> None:
        """Store the divisions and post what must follow."""
        ...


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything the routes use; ``public_url`` is the hub's own address, ``leaving`` says that the node drains.

    ``contracts`` are the OpenAPI documents (JSON) of the platforms whose contract is the hub's own.
    """

    database: Database
    vault: Vault
    clock: Clock
    readers: Mapping[str, HookReader]
    graphql: ASGIApp
    connect: ConnectFlow
    public_url: str
    limits: Limits = field(default_factory=Limits)
    contracts: Mapping[str, bytes] = field(default_factory=dict)
    leaving: Callable[[], bool] = lambda: False
