"""Commands on how the tenant stands with VAT."""

from __future__ import annotations

from datetime import datetime

from hub.actors.commands.refusal import CommandRefused, record
from hub.domain.tax.profile import TaxProfile, profile_problem
from hub.domain.tenant import Principal
from hub.store.engine import Work
from hub.store.tax_profiles import load_profile, profile_to_json, save_profile


async def set_tax_profile(work: Work, who: Principal, now: datetime, profile: TaxProfile) -> None:
    """Store how the tenant stands with VAT; orders that are forwarded from here on follow it. Repeatable."""
    problem = profile_problem(profile)
    if problem is not None:
        name, why = problem
        raise CommandRefused("PROFILE_UNFIT", why, ("profile", name))
    before = await load_profile(work.connection, who.tenant_id)
    await save_profile(work, who.tenant_id, profile, now)
    record(
        work,
        who,
        now,
        "tax.profile",
        "How the business stands with VAT was changed",
        before=None if before is None else profile_to_json(before),
        after=profile_to_json(profile),
    )
