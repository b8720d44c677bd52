"""Commands on the ERP: a grant was given, a division is to be synchronised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.actors.commands.refusal import CommandRefused, record
from hub.actors.desk import erp_address
from hub.actors.messages import CheckErpHooks, ReadCatalogue, SweepDeliveries, SweepStock
from hub.actors.messages_after_sale import SweepInvoices
from hub.actors.runtime import mailbox
from hub.domain.product import Division
from hub.domain.tenant import Principal
from hub.store.divisions import list_divisions, load_division, save_divisions, set_enabled
from hub.store.engine import Work


async def connection_granted(
    work: Work, who: Principal, now: datetime, connection_id: str, divisions: Sequence[Division]
) -> None:
    """Store the divisions that a consent opened, and wake the actors of those that were in use before."""
    before = await list_divisions(work.connection, who.tenant_id, connection_id)
    await save_divisions(work, who.tenant_id, connection_id, divisions)
    for division in await list_divisions(work.connection, who.tenant_id, connection_id):
        if division.enabled:
            await mailbox.resume(work, erp_address(who.tenant_id, division.code))
            _begin(work, who.tenant_id, division.code)
    record(work, who, now, "erp.granted", f"Exact opened {len(divisions)} divisions",
           before={"divisions": sorted(one.code for one in before)},
           after={"divisions": sorted(one.code for one in divisions)},
           subject_type="erp_connection", subject_id=connection_id)  # fmt: skip


async def enable_division(work: Work, who: Principal, now: datetime, connection_id: str, code: int) -> None:
    """Synchronise a division: read its catalogue and stock, subscribe to its webhooks."""
    found = await load_division(work.connection, who.tenant_id, code)
    if found is None or found.connection_id != connection_id:
        raise CommandRefused("DIVISION_UNKNOWN", f"The connection does not reach division {code}.", ("code",))
    await set_enabled(work, who.tenant_id, code, True)
    _begin(work, who.tenant_id, code)
    record(work, who, now, "division.enabled", f"Division {code} is synchronised", division=code,
           before={"enabled": found.enabled}, after={"enabled": True})  # fmt: skip


def _begin(work: Work, tenant_id: str, code: int) -> None:
    address = erp_address(tenant_id, code)
    for message in (ReadCatalogue(), SweepStock(), SweepDeliveries(), CheckErpHooks(), SweepInvoices()):
        mailbox.post(work, address, message)
