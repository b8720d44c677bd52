"""How each channel of the simulated wholesaler is set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.amazon.switches import Switches as AmazonSwitches
from hub.sandbox.generic.hooks import SECRET as SIGNING_SECRET
from hub.sandbox.platform import Platform
from hub.sandbox.roster import PLATFORMS
from hub.sandbox.world import World


@dataclass(frozen=True)
class Shop:
    """``customer`` is the debtor in Exact, ``carrier`` the platform's own name for one."""

    prefix: str
    customer: str
    carrier: str
    secrets: Mapping[str, str]


SHOPS = {
    "bol": Shop("B-", "bol.com", "TNT", {"client_id": "bol-client", "client_secret": "bol-secret"}),
    "woocommerce": Shop(
        "W-", "Webshop consumenten", "PostNL", {"consumer_key": "ck_sandbox", "consumer_secret": "cs_sandbox"}
    ),
    "generic": Shop(
        "G-", "Webshop consumenten", "PostNL", {"token": "generic-token", "signing_secret": SIGNING_SECRET}
    ),
    "shopify": Shop(
        "S-",
        "Shopify klanten",
        "PostNL",
        {"client_id": "shopify-client", "client_secret": "shopify-secret", "location_id": "106318430514"},
    ),
    "amazon": Shop(
        "A-",
        "Amazon EU",
        "PostNL",
        {
            "client_id": "amzn-client",
            "client_secret": "amzn-secret",
            "refresh_token": "Atzr|sandbox",
            "seller_id": "A1SANDBOXSELLER",
            "queue_url": "{base}/amazon/sqs/123456789012/acme",
            "queue_key": "AKIASANDBOX",
            "queue_secret": "sqs-sandbox-secret",
        },
    ),
}


def makers(names: tuple[str, ...]) -> dict[str, Callable[[World], Platform]]:
    """Return the constructors of Exact and of these platforms."""
    chosen: dict[str, Any] = {name: PLATFORMS[name] for name in ("exact", *names)}
    if "amazon" in chosen:
        chosen["amazon"] = _amazon
    return chosen


def _amazon(world: World) -> Platform:
    """Amazon without its chance of addresses and messages that differ from run to run of a script made shorter."""
    return AmazonPlatform(world, AmazonSwitches())
