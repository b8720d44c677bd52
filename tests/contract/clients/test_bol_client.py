"""The bol.com client of PyPI does with the simulated bol.com what integrators do with the real one.

It speaks version 10 of the API throughout, also for offers, where that version is deprecated.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
import requests
from bol.retailer.api import RetailerAPI

from hub.sandbox.bol.platform import BolPlatform
from hub.sandbox.bol.switches import Switches
from hub.sandbox.bol.tokens import CLIENT_ID, CLIENT_SECRET, LIFETIME
from hub.sandbox.ledger import Units
from tests.contract.clients.places import blocking, sandbox_of

A, B = "ART-00001", "ART-00002"
PATIENCE = 500
"""How many times a process status is asked for; the sandbox's commands take hundredths of a second."""

T = TypeVar("T")


@dataclass
class Retailer:
    """An account at bol.com, and a client that is let in."""

    platform: BolPlatform
    api: Any

    async def do(self, work: Callable[[Any], T]) -> T:
        return await blocking(lambda: work(self.api))

    async def finished(self, command: Callable[[Any], Any]) -> Any:
        """Give a command and follow its process status to the end."""
        accepted = await self.do(command)
        assert accepted.status == "PENDING"
        for _ in range(PATIENCE):
            status = await self.do(lambda api: api.process_status.getById(accepted.processStatusId))
            if status.status != "PENDING":
                return status
        raise AssertionError("the command does not end")

    async def refused(self, command: Callable[[Any], Any]) -> Any:
        """Give a command that is refused, and return the answer."""
        with pytest.raises(requests.HTTPError) as caught:
            await self.do(command)
        return caught.value.response

    async def sell(self, sku: str = A, quantity: int = 1) -> str:
        return await self.platform.place_order([Units(sku, quantity)])

    def offer(self, sku: str) -> str:
        return self.platform.account.offers.by_sku[sku].offer_id


@pytest.fixture
async def retailer(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Retailer]:
    """The client signs in once: its token lives longer than its test, whose time runs a hundred times as fast."""
    monkeypatch.setattr("hub.sandbox.bol.door.LIFETIME", 100 * LIFETIME)
    switches = Switches(starting_stock=True)
    async with sandbox_of("bol", lambda world: BolPlatform(world, switches), speed=100) as sandbox:
        place, platform = sandbox.options.base_url, sandbox.world.platforms["bol"]
        assert isinstance(platform, BolPlatform)
        with requests.Session() as session:
            api = RetailerAPI(api_url=place, login_url=place, session=session, timeout=60)
            token = await blocking(lambda: api.login(CLIENT_ID, CLIENT_SECRET))
            assert token["token_type"] == "Bearer"
            yield Retailer(platform, api)


async def test_wrong_credentials_get_no_token(retailer: Retailer) -> None:
    assert (await retailer.refused(lambda api: api.login(CLIENT_ID, "wrong"))).status_code == 401


async def test_orders_are_listed_and_read_in_full(retailer: Retailer) -> None:
    order_id = await retailer.sell(quantity=2)
    listed = await retailer.do(lambda api: api.orders.list(fulfilment_method="ALL", status="OPEN", page=1))
    assert [each.orderId for each in listed] == [order_id]
    recent = await retailer.do(lambda api: api.orders.list(change_interval_minute=60, vvb_only=False))
    assert [each.orderId for each in recent] == [order_id]
    order = await retailer.do(lambda api: api.orders.get(order_id))
    assert (order.orderItems[0].quantity, order.shipmentDetails.countryCode) == (2, "NL")
    assert order.orderItems[0].product.ean == retailer.platform.world.by_sku[A].ean
    nothing = await retailer.do(lambda api: api.orders.list(page=2))
    assert list(nothing) == []


async def test_an_order_item_is_shipped_in_part(retailer: Retailer) -> None:
    """The client's own call for a later tracking code asks for a path that bol.com does not have."""
    order_id = await retailer.sell(quantity=3)
    order = await retailer.do(lambda api: api.orders.get(order_id))
    item = order.orderItems[0].orderItemId
    done = await retailer.finished(lambda api: api.orders.ship_order_item(item, "REF-1", None, "TNT", "3S1", 2))
    assert (done.status, done.eventType) == ("SUCCESS", "CREATE_SHIPMENT")
    (listed,) = await retailer.do(lambda api: api.shipments.list(order_id=order.orderId))
    shipment = await retailer.do(lambda api: api.shipments.get(listed.shipmentId))
    assert (shipment.shipmentReference, shipment.transport.trackAndTrace) == ("REF-1", "3S1")
    statuses = await retailer.do(lambda api: api.process_status.get(item, "CREATE_SHIPMENT"))
    assert [each.status for each in statuses] == ["SUCCESS"]


