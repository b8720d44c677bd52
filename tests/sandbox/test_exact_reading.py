"""Reading from Exact: envelopes, literals, paging, and what each family of endpoints insists on."""

from __future__ import annotations

import re

import pytest

from tests.sandbox.exact_bench import ExactBench, exact_bench, said


async def test_a_list_without_top_has_results_and_with_top_is_a_bare_array(exact: ExactBench) -> None:
    assert isinstance((await exact.get("vat/VATCodes")).json()["d"]["results"], list)
    bare = (await exact.get("vat/VATCodes", top=2)).json()["d"]
    assert isinstance(bare, list)
    assert len(bare) == 2


async def test_a_row_by_key_stands_alone_and_an_unknown_key_is_not_found(exact: ExactBench) -> None:
    found = (await exact.get(f"crm/Accounts(guid'{exact.account()}')")).json()["d"]
    assert found["Name"] == "bol.com"
    assert (await exact.get(f"crm/Accounts(guid'{exact.item()}')")).status_code == 404


async def test_bodies_use_crlf_escaped_dates_string_int64_and_fraction_percentages(exact: ExactBench) -> None:
    text = (await exact.get("vat/VATCodes", filter="Code eq '4'")).text
    assert text.startswith('{\r\n"d" : {\r\n"results": [')
    assert re.search(r'"Created": "\\/Date\(\d{13}\)\\/"', text)
    assert '"Percentage": 0.21' in text
    stock = await exact.rows("sync/Inventory/StockPositions", filter="Timestamp gt 1L")
    assert isinstance(stock[0]["Timestamp"], str)
    division = (await exact.rows("system/Divisions"))[0]
    assert isinstance(division["Hid"], str)
    assert division["Country"] == "NL "


async def test_account_codes_are_eighteen_wide_and_found_only_when_padded(exact: ExactBench) -> None:
    padded = "10000".rjust(18)
    assert [row["Code"] for row in await exact.rows("crm/Accounts", filter=f"Code eq '{padded}'")] == [padded]
    assert await exact.rows("crm/Accounts", filter="Code eq '10000'") == []


async def test_every_entity_says_where_it_is_and_defers_its_lines(exact: ExactBench) -> None:
    order = await exact.order()
    assert order["__metadata"]["uri"].endswith(f"/api/v1/123456/salesorder/SalesOrders(guid'{order['OrderID']}')")
    link = order["SalesOrderLines"]["__deferred"]["uri"]
    assert len((await exact.call("GET", link)).json()["d"]["results"]) == 1


async def test_lines_can_be_expanded_and_selected(exact: ExactBench) -> None:
    order = await exact.order()
    row = (
        await exact.rows(
            "salesorder/SalesOrders",
            filter=f"OrderID eq guid'{order['OrderID']}'",
            expand="SalesOrderLines",
            select="OrderNumber,SalesOrderLines/Quantity",
        )
    )[0]
    assert set(row) == {"__metadata", "OrderNumber", "SalesOrderLines"}
    assert [set(line) for line in row["SalesOrderLines"]["results"]] == [{"__metadata", "Quantity"}]


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        ("Percentage eq 0.19", ["6", "OD"]),
        ("Percentage eq 0.09 and Type eq 'I'", ["1"]),
        ("IsBlocked eq true", ["40", "6"]),
        ("VATTransactionType eq 'P' or OssCountry eq 'DE'", ["IH", "OD"]),
        ("not (VATTransactionType ne 'P')", ["IH"]),
        ("OssCountry ne null", ["OB", "OD"]),
        ("startswith(Description,'OSS')", ["OB", "OD"]),
        ("substringof('webshop',Description) eq true", ["VH"]),
        ("(Code eq '1' or Code eq '2') and Percentage gt 0.1", ["2"]),
        ("Created gt datetime'2020-01-01T00:00:00' and Code eq '7'", ["7"]),
        ("Created lt datetime'2020-01-01'", []),
    ],
)
async def test_filters_speak_typed_literals(exact: ExactBench, condition: str, codes: list[str]) -> None:
    assert sorted(row["Code"] for row in await exact.rows("vat/VATCodes", filter=condition)) == codes


@pytest.mark.parametrize(
    "condition",
    [
        "ID eq 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'",
        "ID eq guid'nonsense'",
        "Code eq 4",
        "Percentage eq '0.21'",
        "IsBlocked eq 1",
        "Created gt '2020-01-01'",
        "Code eq",
        "Code like '4'",
        "(Code eq '4'",
        "Nonsense eq '4'",
    ],
)
async def test_filters_with_a_wrong_literal_are_a_bad_request(exact: ExactBench, condition: str) -> None:
    assert (await exact.get("vat/VATCodes", filter=condition)).status_code == 400


async def test_a_quote_in_a_string_is_doubled(exact: ExactBench) -> None:
    await exact.order(YourRef="D'Hondt-1")
    assert len(await exact.rows("salesorder/SalesOrders", filter="YourRef eq 'D''Hondt-1'")) == 1


async def test_small_timestamps_may_go_without_their_suffix(exact: ExactBench) -> None:
    assert len(await exact.rows("sync/Inventory/StockPositions", filter="Timestamp gt 1")) == 12


async def test_order_skip_and_count_work_on_lists(exact: ExactBench) -> None:
    rows = await exact.rows("vat/VATCodes", orderby="Percentage desc,Code", top=3, skip=1)
    assert [row["Code"] for row in rows] == ["4", "40", "IH"]
    counted = (await exact.get("vat/VATCodes", inlinecount="allpages")).json()["d"]
    assert counted["__count"] == "15"
    plain = await exact.call("GET", "vat/VATCodes/$count", headers={"Accept": "text/plain"})
    assert (plain.text, plain.headers["content-type"]) == ("15", "text/plain; charset=utf-8")
    assert (await exact.call("GET", "vat/VATCodes/$count")).status_code == 415


