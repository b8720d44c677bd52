"""The tenant, and who asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay

from hub.domain.tenant import Principal, Role
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.types.node import Stored
from hub.graphql.types.tax import TaxProfile
from hub.store import tables
from hub.store.tax_profiles import profile_from_json


@strawberry.type(description="One wholesale business using the hub.")
class Tenant(Stored):
    key = tables.tenant.c.tenant_id
    tenant_id: relay.NodeID[str]
    name: str
    created_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(tenant_id=row.tenant_id, name=row.name, created_at=row.created_at)

    @shown("How the business stands with VAT; null where it never said, and the channels' own rates decide.")
    async def tax(self, info: Info) -> TaxProfile | None:
        row = await info.context.load.one(tables.tax_profile.c.tenant_id, self.tenant_id)
        return None if row is None else TaxProfile.of(profile_from_json(row.profile))


@strawberry.type(description="Who asks: the bearer of the access token.")
class Viewer:
    label: str = strawberry.field(description="How this principal is named in the activity log.")
    role: Role

    @shown("The tenant that this principal acts for.")
    async def tenant(self, info: Info) -> Tenant | None:
        return await Tenant.find(info, info.context.tenant_id)


@strawberry.type(description="An access token of this API; the token itself is shown once, when it is made.")
class ApiToken(Stored):
    key = tables.api_token.c.token_id
    token_id: relay.NodeID[str]
    role: Role
    label: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            token_id=row.token_id,
            role=Role(row.role),
            label=row.label,
            created_at=row.created_at,
            created_by=row.created_by,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )

    @classmethod
    def is_open_to(cls, who: Principal) -> bool:
        return who.role.includes(Role.ADMIN)
