"""Exact moves a division to another database, and every row version begins anew."""

from __future__ import annotations

from hub.actors.desk import erp_address
from hub.actors.messages import ReadCatalogue
from hub.actors.runtime.mailbox import post
from hub.store.engine import Work
from tests.flows.stage import DIVISION, TENANT, Stage, eventually


async def read_catalogue(acme: Stage) -> None:
    async def ask(work: Work) -> None:
        post(work, erp_address(TENANT, DIVISION), ReadCatalogue(tick=False))

    await acme.database.write(ask)


async def test_after_a_move_stock_and_deliveries_are_read_anew(acme: Stage) -> None:
    order = await acme.until_order(await acme.sell("bol", lines=[{"sku": "ART-00001", "quantity": 1}]), "forwarded")
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))
    await acme.control("move-division")
    await read_catalogue(acme)
    await eventually(lambda: acme.events("erp.moved"))

    await acme.control("receive", sku="ART-00002", quantity=7)
    await acme.control("deliver", order_id=order.sales_order_id, tracking="3SMOVED0001")
    await acme.until_ledger(lambda found: bool(found["stock_converged"]) and found["tracking"]["confirmed"] == 1)
    assert (await acme.ledger())["tracking"]["doubled"] == 0


async def test_a_division_that_stays_is_not_read_anew(acme: Stage) -> None:
    async def read(times: int) -> bool:
        return len(await acme.events("catalogue.read")) >= times

    await read_catalogue(acme)
    await acme.control("price", sku="ART-00001", price="12.34")
    await read_catalogue(acme)
    await eventually(lambda: read(2))
    assert not await acme.events("erp.moved")


async def test_the_next_reading_of_stock_notices_a_move_and_has_all_be_read_anew(acme: Stage) -> None:
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))
    await acme.control("move-division")
    await acme.control("receive", sku="ART-00002", quantity=7)
    await eventually(lambda: acme.events("erp.moved"))
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))
