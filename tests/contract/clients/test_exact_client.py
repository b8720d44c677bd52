"""The ``exactonline`` library of PyPI does with the simulated Exact what integrators do with the real one."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from exactonline.api import ExactApi
from exactonline.elements import ExactCustomer
from exactonline.exceptions import ObjectDoesNotExist
from exactonline.http import HTTPError, opt_secure
from exactonline.resource import DELETE, GET, POST, PUT
from exactonline.storage.ini import IniStorage

from hub.sandbox.exact.grants import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.exact.office import MAIN_DIVISION
from hub.sandbox.exact.platform import ExactPlatform
from tests.contract.clients.places import blocking, sandbox_of
from tests.sandbox.exact_bench import listening

RETURN = "http://127.0.0.1:9000/oauth/exact/callback"
T = TypeVar("T")


@dataclass
class Books:
    """A company's books, and a client of the library with its settings."""

    platform: ExactPlatform
    api: Any
    address: str
    certificate: Path

    async def do(self, work: Callable[[Any], T]) -> T:
        return await blocking(lambda: work(self.api))

    async def rest(self, request: Any) -> Any:
        return await self.do(lambda api: api.restv1(request))

    async def refused(self, work: Callable[[Any], Any]) -> HTTPError:
        with pytest.raises(HTTPError) as caught:
            await self.do(work)
        return caught.value

    async def code(self) -> str:
        """Consent in the browser, at the address that the library made."""
        where = urlsplit(await self.do(lambda api: api.create_auth_request_url()))
        asked = {name: values[0] for name, values in parse_qs(where.query).items()}
        trust = ssl.create_default_context(cafile=self.certificate)
        async with httpx2.AsyncClient(verify=trust) as browser:
            answer = await browser.post(f"{where.scheme}://{where.netloc}{where.path}", data=asked)
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def settings(address: str) -> IniStorage:
    """Return the library's own configuration file, with the addresses it lets one choose."""
    lines = f"""
[server]
auth_url = {address}/exact/api/oauth2/auth
rest_url = {address}/exact/api
token_url = {address}/exact/api/oauth2/token
[application]
base_url = {RETURN}
client_id = {CLIENT_ID}
client_secret = {CLIENT_SECRET}
"""
    return IniStorage(StringIO(lines))


@pytest.fixture
async def books(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Books]:
    """Log in; the library takes its authority from a module setting, as its source says."""
    monkeypatch.setattr(opt_secure, "cacert_file", str(certificate))
    async with sandbox_of("exact", ExactPlatform, certificate, goods=6) as sandbox:
        platform, place = sandbox.world.platforms["exact"], sandbox.options.base_url
        assert isinstance(platform, ExactPlatform)
        found = Books(platform, ExactApi(storage=settings(place)), place, certificate)
        code = await found.code()
        await found.do(lambda api: api.request_token(code))
        await found.do(lambda api: api.set_division(MAIN_DIVISION))
        yield found


async def test_the_user_consents_and_chooses_a_company(books: Books) -> None:
    divisions, current = await books.do(lambda api: api.get_divisions())
    assert current == MAIN_DIVISION
    assert divisions[MAIN_DIVISION] == "Handelshuis NL"


async def test_a_code_serves_once(books: Books) -> None:
    code = await books.code()
    await books.do(lambda api: api.request_token(code))
    assert (await books.refused(lambda api: api.request_token(code))).code == 400


async def test_tokens_are_renewed_shortly_before_they_end_and_not_sooner(books: Books) -> None:
    assert (await books.refused(lambda api: api.refresh_token())).code == 400
    old = books.api.storage.get_access_token()
    books.platform.world.clock.advance(575)
    books.api.storage.set_access_expiry(0)
    await books.do(lambda api: api.get_divisions())
    assert books.api.storage.get_access_token() != old


async def test_an_expired_token_is_noticed_and_renewed(books: Books) -> None:
    books.platform.world.clock.advance(601)
    divisions, _ = await books.do(lambda api: api.get_divisions())
    assert divisions


async def test_customers_are_found_made_and_changed(books: Books) -> None:
    class Customer(ExactCustomer):  # type: ignore[misc]
        name = "Jansen BV"

        def get_code(self) -> str:
            return "40001"

        def get_name(self) -> str:
            return self.name

        def get_address(self) -> dict[str, str]:
            return {"AddressLine1": "Keizersgracht 1", "Postcode": "1015 CJ", "City": "Amsterdam"}

    customer = Customer(api=books.api)
    with pytest.raises(ObjectDoesNotExist):
        await books.do(lambda api: api.relations.get(relation_code="40001"))
    await blocking(customer.commit)
    found = await books.do(lambda api: api.relations.get(relation_code="40001", select="ID,Code,Name,City"))
    assert (found["Name"], found["City"]) == ("Jansen BV", "Amsterdam")
    customer.name = "Jansen & Zoon BV"
    await blocking(customer.commit)
    assert (await books.do(lambda api: api.relations.get(relation_code="40001")))["Name"] == "Jansen & Zoon BV"
    await books.do(lambda api: api.relations.delete(found["ID"]))


