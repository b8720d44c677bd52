"""How a tenant stands with VAT is kept whole, and its distance sales are summed by the year of the books."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import insert

from hub.domain.tax.evidence import UnknownPolicy
from hub.domain.tax.profile import TaxProfile
from hub.domain.to_forward import BOOKS_ZONE
from hub.store.engine import Database, Work
from hub.store.tables import orders
from hub.store.tax_profiles import distance_sales, load_profile, save_profile
from hub.store.tenants import Tenant
from tests.api.house import House, order_row

NOW = datetime(2026, 6, 1, tzinfo=UTC)


async def test_a_profile_comes_back_as_it_was_saved_last(database: Database, acme: Tenant) -> None:
    async with database.read() as connection:
        assert await load_profile(connection, acme.tenant_id) is None
    last = TaxProfile(
        "NL", {"NL": "NL004495445B01"}, "NL", True, True, UnknownPolicy.ACCEPT, {2025: Decimal("9000.50")}
    )
    await database.write(lambda work: save_profile(work, acme.tenant_id, TaxProfile("BE"), NOW))
    await database.write(lambda work: save_profile(work, acme.tenant_id, last, NOW))
    async with database.read() as connection:
        assert await load_profile(connection, acme.tenant_id) == last
        assert await load_profile(connection, "other") is None


async def test_distance_sales_that_were_sent_before_count_by_the_year_of_the_books(
    database: Database, acme: Tenant
) -> None:
    house = House(acme.tenant_id)

    async def fill(work: Work) -> None:
        for name, placed, status, amount in (
            ("late", datetime(2025, 12, 31, 22, 59, tzinfo=UTC), "forwarded", "100.10"),
            ("new-year", datetime(2025, 12, 31, 23, 0, tzinfo=UTC), "sending", "20"),
            ("spring", datetime(2026, 4, 1, tzinfo=UTC), "forwarded", "3.33"),
            ("domestic", datetime(2026, 4, 1, tzinfo=UTC), "forwarded", None),
            ("cancelled", datetime(2026, 4, 1, tzinfo=UTC), "cancelled", "500"),
            ("itself", datetime(2026, 4, 2, tzinfo=UTC), "sending", "700"),
            ("later", datetime(2026, 7, 1, tzinfo=UTC), "forwarded", "900"),
        ):
            sale = None if amount is None else Decimal(amount)
            row = order_row(house, name, placed_at=placed, status=status, distance_sale=sale)
            await work.execute(insert(orders).values(tenant_id=acme.tenant_id, **row))

    await database.write(fill)
    async with database.read() as connection:
        found = await distance_sales(connection, acme.tenant_id, house.key("itself"), NOW, BOOKS_ZONE)
        assert found == {2025: Decimal("100.10"), 2026: Decimal("23.33")}
        assert await distance_sales(connection, "other", "none", NOW, BOOKS_ZONE) == {}
