"""Sales orders in Exact: amounts to the cent, and every way to be refused."""

from __future__ import annotations

from typing import Any

import pytest

from hub.sandbox.exact.errors import Language
from tests.sandbox.exact_bench import ExactBench, said


async def test_a_created_order_answers_201_without_its_lines(exact: ExactBench) -> None:
    answer = await exact.post("salesorder/SalesOrders", exact.order_body(YourRef="WEB-1"))
    made = answer.json()["d"]
    assert answer.status_code == 201
    assert "__deferred" in made["SalesOrderLines"]
    assert (made["Status"], made["DeliveryStatus"], made["InvoiceStatus"]) == (12, 12, 12)
    assert made["OrderedByName"] == "bol.com"
    assert made["DeliverTo"] == made["InvoiceTo"] == exact.account()


@pytest.mark.parametrize(
    ("line", "including", "excluding"),
    [
        ({"Quantity": 3, "NetPrice": 19.99, "VATCode": "4"}, 59.97, 49.56),
        ({"Quantity": 3, "NetPrice": 16.52, "VATCode": "2"}, 59.97, 49.56),
        ({"Quantity": 1, "NetPrice": 4.99, "VATCode": "1"}, 4.99, 4.58),
        ({"Quantity": 2, "NetPrice": 10, "VATCode": "7"}, 20.0, 20.0),
        ({"Quantity": 2, "NetPrice": 10, "VATCode": "9"}, 20.0, 20.0),
        ({"Quantity": 3, "NetPrice": 0.335, "VATCode": "4"}, 1.01, 0.83),
        ({"Quantity": 2, "UnitPrice": 10, "Discount": 0.055, "VATCode": "4"}, 18.9, 15.62),
        ({"Quantity": 3, "NetPrice": 19.99, "VATCode": "4", "VATAmount": 10.43}, 59.97, 49.54),
    ],
)
async def test_the_type_of_the_vat_code_decides_whether_prices_include_vat(
    exact: ExactBench, line: dict[str, Any], including: float, excluding: float
) -> None:
    order = await exact.order(line)
    assert (order["AmountFC"], order["AmountFCExclVat"]) == (including, excluding)
    assert (await exact.lines(order))[0]["AmountFC"] == excluding


async def test_vat_is_rounded_per_line(exact: ExactBench) -> None:
    one = {"Quantity": 1, "NetPrice": 0.99, "VATCode": "4"}
    assert (await exact.order(one, one, one))["AmountFCExclVat"] == 2.46
    assert (await exact.order(one | {"Quantity": 3}))["AmountFCExclVat"] == 2.45


async def test_without_a_price_the_price_engine_decides(exact: ExactBench) -> None:
    price = exact.sandbox.world.prices["ART-00001"]
    assert (await exact.order({"Quantity": 1}))["AmountFC"] == float(price)


async def test_charges_count_including_or_excluding_vat_and_excluding_leads(exact: ExactBench) -> None:
    line = {"Quantity": 1, "NetPrice": 10, "VATCode": "4"}
    by_including = [{"IsShippingCost": True, "AmountFCInclVAT": 4.95, "VATCode": "4"}]
    order = await exact.order(line, SalesOrderOrderChargeLines=by_including)
    assert (order["AmountFC"], order["AmountFCExclVat"]) == (14.95, 12.35)
    both = [{"OrderCharge": exact.books.guid("charge", "TOESLAG"), "AmountFCExclVAT": 1, "AmountFCInclVAT": 99}]
    assert (await exact.order(line, SalesOrderOrderChargeLines=both))["AmountFC"] == 11.21


