"""Whose an actor is: what cannot be taken back is done only while its lease is surely this node's.

The database refuses what a former owner writes; a platform takes whatever arrives. A process that was stopped in the
middle of a turn and goes on after its lease learns here, just before it sends, that another may have its actors.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

_trusted: ContextVar[Callable[[], bool] | None] = ContextVar("trusted", default=None)


def act_while(trusted: Callable[[], bool]) -> None:
    """Have this task, and those that it begins, act only while ``trusted`` says so."""
    _trusted.set(trusted)


def may_act() -> bool:
    """Say whether this task may still act; one that is no actor's always may."""
    trusted = _trusted.get()
    return trusted is None or trusted()
