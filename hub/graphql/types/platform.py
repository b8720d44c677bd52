"""Platforms that channels may sell on, and what connects an account of each."""

from __future__ import annotations

from typing import Self

import strawberry

from hub.domain.platform import Credential, Platform, Profile


@strawberry.type(description="One value that a person enters to connect an account.")
class Need:
    name: str
    description: str
    required: bool
    hidden: bool = strawberry.field(description="Never shown again once it was entered.")

    @classmethod
    def of(cls, one: Credential) -> Self:
        return cls(name=one.name, description=one.description, required=one.required, hidden=one.secret)


@strawberry.type(description="A platform, and what connects an account of it.")
class PlatformProfile:
    platform: Platform
    title: str
    consent: bool = strawberry.field(description="A person may give the grant in a browser.")
    needs: list[Need] = strawberry.field(description="What to give as credentials.")

    @classmethod
    def of(cls, platform: Platform, profile: Profile) -> Self:
        needs = [Need.of(one) for one in profile.credentials]
        return cls(platform=platform, title=profile.title, consent=profile.consent, needs=needs)