async def test_a_discount_over_the_order_lowers_its_totals(exact: ExactBench) -> None:
    line = {"Quantity": 2, "NetPrice": 12.1, "VATCode": "4"}
    order = await exact.order(line, AmountDiscount=2.42)
    assert (order["AmountFC"], order["AmountFCExclVat"]) == (21.78, 18.0)
    assert (await exact.order(line, Discount=0.1))["AmountFC"] == 21.78


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"OrderedBy": None}, "Verplicht: Besteld door"),
        ({"SalesOrderLines": []}, "Verplicht: Regels"),
        ({"SalesOrderLines": [{"Quantity": 1}]}, "Verplicht: Artikel"),
        ({"PaymentCondition": "XX"}, "Ongeldige referentie: Betalingsconditie"),
        ({"YourRef": "x" * 31}, "Ongeldig: Uw ref. (Te lang)"),
        ({"DeliveryAddress": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"}, "Ongeldige referentie: Afleveradres"),
    ],
)
async def test_business_faults_are_a_500_in_the_users_language(
    exact: ExactBench, changed: dict[str, Any], text: str
) -> None:
    answer = await exact.post("salesorder/SalesOrders", exact.order_body() | changed)
    assert (answer.status_code, said(answer)) == (500, text)
    assert answer.json()["error"]["code"] == ""
    assert answer.json()["error"]["message"]["lang"] == ""


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (10020, "Ongeldig: Factuur voor (Type)"),
        (10021, "Ongeldig: Factuur voor (Type)"),
        (10022, "Ongeldig: Factuur voor (Geblokkeerd)"),
    ],
)
async def test_only_customers_can_be_sold_to(exact: ExactBench, code: int, text: str) -> None:
    answer = await exact.post("salesorder/SalesOrders", exact.order_body() | {"OrderedBy": exact.account(code)})
    assert answer.status_code == 500
    assert text in said(answer)


async def test_blocked_purchase_only_and_unknown_vat_codes_are_refused(exact: ExactBench) -> None:
    for code, text in (("40", "Geblokkeerd"), ("IH", "Type"), ("nope", "referentie: Btw-code")):
        answer = await exact.post("salesorder/SalesOrders", exact.order_body({"VATCode": code}))
        assert answer.status_code == 500
        assert text in said(answer)


async def test_several_faults_come_in_one_answer_joined_by_crlf_and_in_english_if_so_set(exact: ExactBench) -> None:
    exact.platform.office.settings.language = Language.EN
    body = exact.order_body({"VATCode": "40"}, YourRef="x" * 31)
    assert said(await exact.post("salesorder/SalesOrders", body)) == (
        "Invalid: Your ref. (Too long)\r\nInvalid: VAT code (Blocked)"
    )


async def test_an_ended_item_cannot_be_sold(exact: ExactBench) -> None:
    exact.books.table("logistics/Items").rows[exact.item()]["EndDate"] = exact.sandbox.world.clock.now()
    answer = await exact.post("salesorder/SalesOrders", exact.order_body())
    assert said(answer) == "Ongeldig: Artikel (Niet actief)"


async def test_an_order_number_is_unique(exact: ExactBench) -> None:
    await exact.order(OrderNumber=777)
    answer = await exact.post("salesorder/SalesOrders", exact.order_body(OrderNumber=777))
    assert (answer.status_code, said(answer)) == (500, "Verkoopordernummer: Bestaat reeds")


async def test_your_ref_is_not_unique(exact: ExactBench) -> None:
    await exact.order(YourRef="WEB-7")
    await exact.order(YourRef="WEB-7")
    assert len(await exact.rows("salesorder/SalesOrders", filter="YourRef eq 'WEB-7'")) == 2


async def test_a_vat_amount_more_than_five_cents_off_is_refused(exact: ExactBench) -> None:
    answer = await exact.post("salesorder/SalesOrders", exact.order_body({"NetPrice": 12.1, "VATAmount": 4.0}))
    assert said(answer) == "Ongeldig: Btw-bedrag"
    assert exact.books.table("salesorder/SalesOrders").rows == {}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ([], "valid top-level resource object"),
        ({"SalesVatCode": "4"}, "property name 'SalesVatCode'"),
        ({"OrderedBy": "nonsense"}, "'OrderedBy' to type 'Guid'"),
        ({"SalesOrderLines": {"Item": None}}, "valid top-level resource object"),
        ({"OrderedBy": None, "SalesOrderLines": [{"Quantity": "2"}]}, "'Quantity' to type 'Double'"),
        ({"SalesOrderLines": [{"SalesVatCode": "4"}]}, "type 'Exact.Web.Api.Models.SalesOrderLine' is not valid"),
        ({"OrderNumber": "7"}, "'OrderNumber' to type 'Int32'"),
        ({"OrderDate": "soon"}, "'OrderDate' to type 'DateTime'"),
    ],
)
async def test_malformed_bodies_are_a_400_whatever_they_mean(exact: ExactBench, body: object, text: str) -> None:
    answer = await exact.post("salesorder/SalesOrders", body)
    assert answer.status_code == 400
    assert text in said(answer)


