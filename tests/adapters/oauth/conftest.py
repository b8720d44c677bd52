"""Fixtures of the tests of grants."""

from __future__ import annotations

import pytest

from hub.adapters.oauth import Tokens
from tests.adapters.handclock import HandClock
from tests.adapters.oauth.token_server import FIRST, SharedGrants, TokenServer


@pytest.fixture
def server(clock: HandClock) -> TokenServer:
    return TokenServer(clock)


@pytest.fixture
def store(clock: HandClock) -> SharedGrants:
    return SharedGrants(FIRST)


@pytest.fixture
def tokens(server: TokenServer, store: SharedGrants, clock: HandClock) -> Tokens:
    return Tokens(store, server.endpoint(), clock)
