"""Fixtures of Amazon's tests."""

from __future__ import annotations

import anyio
import pytest

from tests.adapters.amazon.amazon_shelves import FeedDesk
from tests.adapters.handclock import HandClock


@pytest.fixture
def pausing(clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pauses of the adapter pass by hand."""

    async def sleep(seconds: float) -> None:
        clock.forward(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)


@pytest.fixture
def desk() -> FeedDesk:
    return FeedDesk()
