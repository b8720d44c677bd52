"""What the doors of the hub need from the rest of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from starlette.types import ASGIApp

from hub.adapters.port import HookReader
from hub.clock import Clock
from hub.domain.tenant import Principal
from hub.store.engine import Database
from hub.store.secrets import Vault
from hub.store.tickets import Subject


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the webhook doors: bytes and seconds per body, deliveries a second and at once per connection."""

    body: int = 1_048_576
    rate: float = 500.0
    burst: int = 5000
    patience: float = 10.0


class ConsentFlow(Protocol):
    """How a person's consent at one platform becomes a stored grant, and what follows from it."""

    @property
    def title(self) -> str:
        """The platform as people call it."""
        ...

    @property
    def mutation(self) -> str:
        """The mutation that makes a new link."""
        ...

    async def address(self, subject: Subject, state: str, redirect_uri: str) -> str | None:
        """Return the platform's consent page; None where what the consent is for is gone."""
        ...

    def consented(self, answer: Mapping[str, str]) -> bool:
        """Say whether the parameters of the redirect back hold a consent."""
        ...

    async def connect(self, subject: Subject, answer: Mapping[str, str], redirect_uri: str) -> str:
        """Store the grant of a consent, which works once, and return a sentence of what it opened.

        Raises the outcomes of ``hub.outcome``, Rejected where the answer is forged or refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything the routes use; ``public_url`` is the hub's own address, ``leaving`` says that the node drains.

    ``authenticate`` turns a bearer token into its principal, None where it opens nothing.
    ``scrape`` returns the metrics for whoever knows ``metrics_token``; without both there is no such page.
    ``contracts`` are the OpenAPI documents (JSON) of the platforms whose contract is the hub's own.
    """

    database: Database
    vault: Vault
    clock: Clock
    readers: Mapping[str, HookReader]
    graphql: ASGIApp
    authenticate: Callable[[str], Awaitable[Principal | None]]
    consents: Mapping[str, ConsentFlow]
    public_url: str
    limits: Limits = field(default_factory=Limits)
    contracts: Mapping[str, bytes] = field(default_factory=dict)
    leaving: Callable[[], bool] = lambda: False
    scrape: Callable[[], bytes] | None = None
    metrics_token: str = field(default="", repr=False)
