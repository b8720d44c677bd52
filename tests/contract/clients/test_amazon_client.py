"""The ``python-amazon-sp-api`` client does with the simulated Amazon what integrators do with the real one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from sp_api.api import Feeds, ListingsItemsV20210801, Notifications, OrdersV0, OrdersV20260101, Reports, Sellers
from sp_api.auth import AccessTokenClient
from sp_api.auth.access_token_client import cache, grantless_cache
from sp_api.auth.exceptions import AuthorizationError
from sp_api.base import SellingApiException, SellingApiForbiddenException

from hub.sandbox.amazon.lwa import APPLICATION_ID, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SELLER_ID
from hub.sandbox.amazon.orders import Order
from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.amazon.switches import Switches
from hub.sandbox.ledger import Units
from tests.contract.clients.places import blocking, sandbox_of

A, B = "ART-00001", "ART-00002"
NL = "A1805IZSGTT6HS"
RETURN = "http://127.0.0.1:9000/oauth/amazon/callback"
ARN = "arn:aws:sqs:eu-west-1:123456789012:orders"


@dataclass(frozen=True)
class Loopback:
    """A marketplace as the client's own enumeration describes one, at another endpoint."""

    endpoint: str
    marketplace_id: str = NL
    region: str = "eu-west-1"


@dataclass
class Seller:
    """A seller's account, and clients that are let in."""

    platform: AmazonPlatform
    address: str

    def options(self, **credentials: str) -> dict[str, Any]:
        """Return how a client is told who it is and where Amazon is."""
        keys = {"lwa_app_id": CLIENT_ID, "lwa_client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN}
        host = urlsplit(self.address).netloc
        token_client = type("TokenClient", (AccessTokenClient,), {"host": host})
        return {
            "marketplace": Loopback(self.address),
            "credentials": keys | credentials,
            "auth_token_client_class": token_client,
        }

    async def ask(self, kind: Any, work: Callable[[Any], Any], **credentials: str) -> Any:
        """Do one piece of work with a client of a kind; the client forgets to close what it asks for tokens with."""

        def done() -> Any:
            with closing(kind(**self.options(**credentials))) as client, closing(client._auth._transport):
                return work(client)

        return await blocking(done)

    async def sell(self, sku: str = A, quantity: int = 1, **more: Any) -> Order:
        order_id = await self.platform.place_order([Units(sku, quantity)], **more)
        self.pass_time(130)
        return self.platform.account.orders[order_id]

    def pass_time(self, seconds: float) -> None:
        self.platform.world.clock.advance(seconds)
        self.platform.account.settle()


@pytest.fixture
async def seller(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Seller]:
    """Trust the certificate by the environment: for uploads the client uses no options of its own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    cache.clear()
    grantless_cache.clear()
    switches = Switches(starting_stock=True)
    async with sandbox_of("amazon", lambda world: AmazonPlatform(world, switches), certificate, goods=30) as sandbox:
        platform = sandbox.world.platforms["amazon"]
        assert isinstance(platform, AmazonPlatform)
        yield Seller(platform, sandbox.options.base_url)
    cache.clear()
    grantless_cache.clear()


async def test_a_token_is_granted_for_a_refresh_token_and_for_a_code(seller: Seller, certificate: Path) -> None:
    made = await seller.ask(Sellers, lambda api: api.auth)
    assert made.access_token.startswith("Atza|")
    form = {"application_id": APPLICATION_ID, "state": "s", "redirect_uri": RETURN, "version": "beta"}
    consent = f"{seller.address}/apps/authorize/consent"
    answer = await blocking(lambda: httpx2.post(consent, data=form))
    told = httpx2.URL(answer.headers["location"]).params
    pair = await seller.ask(Sellers, lambda api: api._auth.authorize_auth_code(told["spapi_oauth_code"]))
    assert pair["refresh_token"].startswith("Atzr|")
    assert (await seller.ask(Sellers, lambda api: api.auth, refresh_token=pair["refresh_token"])).access_token


async def test_wrong_credentials_get_no_token(seller: Seller) -> None:
    with pytest.raises(AuthorizationError) as caught:
        await seller.ask(Sellers, lambda api: api.auth, lwa_client_secret="wrong")
    assert caught.value.error_code == "invalid_client"


async def test_marketplaces_of_the_seller_are_listed(seller: Seller) -> None:
    found = (await seller.ask(Sellers, lambda api: api.get_marketplace_participation())).payload
    assert NL in {each["marketplace"]["id"] for each in found if each["participation"]["isParticipating"]}


async def test_orders_are_searched_page_by_page_and_read(seller: Seller) -> None:
    made = {(await seller.sell()).order_id for _ in range(3)}
    asked = {"lastUpdatedAfter": "2020-01-01T00:00:00Z", "marketplaceIds": [NL], "maxResultsPerPage": 2}
    asked |= {"includedData": ["BUYER", "PROCEEDS"]}
    first = await seller.ask(OrdersV20260101, lambda api: api.search_orders(**asked))
    token = first.next_token
    second = await seller.ask(OrdersV20260101, lambda api: api.search_orders(**asked, paginationToken=token))
    assert {each["orderId"] for page in (first, second) for each in page.payload["orders"]} == made
    order_id = next(iter(made))
    read = await seller.ask(
        OrdersV20260101, lambda api: api.get_order(order_id, includedData=["BUYER", "RECIPIENT", "PROCEEDS"])
    )
    assert read.payload["order"]["orderItems"][0]["product"]["sellerSku"] == A


async def test_a_shipment_is_confirmed(seller: Seller) -> None:
    order = await seller.sell(quantity=2)
    detail = {
        "packageReferenceId": "1",
        "carrierCode": "PostNL",
        "trackingNumber": "3S1",
        "shipDate": seller.platform.world.clock.now().isoformat(),
        "orderItems": [{"orderItemId": order.items[0].item_id, "quantity": 2}],
    }
    body = {"marketplaceId": NL, "packageDetail": detail}
    await seller.ask(OrdersV0, lambda api: api.confirm_shipment(order.order_id, **body))
    seller.pass_time(100)
    read = await seller.ask(OrdersV20260101, lambda api: api.get_order(order.order_id, includedData=["FULFILLMENT"]))
    assert read.payload["order"]["fulfillment"]["fulfillmentStatus"] == "SHIPPED"


async def test_listings_are_searched_read_and_their_stock_changed(seller: Seller) -> None:
    found = await seller.ask(
        ListingsItemsV20210801,
        lambda api: api.search_listings_items(
            SELLER_ID, marketplaceIds=[NL], identifiersType="SKU", identifiers=[A, B], pageSize=20
        ),
    )
    assert {each["sku"] for each in found.payload["items"]} == {A, B}
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": 7}]
    patch = {"op": "replace", "path": "/attributes/fulfillment_availability", "value": value}
    body = {"productType": "PRODUCT", "patches": [patch]}
    asked = {"marketplaceIds": [NL], "issueLocale": "nl_NL"}
    done = await seller.ask(
        ListingsItemsV20210801, lambda api: api.patch_listings_item(SELLER_ID, A, **asked, body=body)
    )
    assert done.payload["status"] == "ACCEPTED"
    seller.pass_time(10)
    read = await seller.ask(
        ListingsItemsV20210801,
        lambda api: api.get_listings_item(
            SELLER_ID, A, marketplaceIds=[NL], includedData=["summaries", "fulfillmentAvailability", "issues"]
        ),
    )
    assert read.payload["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "DEFAULT", "quantity": 7}]


async def test_an_unknown_sku_is_not_found(seller: Seller) -> None:
    with pytest.raises(SellingApiException) as caught:
        await seller.ask(
            ListingsItemsV20210801, lambda api: api.get_listings_item(SELLER_ID, "A/B C", marketplaceIds=[NL])
        )
    assert caught.value.code == 404


async def test_a_feed_is_uploaded_followed_and_its_report_read(seller: Seller) -> None:
    attributes = {"fulfillment_availability": [{"fulfillment_channel_code": "DEFAULT", "quantity": 3}]}
    message = {"messageId": 1, "sku": A, "operationType": "PARTIAL_UPDATE", "productType": "PRODUCT"}
    header = {"sellerId": SELLER_ID, "version": "2.0", "issueLocale": "en_GB"}
    body = json.dumps({"header": header, "messages": [message | {"attributes": attributes}]}).encode()
    kind = "application/json; charset=UTF-8"
    document, feed = await seller.ask(Feeds, lambda api: api.submit_feed("JSON_LISTINGS_FEED", BytesIO(body), kind))
    assert document.payload["feedDocumentId"]
    feed_id = feed.payload["feedId"]
    listed = await seller.ask(Feeds, lambda api: api.get_feeds(feedTypes=["JSON_LISTINGS_FEED"], pageSize=10))
    assert [each["feedId"] for each in listed.payload["feeds"]] == [feed_id]
    for _ in range(2):
        seller.pass_time(31)
    done = (await seller.ask(Feeds, lambda api: api.get_feed(feed_id))).payload
    assert done["processingStatus"] == "DONE"
    report = await seller.ask(Feeds, lambda api: api.get_feed_document(done["resultFeedDocumentId"]))
    assert json.loads(report)["summary"]["messagesAccepted"] == 1


async def test_a_waiting_feed_is_cancelled(seller: Seller) -> None:
    _, feed = await seller.ask(Feeds, lambda api: api.submit_feed("JSON_LISTINGS_FEED", BytesIO(b"{}"), "text/plain"))
    feed_id = feed.payload["feedId"]
    await seller.ask(Feeds, lambda api: api.cancel_feed(feed_id))
    assert (await seller.ask(Feeds, lambda api: api.get_feed(feed_id))).payload["processingStatus"] == "CANCELLED"


async def test_the_inventory_report_is_ordered_and_downloaded(seller: Seller) -> None:
    kind = "GET_MERCHANT_LISTINGS_ALL_DATA"
    made = await seller.ask(Reports, lambda api: api.create_report(reportType=kind, marketplaceIds=[NL]))
    for _ in range(2):
        seller.pass_time(31)
    report = (await seller.ask(Reports, lambda api: api.get_report(made.payload["reportId"]))).payload
    listed = (await seller.ask(Reports, lambda api: api.get_reports(reportTypes=[kind]))).payload
    assert [each["reportId"] for each in listed["reports"]] == [report["reportId"]]
    found = await seller.ask(Reports, lambda api: api.get_report_document(report["reportDocumentId"], download=True))
    assert A in found.payload["document"]


async def test_notifications_are_subscribed_to_with_a_queue_as_destination(seller: Seller) -> None:
    made = await seller.ask(Notifications, lambda api: api.create_destination("hub", arn=ARN))
    where = made.payload["destinationId"]
    listed = (await seller.ask(Notifications, lambda api: api.get_destinations())).payload
    assert [each["destinationId"] for each in listed] == [where]
    assert (await seller.ask(Notifications, lambda api: api.get_destination(where))).payload["name"] == "hub"
    subscription = await seller.ask(
        Notifications, lambda api: api.create_subscription("ORDER_CHANGE", destination_id=where)
    )
    found = (await seller.ask(Notifications, lambda api: api.get_subscription("ORDER_CHANGE"))).payload
    assert found["subscriptionId"] == subscription.payload["subscriptionId"]
    await seller.sell()
    queue = seller.platform.account.notices.queues.of_arn(ARN)
    assert json.loads(queue.messages[0].body)["NotificationType"] == "ORDER_CHANGE"


async def test_a_withdrawn_authorisation_is_told_apart(seller: Seller) -> None:
    await seller.ask(Sellers, lambda api: api.get_marketplace_participation())
    seller.platform.switches.withdrawn = True
    with pytest.raises(SellingApiForbiddenException):
        await seller.ask(Sellers, lambda api: api.get_marketplace_participation())
