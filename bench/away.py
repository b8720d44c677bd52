"""Work in another process, so that who measures takes nothing of the time of what is measured."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio.to_process

T = TypeVar("T")


async def away(function: Callable[..., T], *given: object) -> T:
    """Run a function in a process of its own and return its result; being cancelled ends that process."""
    return await anyio.to_process.run_sync(partial(function, *given), cancellable=True)
