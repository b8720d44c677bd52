"""The fixture of every channel adapter: who adds a connector adds one here, and the suites run over it.

Vendure's is not among them: its suite runs over a real server, where one is installed (``tests/vendure``).
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.domain.platform import Platform
from tests.adapters.amazon.amazon_stage import AmazonFixture
from tests.adapters.bol.bol_stage import BolFixture
from tests.adapters.channel_ground import Fixture
from tests.adapters.generic.generic_stage import GenericFixture
from tests.adapters.shopify.shopify_stage import ShopifyFixture
from tests.adapters.woocommerce.woo_stage import WooFixture

FIXTURES: Mapping[Platform, Fixture] = {
    Platform.AMAZON: AmazonFixture(data_lag=120.0),
    Platform.BOL: BolFixture(),
    Platform.GENERIC: GenericFixture(),
    Platform.SHOPIFY: ShopifyFixture(),
    Platform.WOOCOMMERCE: WooFixture(),
}
