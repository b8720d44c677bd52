"""Every channel adapter over its platform's sandbox."""

from __future__ import annotations

from tests.adapters.bol.bol_stage import BolFixture
from tests.adapters.conformance import ChannelConformance, ParcelConformance
from tests.adapters.generic.generic_stage import GenericFixture
from tests.adapters.woocommerce.woo_stage import WooFixture


class TestBol(ChannelConformance):
    fixture = BolFixture()


class TestGeneric(ChannelConformance):
    fixture = GenericFixture()


class TestWooCommerce(ChannelConformance):
    fixture = WooFixture()


class TestWooCommerceWithoutTrackingPlugin(ParcelConformance):
    """The customer is told by a note."""

    fixture = WooFixture(plugin=False)