async def test_read_only_fields_are_ignored_when_posted(exact: ExactBench) -> None:
    assert (await exact.order(Status=21, AmountFC=1))["Status"] == 12


async def test_a_date_with_a_zone_may_move_to_the_next_day(exact: ExactBench) -> None:
    plain = await exact.order(OrderDate="2026-01-31T00:00:00")
    moved = await exact.order(OrderDate="2026-01-31T23:30:00Z")
    assert plain["OrderDate"] == "/Date(1769817600000)/"
    assert moved["OrderDate"] == "/Date(1769905800000)/"


async def test_a_reference_of_another_division_is_refused_or_silently_dropped(exact: ExactBench) -> None:
    elsewhere = exact.platform.office.divisions[654321]
    dropped = await exact.order(ShippingMethod=elsewhere.guid("shipping", "POSTNL"))
    assert dropped["ShippingMethod"] is None
    answer = await exact.post(
        "salesorder/SalesOrders", exact.order_body() | {"OrderedBy": elsewhere.guid("account", 10000)}
    )
    assert said(answer) == "Ongeldige referentie: Besteld door"


async def test_a_header_can_be_changed_but_not_its_accounts(exact: ExactBench) -> None:
    order = await exact.order()
    path = f"salesorder/SalesOrders(guid'{order['OrderID']}')"
    assert (await exact.put(path, {"YourRef": "NEW"})).status_code == 204
    changed = (await exact.get(path)).json()["d"]
    assert changed["YourRef"] == "NEW"
    assert changed["AmountFC"] == order["AmountFC"]
    assert (await exact.put(path, {"OrderedBy": exact.account(10001)})).status_code == 500


async def test_lines_can_be_added_changed_and_removed(exact: ExactBench) -> None:
    order = await exact.order({"Quantity": 1, "NetPrice": 10, "VATCode": "4"})
    more = {"OrderID": order["OrderID"], "Item": exact.item("ART-00002"), "Quantity": 1, "NetPrice": 5, "VATCode": "4"}
    assert (await exact.post("salesorder/SalesOrderLines", more)).status_code == 201
    first, second = await exact.lines(order)
    assert (await exact.put(f"salesorder/SalesOrderLines(guid'{first['ID']}')", {"Quantity": 3})).status_code == 204
    assert (await exact.delete(f"salesorder/SalesOrderLines(guid'{second['ID']}')")).status_code == 204
    path = f"salesorder/SalesOrders(guid'{order['OrderID']}')"
    assert (await exact.get(path)).json()["d"]["AmountFC"] == 30.0
    assert (await exact.position())["ReservedStock"] == 3


async def test_a_deleted_order_is_gone_and_logged_for_the_sync_reader(exact: ExactBench) -> None:
    order = await exact.order()
    line = (await exact.lines(order))[0]
    path = f"salesorder/SalesOrders(guid'{order['OrderID']}')"
    assert (await exact.delete(path)).status_code == 204
    assert (await exact.get(path)).status_code == 404
    deleted = await exact.rows("sync/Deleted", filter="Timestamp gt 1L and EntityType eq 32")
    assert [row["EntityKey"] for row in deleted] == [order["OrderID"]]
    assert line["ID"] in [row["EntityKey"] for row in await exact.rows("sync/Deleted")]
    assert (await exact.position())["ReservedStock"] == 0


async def test_completing_an_order_closes_it_and_a_201_may_carry_an_error(exact: ExactBench) -> None:
    order = await exact.order()
    asked = {"OrderID": order["OrderID"], "CompleteDelivery": True, "CompleteInvoice": True}
    done = await exact.post("salesorder/CompleteSalesOrder", asked)
    assert done.status_code == 201
    assert done.json()["d"]["SuccessMessage"]
    path = f"salesorder/SalesOrders(guid'{order['OrderID']}')"
    assert (await exact.get(path)).json()["d"]["Status"] == 21
    assert (await exact.position())["ReservedStock"] == 0
    assert (await exact.put(path, {"YourRef": "late"})).status_code == 500
    unknown = await exact.post("salesorder/CompleteSalesOrder", asked | {"OrderID": exact.item()})
    assert unknown.status_code == 201
    assert unknown.json()["d"]["ErrorMessage"]


