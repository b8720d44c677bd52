"""taxProfileSet"""

from __future__ import annotations

from decimal import Decimal

import strawberry

from hub.actors import commands
from hub.domain.tax import UnknownPolicy
from hub.domain.tax.profile import TaxProfile
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.tenant import Tenant

LONGEST_LIST = 60


@strawberry.input(description="A VAT number of the business itself.")
class OwnVatNumberInput:
    state: str = strawberry.field(description="A member state by its two letters.")
    number: str


@strawberry.input(description="Distance sales of a calendar year that the hub has not seen.")
class CarriedSalesInput:
    year: int
    amount: Decimal = strawberry.field(description="EUR without VAT.")


@strawberry.input(description="How the business stands with VAT; what is left out is as by default.")
class TaxProfileSetInput:
    home: str = strawberry.field(description="The member state where it is established.")
    numbers: list[OwnVatNumberInput] = strawberry.field(default_factory=list)
    oss_country: str | None = strawberry.field(default=None, description="Where distance sales are declared.")
    opted: bool = strawberry.field(default=False, description="Whether the threshold was waived.")
    stock_abroad: bool = strawberry.field(default=False, description="Whether goods leave from another state too.")
    unknown: UnknownPolicy = UnknownPolicy.HOLD
    carried: list[CarriedSalesInput] = strawberry.field(default_factory=list)

    def read(self) -> TaxProfile:
        """Return the profile."""
        return TaxProfile(
            home=self.home.upper(),
            numbers={one.state.upper(): one.number for one in self.numbers[:LONGEST_LIST]},
            oss_country=self.oss_country.upper() if self.oss_country else None,
            opted=self.opted,
            stock_abroad=self.stock_abroad,
            unknown=self.unknown,
            carried={one.year: one.amount for one in self.carried[:LONGEST_LIST]},
        )


@strawberry.type
class TaxProfileSetPayload:
    tenant: Tenant | None
    user_errors: list[UserError]


async def tax_profile_set(info: Info, input: TaxProfileSetInput) -> TaxProfileSetPayload:
    """Say how the business stands with VAT; orders forwarded from here on follow it."""
    answer = await carry_out(info, commands.set_tax_profile, input.read())
    return TaxProfileSetPayload(
        tenant=await Tenant.find(info, info.context.tenant_id) if answer.done else None,
        user_errors=answer.user_errors,
    )
