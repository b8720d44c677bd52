"""The conformance suite over a real Vendure server."""

from __future__ import annotations

import pytest

from tests.adapters.conformance import PolledConformance
from tests.vendure.vendure_stage import VendureFixture


class TestVendure(PolledConformance):
    crowd = 60

    @pytest.fixture(autouse=True)
    def on_the_server(self, vendure: VendureFixture) -> None:
        self.fixture = vendure
