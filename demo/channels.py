"""The four channels of the wholesaler: how each is let in, on whom it books, who ships its orders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewChannel:
    """A channel to be added; ``ledger`` is its name in the sandbox, ``customer`` its debtor in Exact.

    ``credentials`` may name the simulated platforms' address as ``{sandbox}``. ``consent`` says that a person lets the
    hub in with a browser, ``own_address`` that the channel is a shop with an address of its own. ``sweep`` is the least
    pause between two lists of its orders, in seconds.
    """

    slug: str
    ledger: str
    platform: str
    name: str
    credentials: dict[str, str]
    customer: str
    prefix: str
    fulfilment: str
    carrier: str
    buffer: int = 0
    consent: bool = False
    own_address: bool = False
    sweep: float = 5.0


CHANNELS = (
    NewChannel(
        "bol-1", "bol", "BOL", "bol.com",
        {"client_id": "bol-client", "client_secret": "bol-secret"},
        "bol.com", "B-", "ERP", "TNT", buffer=1,
    ),
    NewChannel(
        "amazon-eu", "amazon", "AMAZON", "Amazon Europe",
        {
            "client_id": "amzn-client",
            "client_secret": "amzn-secret",
            "application_id": "amzn1.sp.solution.sandbox",
            "queue_url": "{sandbox}/amazon/sqs/123456789012/acme",
            "queue_key": "AKIASANDBOX",
            "queue_secret": "sqs-sandbox-secret",
        },
        "Amazon EU", "A-", "ERP", "PostNL", consent=True, sweep=10.0,
    ),
    NewChannel(
        "shopify", "shopify", "SHOPIFY", "Shopify",
        {"client_id": "shopify-client", "client_secret": "shopify-secret", "location_id": "106318430514"},
        "Shopify klanten", "S-", "BOOKKEEPING", "PostNL", consent=True, own_address=True,
    ),
    NewChannel(
        "webshop", "woocommerce", "WOOCOMMERCE", "Webshop",
        {"consumer_key": "ck_sandbox", "consumer_secret": "cs_sandbox"},
        "Webshop", "W-", "BOOKKEEPING", "postnl", own_address=True,
    ),
)  # fmt: skip
"""Amazon gives one list of orders in nine seconds of the demo's compressed time; its queue tells of them at once."""

DELIVERED_IN_EXACT = frozenset(one.ledger for one in CHANNELS if one.fulfilment == "ERP")
PACKED_IN_HUB = tuple(one.slug for one in CHANNELS if one.fulfilment == "BOOKKEEPING")
ON_SHOPIFY = tuple(f"ART-{number:05d}" for number in range(1, 61) if number % 4)
"""Three quarters of the simulated wholesaler's articles are for sale in the Shopify shop."""
