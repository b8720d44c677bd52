"""How a platform is plugged in: what its folder offers to the node, under the name CONNECTOR."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

import httpx2

from hub.adapters.port import Channel, Grant, GrantStore, HookReader
from hub.clock import Clock
from hub.domain.amounts.policy import AmountPolicy
from hub.domain.platform import Platform


@dataclass(frozen=True, slots=True)
class Account:
    """One channel's account with its credentials in the clear, for as long as its adapter is open.

    ``url`` is the shop or the API; ``login_url`` and ``consent_url`` say where tokens and consents come from, where
    the platform has other hosts for them. ``grant`` keeps the OAuth pair of the account, shared by all nodes.
    ``amounts`` says how the channel's amounts are to be read.
    """

    url: str
    secrets: Mapping[str, str] = field(repr=False)
    grant: GrantStore
    login_url: str = ""
    consent_url: str = ""
    amounts: AmountPolicy = field(default_factory=AmountPolicy)


@dataclass(frozen=True, slots=True)
class Consented:
    """What a consent brought: the pair to store, and credentials that the platform told along with it."""

    grant: Grant
    credentials: Mapping[str, str] = field(default_factory=dict)


class Consent(Protocol):
    """How a person's consent in a browser becomes the grant of a channel's account."""

    def address(self, account: Account, state: str, redirect_uri: str) -> str:
        """Return the platform's page to send the browser to."""
        ...

    async def exchange(self, account: Account, clock: Clock, answer: Mapping[str, str], redirect_uri: str) -> Consented:
        """Turn the parameters of the redirect back into a grant, after verifying the platform's signature over them.

        NOT repeatable: a code works once. Raises the outcomes of ``hub.outcome``, Rejected where the answer is forged
        or its code refused.
        """
        ...


class Open(Protocol):
    """How the adapter of an account is opened; ``transport`` replaces the network in tests."""

    def __call__(
        self, account: Account, clock: Clock, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> AbstractAsyncContextManager[Channel]: ...


@dataclass(frozen=True, slots=True)
class Connector:
    """One platform. Adapters are opened per account and shared by all lanes of its channel.

    ``hooks`` reads its webhooks, None where it sends none; ``consent`` is None where a key is all there is.
    ``contract`` is the OpenAPI document (JSON) of what its accounts must implement, where the contract is ours.
    """

    platform: Platform
    open: Open
    hooks: HookReader | None = None
    consent: Consent | None = None
    contract: bytes | None = None
