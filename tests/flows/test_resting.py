"""An endpoint that Exact refuses things at is left alone before Exact blocks it, by every node."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from hub.actors.desk import erp_address
from hub.domain.sales_order import SalesOrderDraft
from hub.node.activation import LiveErp
from hub.outcome import Throttled
from hub.sandbox.exact.platform import ExactPlatform
from hub.store.tables import budget, division
from tests.flows.stage import DIVISION, TENANT, Stage, eventually

ORDERS = "salesorder/SalesOrders"
DRAFT = SalesOrderDraft(
    your_ref="W-1",
    customer_id="00000000-0000-0000-0000-000000000001",
    order_date=datetime(2026, 11, 23, tzinfo=UTC),
    currency="EUR",
    description="never sent",
    lines=(),
    charges=(),
    total=Decimal(0),
)


async def resting(acme: Stage) -> Any:
    """Return the budget of errors once nothing of it is left."""
    spent = (budget.c.name == f"errors {ORDERS}", budget.c.remaining == 0)
    found = await acme.rows(select(budget).where(budget.c.tenant_id == TENANT, *spent))
    return found[0] if found else None


async def test_refused_orders_rest_the_endpoint_and_the_next_node_knows(acme: Stage) -> None:
    await acme.control("settings", platform="exact", your_ref_length=2)
    for number in range(1, 6):
        await acme.sell("woocommerce", lines=[{"sku": f"ART-0000{number}", "quantity": 1}], shipping="4.95")
    seen = await eventually(lambda: resting(acme))
    assert seen.allowed == 5
    told = await eventually(lambda: acme.events("erp.endpoint_rests"))
    assert [event.detail["endpoint"] for event in told] == [ORDERS]
    connection_id = (await acme.rows(select(division.c.connection_id).where(division.c.code == DIVISION)))[0][0]
    async with AsyncExitStack() as stack:
        erp = await LiveErp(acme.desk, stack)(erp_address(TENANT, DIVISION), connection_id)
        with pytest.raises(Throttled, match="stopped after 5 refused"):
            await erp.create_sales_order(DRAFT)
        (known,) = [one.refused_at for one in erp.meters() if one.name == f"errors {ORDERS}"]
        assert len(seen.refused_at) == 5
        came = [datetime.fromisoformat(one).timestamp() for one in seen.refused_at]
        assert [one.timestamp() for one in known] == pytest.approx(came, abs=0.1)
        assert "W-1" not in await erp.find_sales_orders(["W-1"]), "what was posted may still be read back"
    await acme.control("settings", platform="exact", your_ref_length=30)
    exact = acme.sandbox.world.platforms["exact"]
    assert isinstance(exact, ExactPlatform)
    assert not exact.limits.blocked(DIVISION, ORDERS)
