"""Credentials on their way in: sealed at once, never shown again."""

from __future__ import annotations

import strawberry

from hub.domain.channel import Platform
from hub.graphql.context import GraphQLDependencies
from hub.graphql.mutations.checks import text
from hub.store.sealed import CHANNEL_CREDENTIALS, CHANNEL_HOOK_SECRET

NAMES = {Platform.BOL: ("client_id", "client_secret"), Platform.WOOCOMMERCE: ("consumer_key", "consumer_secret")}
"""What each platform calls the two halves; they are sealed as JSON under these names."""


@strawberry.input(
    description="A platform's key: bol.com's client id and secret, WooCommerce's consumer key and secret."
)
class ChannelCredentialsInput:
    key: str
    secret: str
    hook_secret: str | None = strawberry.field(
        default=None, description="What signs the platform's webhooks, where one was agreed by hand."
    )


def sealed(
    needs: GraphQLDependencies, tenant_id: str, channel_id: str, platform: Platform, given: ChannelCredentialsInput
) -> tuple[bytes, bytes | None]:
    """Return sealed credentials and hook secret, bound to this channel of this tenant."""
    values = (text(given.key, "credentials"), text(given.secret, "credentials", 2000))
    plain = dict(zip(NAMES[platform], values, strict=True))
    credentials = needs.vault.seal_json(plain, CHANNEL_CREDENTIALS.place(tenant_id, channel_id))
    if given.hook_secret is None:
        return credentials, None
    secret = text(given.hook_secret, "credentials", 2000).encode()
    return credentials, needs.vault.seal(secret, CHANNEL_HOOK_SECRET.place(tenant_id, channel_id))
