"""What actors are told: frozen dataclasses registered by name, and the envelopes they arrive in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from hub.actors.runtime.address import Address
from hub.actors.runtime.codec import PLAIN, Unreadable, decode, encode, names_of
from hub.store.types import json_text

C = TypeVar("C", bound=type[Any])
AS_THEY_ARE = frozenset({*PLAIN, datetime})
"""Types whose values become the same JSON text without the codec."""

Message: TypeAlias = Any
"""An instance of a class registered with ``message``."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How messages of one class are named, stored and queued; ``fold`` says what a message is about."""

    name: str
    lane: str
    version: int
    type: type[Any]
    upgrade: Callable[[int, dict[str, Any]], dict[str, Any]] | None
    fold: Callable[[Message], str | None] | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as it waits in a lane.

    ``revision`` grows when a newer value folds into it, ``posted_at`` (UTC) stays that of the oldest change
    waiting; ``attempts`` counts failed tries and ``crashes`` those that brought the actor down.
    """

    address: Address
    seq: int
    lane: str
    kind: str
    body: Message
    revision: int
    attempts: int
    crashes: int
    posted_at: datetime
    due_at: datetime
    traceparent: str | None

    @property
    def id(self) -> str:
        """A text that names this message and value for ever, fit as an idempotency key."""
        return f"{self.address}/{self.lane}/{self.seq}.{self.revision}"


_BY_NAME: dict[str, Kind] = {}
_BY_TYPE: dict[type[Any], Kind] = {}


def message(
    name: str,
    *,
    lane: str,
    version: int = 1,
    upgrade: Callable[[int, dict[str, Any]], dict[str, Any]] | None = None,
) -> Callable[[C], C]:
    """Register a frozen dataclass as a message; ``upgrade(version, fields)`` reads what older versions stored.

    An optional method ``fold() -> str | None`` names what the message is about: the newest value replaces one
    of the same kind and key that still waits.
    """

    def register(kind: C) -> C:
        if not is_dataclass(kind):
            raise TypeError(f"{kind} is not a dataclass")
        known = _BY_NAME.get(name)
        if known is not None and known.type.__qualname__ != kind.__qualname__:
            raise ValueError(f"two messages are named {name}")
        _BY_NAME[name] = _BY_TYPE[kind] = Kind(name, lane, version, kind, upgrade, getattr(kind, "fold", None))
        return kind

    return register


def kind_of(body: Message) -> Kind:
    """Return how a message is stored; a ``TypeError`` when its class was never registered."""
    found = _BY_TYPE.get(type(body))
    if found is None:
        raise TypeError(f"{type(body).__name__} is not registered as a message")
    return found


def fold_of(kind: Kind, body: Message) -> str | None:
    """Return the key under which a message folds, apart from other kinds'."""
    key = kind.fold(body) if kind.fold is not None else None
    return None if key is None else f"{kind.name}:{key}"


def pack(body: Message) -> dict[str, Any]:
    """Return a message's fields as JSON data."""
    packed: dict[str, Any] = encode(body)
    return packed


def pack_text(body: Message) -> str:
    """Return a message's fields as JSON text, the same as ``pack`` has them."""
    kind: Any = type(body)
    return json_text(
        {
            name: value if type(value := getattr(body, name)) in AS_THEY_ARE else encode(value)
            for name in names_of(kind) or ()
        }
    )


def unpack(name: str, version: int, data: dict[str, Any]) -> Message:
    """Return the message of stored JSON data, or raise ``Unreadable``."""
    kind = _BY_NAME.get(name)
    if kind is None:
        raise Unreadable(f"no message is named {name}")
    if version > kind.version:
        raise Unreadable(f"{name} was stored by a newer hub (version {version})")
    if version < kind.version and kind.upgrade is not None:
        data = kind.upgrade(version, data)
    return decode(kind.type, data)
