"""What Exact checks before it books a sales order."""

from __future__ import annotations

from hub.sandbox.exact.division import Division
from hub.sandbox.exact.errors import ORDER_NUMBER_EXISTS, invalid, required
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.payload import References
from hub.sandbox.exact.table import Row

_NAMES = {"OrderedBy": "OrderedByName", "InvoiceTo": "InvoiceToName", "DeliverTo": "DeliverToName"}


def make_header(office: Office, division: Division, values: Row, check: References) -> Row:
    """Return the header with its defaults filled in; what is wrong is noted on ``check``."""
    order: Row = {"DeliverTo": values["OrderedBy"], "InvoiceTo": values["OrderedBy"], "Currency": "EUR"}
    order |= {name: value for name, value in values.items() if value is not None}
    ordering = check.wanted("crm/Accounts", "OrderedBy", order)
    for field, name in _NAMES.items():
        same = order[field] == order["OrderedBy"]
        account = ordering if same else check.wanted("crm/Accounts", field, order)
        order[name] = account["Name"] if account else None
        if account and field == "InvoiceTo" and account["Status"] != "C":
            check.note(invalid("InvoiceTo", "Type", "Type"))
        if account and account.get("Blocked"):
            check.note(invalid(field, "Geblokkeerd", "Blocked"))
    check_reference_fields(office, division, order, check)
    if order.get("DeliveryAddress") is None:
        order["DeliveryAddress"] = _main_delivery_address(division, order["DeliverTo"])
    _number(division, order, check)
    today = division.now().replace(hour=0, minute=0, second=0, microsecond=0)
    order.setdefault("OrderDate", today)
    order.setdefault("DeliveryDate", order["OrderDate"])
    return order


def _main_delivery_address(division: Division, account: str) -> str | None:
    places = division.table("crm/Addresses").of(account)
    return next((place["ID"] for place in places if place["Type"] == 4 and place["Main"]), None)


def check_reference_fields(office: Office, division: Division, order: Row, check: References) -> None:
    """Check the references and lengths that a POST and a PUT have in common."""
    if len(order.get("YourRef") or "") > office.settings.your_ref_length:
        check.note(invalid("YourRef", "Te lang", "Too long"))
    address = check.optional("crm/Addresses", "DeliveryAddress", order)
    if address and (address["Type"] != 4 or address["Account"] != order.get("DeliverTo")):
        check.note(invalid("DeliveryAddress"))
    condition = check.coded("cashflow/PaymentConditions", "PaymentCondition", order)
    method = check.optional("sales/ShippingMethods", "ShippingMethod", order)
    warehouse = check.wanted("inventory/Warehouses", "WarehouseID", order) or office.main_warehouse(division)
    if order.get("Currency") not in (None, *office.settings.currencies):
        check.note(invalid("Currency"))
    order["PaymentConditionDescription"] = condition["Description"] if condition else None
    order["ShippingMethodDescription"] = method["Description"] if method else None
    order["ShippingMethodCode"] = method["Code"] if method else None
    order["WarehouseID"], order["WarehouseCode"] = warehouse["ID"], warehouse["Code"]
    order["WarehouseDescription"] = warehouse["Description"]


def _number(division: Division, order: Row, check: References) -> None:
    wanted = order.get("OrderNumber")
    if wanted in division.taken_numbers:
        check.note(ORDER_NUMBER_EXISTS)
    if wanted is None:
        order["OrderNumber"] = next(each for each in division.order_numbers if each not in division.taken_numbers)


def check_line(division: Division, line: Row, check: References) -> None:
    """Check the item and VAT code of a line; the code defaults to the item's."""
    if line.get("Item") is None:
        check.note(required("Item"))
        return
    item = check.wanted("logistics/Items", "Item", line)
    if item is None:
        return
    if (item.get("EndDate") and item["EndDate"] <= division.now()) or not item["IsSalesItem"]:
        check.note(invalid("Item", "Niet actief", "Not active"))
    if line.get("VATCode") is None:
        line["VATCode"] = item["SalesVatCode"]
    _check_vat(check, line)


def _check_vat(check: References, line: Row) -> None:
    code = check.coded("vat/VATCodes", "VATCode", line)
    if code is None:
        return
    if code["IsBlocked"]:
        check.note(invalid("VATCode", "Geblokkeerd", "Blocked"))
    if code["VATTransactionType"] == "P":
        check.note(invalid("VATCode", "Type", "Type"))


def check_charge(division: Division, charge: Row, check: References) -> None:
    """Check the kind and VAT code of a charge line."""
    cost = check.wanted("sales/OrderCharges", "OrderCharge", charge)
    if cost is None and charge.get("OrderCharge") is None:
        if not charge.get("IsShippingCost"):
            check.note(required("OrderCharge"))
            return
        cost = next(iter(division.table("sales/OrderCharges").rows.values()))
        charge["OrderCharge"] = cost["ID"]
    if cost is not None:
        charge |= {"OrderChargeCode": cost["Code"], "OrderChargeDescription": cost["Description"]}
        if charge.get("VATCode") is None:
            charge["VATCode"] = cost["VATCode"]
    _check_vat(check, charge)
