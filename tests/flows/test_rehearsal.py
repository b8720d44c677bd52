"""A rehearsal says what really was forwarded, and what a change would have made of it, without a call or a row."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select

from hub.actors import commands
from hub.actors.rehearsing import Proposal, Rehearsing
from hub.domain.order import HoldCause
from hub.domain.rehearsal import Difference
from hub.domain.tax import Regime
from hub.domain.tax.profile import TaxProfile
from hub.domain.vat_mapping import VatRule
from hub.store.certificates import certificate_to_json
from hub.store.channels import StoredChannel, load_channel
from hub.store.tables import buyer, order_key, sync_event, vat_number
from tests.flows.stage import TENANT, Stage, stage

BELGIUM = VatRule("BE", Decimal("0.21"), "OB")
BUSINESS = VatRule("NL", Decimal(0), "7", Regime.REVERSE_CHARGE)


async def channel(made: Stage) -> StoredChannel:
    async with made.database.read() as reading:
        found = await load_channel(reading, TENANT, "bol")
    assert found is not None
    return found


async def written(made: Stage) -> tuple[Any, ...]:
    """Return what a rehearsal could have left behind: calls to any platform, and rows of the log."""
    calls = (await made.http.get("/_control/state")).json()["calls"]
    [rows] = await made.rows(select(func.count()).select_from(sync_event).where(sync_event.c.kind.like("order.%")))
    return calls.get("vies"), rows[0]


async def test_a_rehearsal_repeats_what_was_forwarded_and_tells_what_would_change(database_url: str) -> None:
    async with stage(database_url) as made:
        await made.command(commands.set_tax_profile, TaxProfile("NL", {"NL": "NL004495445B01"}, oss_country="NL"))
        await made.configure("bol", vat_rules=(BELGIUM, BUSINESS))
        asked: list[dict[str, Any]] = [{"country": "NL"}, {"country": "BE"}, {"country": "BE", "company": True}]
        sold = [await made.sell("bol", **each) for each in asked]
        orders = [await made.until_order(external_id, "forwarded") for external_id in sold]
        before = await written(made)
        rehearsing, now = Rehearsing(made.database, made.desk.vault, TENANT), made.desk.clock.now()
        shop = await channel(made)
        for stored in orders:
            outcome = await rehearsing.order(shop, stored.order_id)
            assert outcome is not None
            assert outcome.draft is not None
            assert outcome.certificate is not None
            assert outcome.draft.fingerprint() == stored.fingerprint
            assert certificate_to_json(outcome.certificate) == stored.derivation
        same = await rehearsing.settings(shop, Proposal(shop.settings), now)
        assert (same.checked, same.changed, same.unknowable) == (3, [], 0)
        without = replace(shop.settings, vat_rules=(BUSINESS,))
        found = await rehearsing.settings(shop, Proposal(without), now)
        assert [one.number for one in found.changed] == [orders[1].number]
        assert found.changed[0].after.cause is HoldCause.NO_VAT_CODE
        private = await rehearsing.settings(shop, Proposal(replace(shop.settings, vat_rules=(BELGIUM,))), now)
        assert (private.counts, private.changed[0].number) == ({Difference.NOW_HELD: 1}, orders[2].number)
        assert await written(made) == before
        await without_the_people(made, rehearsing, shop, now)


async def without_the_people(made: Stage, rehearsing: Rehearsing, shop: StoredChannel, now: Any) -> None:
    """Where buyers were erased the certificate still says where goods went; a VAT number is not guessed."""
    for table in (buyer, order_key, vat_number):
        await made.database.write(lambda work, table=table: work.execute(delete(table)))  # type: ignore[misc]
    found = await rehearsing.settings(shop, Proposal(replace(shop.settings, vat_rules=(BUSINESS,))), now)
    assert (found.checked, found.unknowable, found.counts) == (2, 1, {Difference.NOW_HELD: 1})
