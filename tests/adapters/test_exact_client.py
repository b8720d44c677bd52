"""How Exact's answers become outcomes, and what the adapter never does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from typing import TypeAlias

import httpx2
import pytest

from hub.adapters.exact.client import Note
from hub.adapters.exact.erp import ExactErp
from hub.adapters.http import Caller, open_client
from hub.adapters.oauth import MemoryGrants, OAuthApp, TokenEndpoint, Tokens
from hub.adapters.port import Grant, Meter
from hub.domain.sales_order import DraftCharge, DraftLine, SalesOrderDraft
from hub.outcome import Rejected, Throttled, Unauthorized, Unavailable
from tests.adapters.handclock import START, HandClock
from tests.adapters.scripted import Line, Script, says

ORDER = "0c2f8a7e-5e1b-4d53-9a3e-6c1d2b7f4e90"
ITEM = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
CUSTOMER = "11111111-2222-3333-4444-555555555555"
DRAFT = SalesOrderDraft(
    your_ref="WEB-100045",
    customer_id=CUSTOMER,
    order_date=START,
    currency="EUR",
    description="Order WEB-100045",
    lines=(
        DraftLine(
            "1", ITEM, Decimal(3), Decimal("0.10"), "4", Decimal("0.21"), Decimal("0.30"), Decimal("0.05"), "Bolt"
        ),
    ),
    charges=(DraftCharge(Decimal("4.95"), "4", Decimal("0.21"), "Shipping", shipping=True),),
    total=Decimal("5.25"),
)
CREATED = says({"d": {"OrderID": ORDER}}, 201)
EMPTY = says({"d": {"results": []}})

Open: TypeAlias = Callable[..., AbstractAsyncContextManager[tuple[ExactErp, Script]]]


@pytest.fixture
def opened(clock: HandClock) -> Open:
    @asynccontextmanager
    async def opening(*lines: Line, note: Note | None = None) -> AsyncIterator[tuple[ExactErp, Script]]:
        script = Script(*lines)
        async with open_client("https://exact.test", transport=script.transport) as http:
            app = OAuthApp("id", "secret", "https://exact.test/api/oauth2/token")
            store = MemoryGrants(Grant("access-1", "refresh-1", clock.now(), 86400.0))
            tokens = Tokens(store, TokenEndpoint(Caller(http, "exact"), app, clock), clock)
            yield ExactErp(http, 123456, tokens, clock, note=note), script

    return opening


def refused(status: int, text: str = "") -> httpx2.Response:
    if not text:
        return httpx2.Response(status)
    return says({"error": {"code": "", "message": {"lang": "", "value": text}}}, status)


async def test_an_order_is_posted_with_exact_numbers_and_zoneless_dates(opened: Open) -> None:
    async with opened(CREATED) as (erp, script):
        assert await erp.create_sales_order(DRAFT) == ORDER
    (request,) = script.requests
    assert request.url.path == "/api/v1/123456/salesorder/SalesOrders"
    assert request.headers["Authorization"] == "Bearer access-1"
    assert request.content.decode() == (
        f'{{"OrderedBy":"{CUSTOMER}","OrderDate":"2026-11-23T00:00:00","YourRef":"WEB-100045",'
        f'"Description":"Order WEB-100045","Currency":"EUR","SalesOrderLines":[{{"Item":"{ITEM}","Quantity":3,'
        '"NetPrice":0.10,"VATCode":"4","Description":"Bolt","VATAmount":0.05}],'
        '"SalesOrderOrderChargeLines":[{"IsShippingCost":true,"AmountFCInclVAT":4.95,"VATCode":"4"}]}'
    )


async def test_a_validation_error_is_a_refusal_though_its_status_says_500(opened: Open) -> None:
    async with opened(refused(500, "Verplicht: Artikel\r\nOngeldige referentie: Btw-code")) as (erp, script):
        with pytest.raises(Rejected) as caught:
            await erp.create_sales_order(DRAFT)
    assert caught.value.code == "validation"
    assert caught.value.reason == "Verplicht: Artikel; Ongeldige referentie: Btw-code"
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(500),
        says({}, 500),
        refused(500, "   "),
        httpx2.Response(503, html="<html>"),
        httpx2.ReadTimeout("x"),
        httpx2.Response(201, content=b"{"),
        says({"d": {}}, 201),
        says({}, 201),
        httpx2.Response(408),
        httpx2.Response(302, headers={"Location": "https://elsewhere.test"}),
    ],
)
async def test_an_order_whose_answer_is_lost_or_broken_has_an_unknown_outcome_and_is_posted_once(
    opened: Open, answer: Line
) -> None:
    async with opened(answer) as (erp, script):
        with pytest.raises(Unavailable) as caught:
            await erp.create_sales_order(DRAFT)
    assert caught.value.unknown
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "bad_request"), (403, "forbidden"), (404, "not_found"), (408, "too_broad"), (409, "http_409")],
)
async def test_a_refused_reading_has_a_code_for_programs(opened: Open, status: int, code: str) -> None:
    async with opened(refused(status)) as (erp, _):
        with pytest.raises(Rejected) as caught:
            await erp.warehouses()
    assert caught.value.code == code


async def test_too_long_a_reference_is_refused_without_a_call(opened: Open) -> None:
    long = SalesOrderDraft("x" * 31, CUSTOMER, START, "EUR", "", DRAFT.lines, (), Decimal("0.30"))
    async with opened(CREATED) as (erp, script):
        with pytest.raises(Rejected) as caught:
            await erp.create_sales_order(long)
    assert caught.value.code == "reference_too_long"
    assert not script.requests


async def test_a_401_costs_one_refresh_and_one_more_try(opened: Open) -> None:
    pair = {"access_token": "access-2", "token_type": "bearer", "expires_in": "600", "refresh_token": "refresh-2"}
    async with opened(httpx2.Response(401), says(pair), EMPTY) as (erp, script):
        assert await erp.warehouses() == ()
    first, token, second = script.requests
    assert token.url.path == "/api/oauth2/token"
    assert first.headers["Authorization"] == "Bearer access-1"
    assert second.headers["Authorization"] == "Bearer access-2"


async def test_a_second_401_asks_for_a_new_consent(opened: Open) -> None:
    pair = {"access_token": "access-2", "token_type": "bearer", "expires_in": "600", "refresh_token": "refresh-2"}
    async with opened(httpx2.Response(401), says(pair), httpx2.Response(401)) as (erp, script):
        with pytest.raises(Unauthorized, match="connect the account again"):
            await erp.warehouses()
    assert len(script.requests) == 3


async def test_a_429_waits_for_the_window_that_is_exhausted(opened: Open, clock: HandClock) -> None:
    reset = int(clock.now().timestamp() * 1000) + 25_000
    headers = {
        "Date": "Mon, 23 Nov 2026 09:00:00 GMT",
        "X-RateLimit-Minutely-Limit": "60",
        "X-RateLimit-Minutely-Remaining": "0",
        "X-RateLimit-Minutely-Reset": str(reset),
    }
    async with opened(httpx2.Response(429, headers=headers), EMPTY) as (erp, script):
        for _ in range(2):
            with pytest.raises(Throttled) as caught:
                await erp.warehouses()
            assert caught.value.retry_after == pytest.approx(25.05)
        assert len(script.requests) == 1
        minute, day, *_ = erp.meters()
        assert (minute.remaining, day.remaining) == (0, None)
        clock.forward(caught.value.retry_after)
        assert await erp.warehouses() == ()


@pytest.mark.parametrize(("told", "known"), [(12, 11), (40, None)])
async def test_the_last_calls_of_a_window_are_noted_before_they_are_made(
    opened: Open, clock: HandClock, told: int, known: int | None
) -> None:
    reset = int(clock.now().timestamp() * 1000) + 25_000
    limits = {"Limit": "60", "Remaining": str(told), "Reset": str(reset)}
    headers = {f"X-RateLimit-Minutely-{name}": value for name, value in limits.items()}
    noted: list[Meter] = []

    async def note(told: Callable[[], Sequence[Meter]]) -> None:
        assert len(script.requests) == 1
        noted.extend(told())

    first = httpx2.Response(201, json={"d": {"OrderID": ORDER}}, headers=headers)
    async with opened(first, httpx2.ReadTimeout("lost"), note=note) as (erp, script):
        await erp.create_sales_order(DRAFT)
        with pytest.raises(Unavailable):
            await erp.create_sales_order(DRAFT)
    async with opened() as (after_a_crash, _):
        after_a_crash.remember(noted)
        assert after_a_crash.meters()[0].remaining == known


async def test_five_refusals_within_an_hour_stop_the_endpoint_and_no_other(opened: Open, clock: HandClock) -> None:
    async with opened(refused(500, "Ongeldige referentie: Artikel")) as (erp, script):
        for _ in range(5):
            with pytest.raises(Rejected):
                await erp.create_sales_order(DRAFT)
        with pytest.raises(Throttled, match="salesorder/SalesOrders") as caught:
            await erp.create_sales_order(DRAFT)
        assert len(script.requests) == 5
        assert caught.value.retry_after == pytest.approx(3600)
        script.lines = [EMPTY]
        assert await erp.warehouses() == ()
        clock.forward(3600)
        assert "x" not in await erp.find_sales_orders(["x"])


async def test_pages_are_followed_verbatim_but_never_to_another_host(opened: Open) -> None:
    page = {
        "results": [],
        "__next": "https://evil.test/api/v1/123456/inventory/Warehouses?$select=ID&$skiptoken=guid'a'",
    }
    async with opened(says({"d": page}), EMPTY) as (erp, script):
        await erp.warehouses()
    followed = script.requests[1].url
    assert followed.host == "exact.test"
    assert followed.raw_path == b"/api/v1/123456/inventory/Warehouses?$select=ID&$skiptoken=guid'a'"


async def test_a_reference_with_a_quote_is_looked_up_as_it_is(opened: Open) -> None:
    async with opened(EMPTY) as (erp, script):
        assert "O'Neill & co" not in await erp.find_sales_orders(["O'Neill & co"])
    assert script.requests[0].url.params["$filter"] == "YourRef eq 'O''Neill & co'"


async def test_stock_without_free_stock_is_refused_rather_than_computed(opened: Open) -> None:
    row = {"Timestamp": "5", "ItemId": ITEM, "Warehouse": ORDER, "CurrentStock": 7}
    async with opened(says({"d": {"results": [row]}})) as (erp, _):
        with pytest.raises(Rejected) as caught:
            await erp.stock_since(None)
    assert caught.value.code == "no_free_stock"


async def test_a_stock_cursor_moves_on_only_after_the_last_page(opened: Open) -> None:
    def row(version: int, free: object) -> dict[str, object]:
        return {
            "Timestamp": str(version),
            "ItemId": ITEM.upper(),
            "Warehouse": ORDER,
            "FreeStock": free,
            "ItemCode": "A",
        }

    following = (
        "https://exact.test/api/v1/123456/sync/Inventory/StockPositions?$filter=Timestamp%20gt%201L&$skiptoken=9L"
    )
    first = says({"d": {"results": [row(9, 2.5), row(7, None)], "__next": following}})
    async with opened(first, says({"d": {"results": [row(8, -3)]}}), EMPTY) as (erp, script):
        page = await erp.stock_since(None)
        assert page.more
        assert [(r.free_stock, r.timestamp, r.item_id) for r in page.rows] == [
            (Decimal("2.5"), 9, ITEM),
            (Decimal(0), 7, ITEM),
        ]
        page = await erp.stock_since(page.cursor)
        assert not page.more
        assert not page.follows
        assert page.rows[0].free_stock == -3
        page = await erp.stock_since(page.cursor)
    assert [request.url.params["$filter"] for request in script.requests] == [
        "Timestamp gt 1L",
        "Timestamp gt 1L",
        "Timestamp gt 6L",
    ]
    assert script.requests[1].url.params["$skiptoken"] == "9L"


async def test_a_subscription_that_exists_is_kept_and_another_address_is_replaced(opened: Open) -> None:
    listed = says({"d": {"results": [{"ID": ORDER, "Topic": "Items", "CallbackURL": "https://hub.test/a"}]}})
    made = says({"d": {"ID": ITEM, "Topic": "Items", "CallbackURL": "https://hub.test/b"}}, 201)
    async with opened(listed, listed, httpx2.Response(204), made) as (erp, script):
        assert (await erp.subscribe("Items", "https://hub.test/a")).external_id == ORDER
        assert (await erp.subscribe("Items", "https://hub.test/b")).external_id == ITEM
    assert [request.method for request in script.requests] == ["GET", "GET", "DELETE", "POST"]


@pytest.mark.parametrize("words", ["Gegeven bestaat reeds.", "Data already exists"])
async def test_a_subscription_made_by_another_user_counts_as_success(opened: Open, words: str) -> None:
    async with opened(EMPTY, refused(500, words)) as (erp, _):
        assert (await erp.subscribe("Items", "https://hub.test/a")).callback == "https://hub.test/a"


async def test_a_subscription_refused_for_another_reason_stays_refused(opened: Open) -> None:
    async with opened(EMPTY, refused(500, "Invalid: Post to callback URL endpoint returns 404")) as (erp, _):
        with pytest.raises(Rejected, match="callback URL"):
            await erp.subscribe("Items", "https://hub.test/a")


async def test_changed_deliveries_that_were_not_read_yet_are_read_after_the_wait(opened: Open) -> None:
    entries = [f"00000000-0000-0000-0000-{number:012d}" for number in range(30)]
    changed = [{"Timestamp": str(number + 2), "EntryID": entry} for number, entry in enumerate(entries)]
    whole = [
        {
            "EntryID": entry,
            "DeliveryNumber": 1,
            "DeliveryDate": "/Date(1763856000000)/",
            "GoodsDeliveryLines": {"results": []},
        }
        for entry in entries
    ]
    script = (says({"d": {"results": changed}}), EMPTY, says({"d": {"results": whole[:25]}}), httpx2.Response(429))
    async with opened(*script, says({"d": {"results": whole[25:]}})) as (erp, asked):
        first = await erp.deliveries_since(None)
        assert (len(first.rows), first.more) == (25, True)
        second = await erp.deliveries_since(first.cursor)
    assert [one.entry_id for one in (*first.rows, *second.rows)] == entries
    assert not second.more
    assert len(asked.requests) == 5
