"""Fixtures of the sandbox's own tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.exact_bench import ExactBench, Listener, exact_bench, listening


@pytest.fixture
async def exact() -> AsyncIterator[ExactBench]:
    """Exact Online at its normal speed, with a client that is let in."""
    async with exact_bench() as bench:
        yield bench


@pytest.fixture
async def fast_exact() -> AsyncIterator[ExactBench]:
    """Exact Online, a hundred times as fast."""
    async with exact_bench(speed=100) as bench:
        yield bench


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """Something that receives webhooks."""
    async with listening() as made:
        yield made
