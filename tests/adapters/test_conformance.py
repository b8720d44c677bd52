"""Every channel adapter over its platform's sandbox."""

from __future__ import annotations

import pytest

from hub.domain.platform import Platform
from hub.node.platforms import CONNECTORS
from tests.adapters.conformance import ChannelConformance, ParcelConformance, PolledConformance, SubscriptionConformance
from tests.adapters.conformance_size import SizeConformance
from tests.adapters.conformance_time import TimeConformance
from tests.adapters.fixtures import FIXTURES
from tests.adapters.woocommerce.woo_stage import WooFixture

ELSEWHERE = {Platform.VENDURE}
"""Held to the suite over a real server."""

for _platform, _fixture in FIXTURES.items():
    _core = (PolledConformance, SubscriptionConformance)
    _suites = _core if CONNECTORS[_platform].hooks is None else (ChannelConformance,)
    globals()[f"Test{_platform.name.title()}"] = type(
        f"Test{_platform.name.title()}", (*_suites, SizeConformance, TimeConformance), {"fixture": _fixture}
    )


def test_every_connected_platform_has_a_fixture() -> None:
    assert FIXTURES.keys() | ELSEWHERE == CONNECTORS.keys()


@pytest.mark.parametrize("platform", sorted(FIXTURES))
def test_a_fixture_speaks_for_its_connector(platform: Platform) -> None:
    assert FIXTURES[platform].name == platform
    assert type(FIXTURES[platform].hooks) is type(CONNECTORS[platform].hooks)


class TestWooCommerceWithoutTrackingPlugin(ParcelConformance):
    """The customer is told by a note."""

    fixture = WooFixture(plugin=False)
