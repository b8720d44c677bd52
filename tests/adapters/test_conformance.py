"""Every channel adapter over its platform's sandbox."""

from __future__ import annotations

from tests.adapters.amazon.amazon_stage import AmazonFixture
from tests.adapters.bol.bol_stage import BolFixture
from tests.adapters.conformance import ChannelConformance, ParcelConformance, WholeConformance
from tests.adapters.shopify.shopify_stage import ShopifyFixture
from tests.adapters.woocommerce.woo_stage import WooFixture


class TestAmazon(WholeConformance):
    """Its events come out of a queue; see ``test_amazon_queue``."""

    fixture = AmazonFixture()


class TestBol(ChannelConformance):
    fixture = BolFixture()


class TestShopify(ChannelConformance):
    fixture = ShopifyFixture()


class TestWooCommerce(ChannelConformance):
    fixture = WooFixture()


class TestWooCommerceWithoutTrackingPlugin(ParcelConformance):
    """The customer is told by a note."""

    fixture = WooFixture(plugin=False)
