"""What the adapters' tests share."""

from __future__ import annotations

import pytest

from tests.adapters.handclock import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()
