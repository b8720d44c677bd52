"""The platforms that the hub speaks to, and what a person must give to connect an account of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Platform(StrEnum):
    AMAZON = "amazon"
    BOL = "bol"
    GENERIC = "generic"
    SHOPIFY = "shopify"
    VENDURE = "vendure"
    WOOCOMMERCE = "woocommerce"


@dataclass(frozen=True, slots=True)
class Credential:
    """One value that a person enters to connect an account; ``secret`` ones are never shown again."""

    name: str
    description: str
    required: bool = True
    secret: bool = True


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a platform before any account is connected.

    ``consent`` says that a person may give the grant in a browser; where a credential could give it as well,
    that credential is optional. ``signs_itself`` platforms sign webhooks with keys of their own.
    ``tells_refunds`` with an order; of the others the hub knows only the goods that come back. ``tells_returns`` that
    buyers announce, and takes the answers. ``lag_factor`` is how much older than usual its lists of listings may be;
    ``pages_shift`` where they are counted, so that one may be missed while others are deleted.
    """

    title: str
    credentials: tuple[Credential, ...]
    consent: bool = False
    signs_itself: bool = False
    tells_refunds: bool = False
    tells_returns: bool = False
    lag_factor: int = 1
    pages_shift: bool = False


_CLIENT = Credential("client_id", "Client id of the app.", secret=False)
_CLIENT_SECRET = Credential("client_secret", "Client secret of the app.")

PROFILES: Mapping[Platform, Profile] = {
    Platform.AMAZON: Profile(
        "Amazon",
        (
            _CLIENT,
            _CLIENT_SECRET,
            Credential("application_id", "Id of the app, for the consent in Seller Central.", False, False),
            Credential("refresh_token", "Refresh token of a self-authorised app, instead of a consent.", False),
            Credential("seller_id", "Selling partner id; a consent tells it.", False, False),
            Credential("marketplaces", "Marketplace ids, separated by commas; else all of the seller's.", False, False),
            Credential("queue_url", "Address of the SQS queue that receives notifications.", False, False),
            Credential("queue_key", "AWS access key id that may read the queue.", False, False),
            Credential("queue_secret", "AWS secret access key that may read the queue.", False),
        ),
        consent=True,
        lag_factor=15,
    ),
    Platform.BOL: Profile("bol.com", (_CLIENT, _CLIENT_SECRET), signs_itself=True, tells_returns=True),
    Platform.GENERIC: Profile(
        "Own shop or portal",
        (
            Credential("token", "Bearer token that the shop expects from the hub."),
            Credential("signing_secret", "Secret that signs the shop's webhooks."),
        ),
        tells_refunds=True,
    ),
    Platform.SHOPIFY: Profile(
        "Shopify",
        (
            _CLIENT,
            _CLIENT_SECRET,
            Credential("location_id", "Location whose stock the hub sets; else the only active one.", False, False),
        ),
        consent=True,
        tells_refunds=True,
    ),
    Platform.VENDURE: Profile(
        "Vendure",
        (
            Credential("username", "Administrator that the hub signs in as.", secret=False),
            Credential("password", "That administrator's password."),
            Credential("channel_token", "Token of the Vendure channel; else the default one.", False),
        ),
        pages_shift=True,
    ),
    Platform.WOOCOMMERCE: Profile(
        "WooCommerce",
        (
            Credential("consumer_key", "Consumer key with read and write permission.", secret=False),
            Credential("consumer_secret", "Consumer secret."),
        ),
        tells_refunds=True,
        pages_shift=True,
    ),
}


class BadCredentials(ValueError):
    """What was entered cannot connect an account; the message says what to enter."""


def checked_credentials(platform: Platform, given: Mapping[str, str]) -> dict[str, str]:
    """Return the credentials of a platform as entered, without empty ones; raises ``BadCredentials``."""
    known = {one.name: one for one in PROFILES[platform].credentials}
    filled = {name: value for name, value in given.items() if value}
    title, names = PROFILES[platform].title, ", ".join(known)
    if strange := [name for name in given if name not in known]:
        raise BadCredentials(f"{title} knows no credential {strange[0]}; it takes {names}")
    if missing := [name for name, one in known.items() if one.required and name not in filled]:
        raise BadCredentials(f"{title} needs {missing[0]}")
    return filled
