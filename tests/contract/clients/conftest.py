"""Fixtures of the tests in which independent clients talk to the sandboxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.clients.places import self_signed


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for loopback, made for this run of the tests."""
    return self_signed(tmp_path_factory.mktemp("tls"))