async def test_vat_codes_are_looked_up(books: Books) -> None:
    assert await books.do(lambda api: api.vatcodes.get_percentage(vat_code="4")) == 0.21
    assert len(await books.do(lambda api: api.vatcodes.all())) > 3


async def test_lists_of_many_pages_are_followed_to_their_end(books: Books) -> None:
    books.platform.office.settings.minute_limit = 1000
    customer = books.platform.main.guid("account", 10000)
    line = {"Item": books.platform.main.guid("item", "ART-00001"), "Quantity": 1}
    for number in range(61):
        body = {"OrderedBy": customer, "YourRef": f"R{number}", "SalesOrderLines": [line]}
        await books.rest(POST("salesorder/SalesOrders", body))
    rows = await books.rest(GET("salesorder/SalesOrders?$select=OrderID,YourRef"))
    assert len({each["YourRef"] for each in rows}) == 61


async def test_a_sales_order_is_booked_changed_delivered_and_read(books: Books) -> None:
    line = {"Item": books.platform.main.guid("item", "ART-00001"), "Quantity": 2, "NetPrice": 10.5, "VATCode": "2"}
    body = {"OrderedBy": books.platform.main.guid("account", 10000), "YourRef": "WEB-1", "SalesOrderLines": [line]}
    made = await books.rest(POST("salesorder/SalesOrders", body))
    key = f"guid'{made['OrderID']}'"
    await books.rest(PUT(f"salesorder/SalesOrders({key})", {"Remarks": "Spoed"}))
    query = f"$filter=OrderID+eq+{key}&$expand=SalesOrderLines&$select=Remarks,Status,SalesOrderLines/ID"
    (order,) = await books.rest(GET(f"salesorder/SalesOrders?{query}"))
    assert (order["Remarks"], order["Status"]) == ("Spoed", 12)
    (sold,) = order["SalesOrderLines"]["results"]
    delivered = {"SalesOrderLineID": sold["ID"], "QuantityDelivered": 2}
    goods = {"DeliveryDate": "2026-01-05T00:00:00Z", "TrackingNumber": "3S1", "GoodsDeliveryLines": [delivered]}
    delivery = await books.rest(POST("salesorder/GoodsDeliveries", goods))
    where = f"guid'{delivery['EntryID']}'"
    found = await books.rest(GET(f"salesorder/GoodsDeliveries?$filter=EntryID+eq+{where}&$select=TrackingNumber"))
    assert found[0]["TrackingNumber"] == "3S1"


async def test_stock_and_items_are_read(books: Books) -> None:
    items = await books.rest(GET("logistics/Items?$filter=Code+eq+'ART-00001'&$select=ID,Code,Stock&$top=1"))
    assert items[0]["Code"] == "ART-00001"
    position = await books.rest(GET(f"read/logistics/StockPosition?itemId=guid'{items[0]['ID']}'"))
    synced = await books.rest(GET("sync/Inventory/StockPositions?$filter=Timestamp+gt+0L&$select=ItemId,FreeStock"))
    assert position[0]["FreeStock"] == sum(each["FreeStock"] for each in synced if each["ItemId"] == items[0]["ID"])


async def test_webhooks_are_subscribed_to_and_cancelled(books: Books) -> None:
    async with listening() as listener:
        wish = {"CallbackURL": listener.url, "Topic": "StockPositions"}
        made = await books.rest(POST("webhooks/WebhookSubscriptions", wish))
        rows = await books.rest(GET("webhooks/WebhookSubscriptions?$select=ID,Topic"))
        assert [each["ID"] for each in rows] == [made["ID"]]
        await books.rest(DELETE(f"webhooks/WebhookSubscriptions(guid'{made['ID']}')"))
        assert await books.rest(GET("webhooks/WebhookSubscriptions?$select=ID")) == []


async def test_the_library_reads_the_limits_out_of_every_answer(books: Books) -> None:
    await books.do(lambda api: api.vatcodes.all())
    limits = set(books.api.limiter._reset_times.values())
    assert {limit for limit, _ in limits} == {60, 5000}


async def test_a_refusal_says_why(books: Books) -> None:
    error = await books.refused(lambda api: api.restv1(GET("salesorder/SalesOrders?$filter=Nonsense+eq+1")))
    assert error.code == 400
    assert b"error" in error.response
    assert (await books.refused(lambda api: api.restv1(GET("nothing/Here")))).code == 404
