"""Which platforms a sandbox simulates."""

from __future__ import annotations

from collections.abc import Callable

from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.bol.platform import BolPlatform
from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.generic.platform import GenericPlatform
from hub.sandbox.platform import Platform
from hub.sandbox.shopify.platform import ShopifyPlatform
from hub.sandbox.vies.platform import ViesPlatform
from hub.sandbox.woocommerce.platform import WooPlatform
from hub.sandbox.world import World

PLATFORMS: dict[str, Callable[[World], Platform]] = {
    "exact": ExactPlatform,
    "bol": BolPlatform,
    "generic": GenericPlatform,
    "woocommerce": WooPlatform,
    "amazon": AmazonPlatform,
    "shopify": ShopifyPlatform,
    "vies": ViesPlatform,
}