async def test_many_process_statuses_are_asked_at_once(retailer: Retailer) -> None:
    first = await retailer.finished(lambda api: api.orders.cancel_order_item("nothing", "OTHER"))
    assert (first.status, bool(first.errorMessage)) == ("FAILURE", True)
    found = await retailer.do(lambda api: api.process_status.getByIds([first.processStatusId, "unknown"]))
    assert [each.processStatusId for each in found] == [first.processStatusId]


async def test_an_order_item_is_cancelled(retailer: Retailer) -> None:
    order_id = await retailer.sell()
    order = await retailer.do(lambda api: api.orders.get(order_id))
    item = order.orderItems[0].orderItemId
    done = await retailer.finished(lambda api: api.orders.cancel_order_item(item, "OUT_OF_STOCK"))
    assert done.status == "SUCCESS"
    assert (await retailer.do(lambda api: api.orders.get(order_id))).orderItems[0].quantityCancelled == 1


async def test_offers_are_read_and_their_stock_and_price_changed(retailer: Retailer) -> None:
    offer_id = retailer.offer(A)
    stock = {"amount": 7, "managedByRetailer": True}
    done = await retailer.finished(lambda api: api.offers.updateProductStock(offer_id, stock))
    assert (done.status, done.entityId, done.eventType) == ("SUCCESS", offer_id, "UPDATE_OFFER_STOCK")
    price = {"pricing": {"bundlePrices": [{"quantity": 1, "unitPrice": 12.5}]}}
    await retailer.finished(lambda api: api.offers.updateProductPrice(offer_id, price))
    held = {"onHoldByRetailer": True, "fulfilment": {"method": "FBR", "deliveryCode": "24uurs-22"}}
    await retailer.finished(lambda api: api.offers.updateProduct(offer_id, held))
    offer = await retailer.do(lambda api: api.offers.getSingleOffer(offer_id))
    assert (offer.stock.amount, offer.stock.correctedStock, offer.onHoldByRetailer) == (7, 7, True)
    assert float(offer.pricing.bundlePrices[0].unitPrice) == 12.5
    too_many = {"amount": 1000, "managedByRetailer": True}
    answer = await retailer.refused(lambda api: api.offers.updateProductStock(offer_id, too_many))
    assert answer.json()["violations"][0]["name"] == "amount"


async def test_an_offer_is_made_exported_and_deleted(retailer: Retailer) -> None:
    body = {
        "ean": "8712345678906",
        "condition": {"name": "NEW"},
        "reference": "NEW-1",
        "pricing": {"bundlePrices": [{"quantity": 1, "unitPrice": 9.95}]},
        "stock": {"amount": 3, "managedByRetailer": True},
        "fulfilment": {"method": "FBR", "deliveryCode": "1-2d"},
    }
    made = await retailer.finished(lambda api: api.offers.createSingleOffer(body))
    assert made.status == "SUCCESS"
    assert (await retailer.finished(lambda api: api.offers.createSingleOffer(body))).status == "FAILURE"
    report = await retailer.finished(lambda api: api.offers.requestExportFile())
    text = (await retailer.do(lambda api: api.offers.getOffersFile(report.entityId))).text
    assert f"{made.entityId},8712345678906,NEW,9.95," in text
    assert (await retailer.finished(lambda api: api.offers.deleteOffers(made.entityId))).status == "SUCCESS"
    assert (await retailer.finished(lambda api: api.offers.deleteOffers(made.entityId))).status == "FAILURE"


async def test_stock_at_bol_and_returns_are_listed(retailer: Retailer) -> None:
    found = await retailer.do(lambda api: api.inventory.get())
    assert {each.ean for each in found} == set(retailer.platform.account.inventory)
    assert list(await retailer.do(lambda api: api.returns.get())) == []