async def test_invoicing_counts_what_it_made_and_tells_no_ids(exact: ExactBench) -> None:
    order = await exact.order()
    asked = {"JournalCode": "70", "CreateMode": 1, "InvoiceMode": 1, "SalesOrderIDs": [{"ID": order["OrderID"]}]}
    made = (await exact.post("salesinvoice/InvoiceSalesOrders", asked)).json()["d"]
    assert (made["NumberOfCreatedInvoices"], made["NumberOfFailedInvoices"]) == (1, 0)
    lines = await exact.rows("salesinvoice/SalesInvoiceLines", filter=f"SalesOrder eq guid'{order['OrderID']}'")
    invoice = (await exact.get(f"salesinvoice/SalesInvoices(guid'{lines[0]['InvoiceID']}')")).json()["d"]
    assert (invoice["AmountFC"], invoice["Type"], invoice["Status"]) == (20.0, 8020, 20)
    again = (await exact.post("salesinvoice/InvoiceSalesOrders", asked)).json()["d"]
    assert (again["NumberOfCreatedInvoices"], again["NumberOfFailedInvoices"]) == (0, 1)


async def test_accounts_are_numbered_padded_and_not_unique_by_name(exact: ExactBench) -> None:
    made = (await exact.post("crm/Accounts", {"Name": "Studio Nieuw", "Status": "C"})).json()["d"]
    again = (await exact.post("crm/Accounts", {"Name": "Studio Nieuw", "Code": "77"})).json()["d"]
    assert made["Code"] == "10023".rjust(18)
    assert again["Code"] == "77".rjust(18)
    assert (made["IsSales"], again["IsSales"]) == (True, False)
    assert said(await exact.post("crm/Accounts", {"City": "Ede"})) == "Verplicht: Naam"


async def test_an_identical_address_is_returned_instead_of_made_twice(exact: ExactBench) -> None:
    body = {"Account": exact.account(), "Type": 4, "AddressLine1": "Plein 1944 12", "City": "Nijmegen", "Country": "NL"}
    first = (await exact.post("crm/Addresses", body)).json()["d"]
    second = (await exact.post("crm/Addresses", body)).json()["d"]
    assert first["ID"] == second["ID"]
    order = await exact.order(DeliveryAddress=first["ID"])
    assert order["DeliveryAddress"] == first["ID"]


async def test_a_charge_is_added_to_an_order_and_taken_off_again(exact: ExactBench) -> None:
    order = await exact.order()
    charge = {"OrderID": order["OrderID"], "IsShippingCost": True, "AmountFCInclVAT": 4.95, "VATCode": "4"}
    made = (await exact.post("salesorder/SalesOrderOrderChargeLines", charge)).json()["d"]
    whole = f"salesorder/SalesOrders(guid'{order['OrderID']}')"
    dearer = (await exact.get(whole)).json()["d"]
    assert round(dearer["AmountFC"] - order["AmountFC"], 2) == 4.95
    await exact.delete(f"salesorder/SalesOrderOrderChargeLines(guid'{made['ID']}')")
    assert (await exact.get(whole)).json()["d"]["AmountFC"] == order["AmountFC"]


async def test_a_line_is_never_changed_below_what_left_nor_removed(exact: ExactBench) -> None:
    order = await exact.order({"Quantity": 3, "NetPrice": 10, "VATCode": "4"})
    (line,) = await exact.lines(order)
    left = {
        "DeliveryDate": "2026-11-23",
        "GoodsDeliveryLines": [{"SalesOrderLineID": line["ID"], "QuantityDelivered": 2}],
    }
    assert (await exact.post("salesorder/GoodsDeliveries", left)).status_code == 201
    path = f"salesorder/SalesOrderLines(guid'{line['ID']}')"
    assert (await exact.put(path, {"Quantity": 1})).status_code == 500
    assert (await exact.delete(path)).status_code == 500
    assert (await exact.delete(f"salesorder/SalesOrders(guid'{order['OrderID']}')")).status_code == 500
    assert (await exact.put(path, {"Quantity": 2})).status_code == 204
    assert (await exact.position())["ReservedStock"] == 0
