"""Credentials on their way in: sealed at once, never shown again."""

from __future__ import annotations

import strawberry

from hub.actors.commands import CommandRefused
from hub.domain.platform import BadCredentials, Platform, checked_credentials
from hub.graphql.context import GraphQLDependencies
from hub.graphql.mutations.checks import text
from hub.store.sealed import CHANNEL_CREDENTIALS, CHANNEL_HOOK_SECRET

LONGEST = 4000


@strawberry.input(description="One value that connects an account, under the name that `platforms` gives it.")
class CredentialInput:
    name: str
    value: str


@strawberry.input(description="What connects an account; `platforms` tells what each platform needs.")
class ChannelCredentialsInput:
    values: list[CredentialInput]
    hook_secret: str | None = strawberry.field(
        default=None, description="What signs the platform's webhooks, where one was agreed by hand."
    )


def sealed(
    needs: GraphQLDependencies, tenant_id: str, channel_id: str, platform: Platform, given: ChannelCredentialsInput
) -> tuple[bytes, bytes | None]:
    """Return sealed credentials and hook secret, bound to this channel of this tenant."""
    plain = _checked(platform, given)
    credentials = needs.vault.seal_json(plain, CHANNEL_CREDENTIALS.place(tenant_id, channel_id))
    if given.hook_secret is None:
        return credentials, None
    secret = text(given.hook_secret, "credentials", 2000).encode()
    return credentials, needs.vault.seal(secret, CHANNEL_HOOK_SECRET.place(tenant_id, channel_id))


def _checked(platform: Platform, given: ChannelCredentialsInput) -> dict[str, str]:
    values = {one.name: text(one.value, "credentials", LONGEST) for one in given.values if one.value.strip()}
    try:
        return checked_credentials(platform, values)
    except BadCredentials as problem:
        raise CommandRefused("CREDENTIALS_UNFIT", f"{problem}.", ("credentials",)) from None
