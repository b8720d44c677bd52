"""One Vendure server for all its tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.sandbox.catalogue import make_catalogue
from tests.vendure.running import missing, running_vendure
from tests.vendure.vendure_stage import VendureFixture

GOODS = 8
LIST_LIMIT = 20
"""Rows that the server gives at once; the smaller it is, the fewer orders make many pages."""


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server, or a skip where none can run."""
    lack = missing()
    if lack is not None:
        pytest.skip(lack)
    with running_vendure(make_catalogue(GOODS, seed=7), VENDURE_LIST_LIMIT=str(LIST_LIMIT)) as address:
        yield address


@pytest.fixture
def vendure(server: str) -> VendureFixture:
    return VendureFixture(server)
