"""Who an actor is: its kind, its tenant and its name."""

from __future__ import annotations

from dataclasses import dataclass

FORBIDDEN = "/"


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """An actor's identity, ``channel/acme/bol-1`` as text; the actor exists as soon as someone writes to it."""

    kind: str
    tenant: str
    name: str

    def __post_init__(self) -> None:
        for part in (self.kind, self.tenant, self.name):
            if not part or FORBIDDEN in part:
                raise ValueError(f"not a part of an address: {part!r}")

    def __str__(self) -> str:
        return f"{self.kind}/{self.tenant}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Return the address of its text; anything else is a ``ValueError``."""
        parts = text.split("/")
        if len(parts) != 3:
            raise ValueError(f"not an address: {text!r}")
        return cls(*parts)