async def test_accounts_and_items_refuse_an_unfiltered_read(exact: ExactBench) -> None:
    for path in ("crm/Accounts", "logistics/Items"):
        answer = await exact.get(path)
        assert answer.status_code == 400
        assert said(answer).startswith("This endpoint has mandatory filtering applied")
    assert (await exact.get("logistics/Items", filter="Stock gt 0")).status_code == 400
    assert len(await exact.rows("logistics/Items", filter="Code eq 'ART-00001'")) == 1


async def test_bulk_insists_on_select_and_sync_on_timestamp_filters(exact: ExactBench) -> None:
    assert "$select" in said(await exact.get("bulk/Logistics/Items"))
    rows = await exact.rows("bulk/Logistics/Items", select="ID,Code,StandardSalesPrice")
    assert set(rows[0]) == {"__metadata", "ID", "Code", "StandardSalesPrice"}
    refused = await exact.get("sync/Inventory/StockPositions", filter="ItemCode eq 'ART-00001'")
    assert said(refused) == "Filtering on these fields is not supported: ItemCode"
    assert (await exact.get("sync/Inventory/StockPositions", select="*")).status_code == 400
    assert "StandardSalesPrice" not in (await exact.rows("sync/Logistics/Items"))[0]


async def test_single_pages_hold_60_and_next_repeats_the_question() -> None:
    async with exact_bench(goods=70) as exact:
        first = (await exact.get("logistics/Items", filter="IsSalesItem eq true", select="Code")).json()["d"]
        assert len(first["results"]) == 60
        following = first["__next"]
        assert "$select=Code" in following
        assert following.rpartition("&")[2].startswith("$skiptoken=guid'")
        rest = (await exact.call("GET", following)).json()["d"]
        assert "__next" not in rest
        codes = {row["Code"] for row in first["results"] + rest["results"]}
        assert len(codes) == 72, "seventy goods and two services"


async def test_sync_pages_hold_1000_and_miss_nothing_while_rows_move() -> None:
    async with exact_bench(goods=520) as exact:
        first = (await exact.get("sync/Inventory/StockPositions", filter="Timestamp gt 1L")).json()["d"]
        assert len(first["results"]) == 1000
        assert first["__next"].endswith("L")
        moved = first["results"][0]
        exact.books.move(moved["ItemId"], moved["Warehouse"])
        rest = (await exact.call("GET", first["__next"])).json()["d"]["results"]
        assert len(rest) == 41
        assert rest[-1]["ID"] == moved["ID"]
        assert int(rest[-1]["Timestamp"]) > int(moved["Timestamp"])


async def test_without_accepting_json_the_answer_is_atom(exact: ExactBench) -> None:
    answer = await exact.call("GET", "vat/VATCodes", headers={"Accept": "*/*"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert "<d:Code>4</d:Code>" in answer.text


async def test_me_needs_no_division_and_shows_no_budget(exact: ExactBench) -> None:
    answer = await exact.call("GET", "/exact/api/v1/current/Me")
    assert answer.json()["d"]["results"][0]["CurrentDivision"] == 123456
    assert "x-ratelimit-limit" not in answer.headers


async def test_the_second_division_has_the_same_codes_under_other_ids(exact: ExactBench) -> None:
    here = (await exact.rows("logistics/Items", filter="Code eq 'ART-00001'"))[0]
    exact.root = "/exact/api/v1/654321"
    there = (await exact.rows("logistics/Items", filter="Code eq 'ART-00001'"))[0]
    assert here["Barcode"] == there["Barcode"]
    assert here["ID"] != there["ID"]
    assert [row["Code"] for row in await exact.rows("inventory/Warehouses")] == ["ANR"]
    assert {row["Code"] for row in await exact.rows("hrm/Divisions")} == {123456, 654321}


async def test_what_is_not_there_is_refused_by_its_kind(exact: ExactBench) -> None:
    assert (await exact.call("GET", "/exact/api/v1/999/vat/VATCodes")).status_code == 403
    assert (await exact.get("webhooks/WebhookTopics")).status_code == 404
    assert (await exact.post("vat/VATCodes", {"Code": "99"})).status_code == 403
    assert (await exact.get("salesorder/CompleteSalesOrder")).status_code == 403
    assert (await exact.call("GET", "vat/VATCodes", headers={"Authorization": "Bearer no"})).status_code == 401


async def test_the_stock_function_takes_an_item_and_no_filter(exact: ExactBench) -> None:
    assert set(await exact.position()) == {
        "__metadata", "ItemId", "InStock", "FreeStock", "PlanningIn", "PlanningOut", "ProjectedStock", "ReservedStock"
    }  # fmt: skip
    answer = await exact.call("GET", "read/logistics/StockPosition", params={"$filter": "ItemId eq null"})
    assert said(answer) == "Error in query syntax"


async def test_the_same_seed_gives_the_same_books() -> None:
    async with exact_bench() as one, exact_bench() as other:
        assert await one.rows("vat/VATCodes", select="ID") != []
        mine, theirs = [
            await each.rows("bulk/Logistics/Items", select="ID,StandardSalesPrice") for each in (one, other)
        ]
        assert [(row["ID"], row["StandardSalesPrice"]) for row in mine] == [
            (row["ID"], row["StandardSalesPrice"]) for row in theirs
        ]
