"""Accounts and their addresses."""

from __future__ import annotations

from hub.sandbox.exact.catalogue import ACCOUNTS, ADDRESSES, ITEMS
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.errors import EXISTS, Refusal, bad_reference, invalid, required
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.payload import missing
from hub.sandbox.exact.table import Row

CODE_WIDTH = 18
_SAME = ("Account", "Type", "AddressLine1", "AddressLine2", "AddressLine3", "Postcode", "City", "Country")


def padded(code: object) -> str:
    """Return an account code as Exact keeps it: 18 characters, spaces on the left."""
    return str(code).strip().rjust(CODE_WIDTH)


def create_account(office: Office, division: Division, values: Row) -> Row:
    """Make an account; the code is numbered unless posted. Names need not be unique."""
    if faults := missing(ACCOUNTS, values):
        raise Refusal(500, *faults)
    accounts = division.table(ACCOUNTS.table)
    code = padded(values["Code"] if values.get("Code") else _free_code(division))
    if accounts.first(Code=code):
        raise Refusal(500, EXISTS)
    account = values | {"ID": division.new_guid("account"), "Code": code}
    account.setdefault("Status", "A")
    _follow_status(account)
    division.insert(ACCOUNTS.table, account)
    _visiting_address(division, account)
    _tell(division, account)
    return account


def _free_code(division: Division) -> int:
    return 1 + max(int(row["Code"]) for row in division.table(ACCOUNTS.table).rows.values())


def _follow_status(account: Row) -> None:
    if account["Status"] not in ("A", "S", "P", "C"):
        raise Refusal(500, invalid("Status"))
    account["IsSales"] = account["Status"] == "C"
    account["IsSupplier"] = bool(account.get("IsSupplier"))
    account["Blocked"] = bool(account.get("Blocked"))


def _visiting_address(division: Division, account: Row) -> None:
    kept = ("AddressLine1", "AddressLine2", "AddressLine3", "Postcode", "City", "Country")
    address = {name: account.get(name) for name in kept} | {"ID": division.new_guid("address"), "Type": 1}
    address |= {"Account": account["ID"], "AccountName": account["Name"], "Main": True}
    division.insert(ADDRESSES.table, address)


def update_account(office: Office, division: Division, account: Row, values: Row) -> None:
    if values.get("Code"):
        values["Code"] = padded(values["Code"])
    account.update(values)
    _follow_status(account)
    division.touch(ACCOUNTS.table, account)
    _tell(division, account)


def delete_account(office: Office, division: Division, account: Row) -> None:
    """Remove an account that no order refers to."""
    if division.table("salesorder/SalesOrders").first(OrderedBy=account["ID"]):
        raise Refusal(500, "Kan niet verwijderen: Relatie - Gebruikt in: Verkooporders.")
    division.delete(ACCOUNTS.table, account["ID"])
    _tell(division, account, "Delete")


def _tell(division: Division, account: Row, action: str = "Update") -> None:
    division.changed("Accounts", account["ID"], f"crm/Accounts(guid'{account['ID']}')", action)


def create_address(office: Office, division: Division, values: Row) -> Row:
    """Make an address; an identical one is returned instead of made twice."""
    if values.get("Account") is None:
        raise Refusal(500, required("Account"))
    account = division.table(ACCOUNTS.table).get(values["Account"])
    if account is None:
        raise Refusal(500, bad_reference("Account"))
    values.setdefault("Type", 1)
    for known in division.table(ADDRESSES.table).of(account["ID"]):
        if all(known.get(name) == values.get(name) for name in _SAME):
            return known
    main = not any(known["Type"] == values["Type"] for known in division.table(ADDRESSES.table).of(account["ID"]))
    row = {"Main": main} | values | {"ID": division.new_guid("address"), "AccountName": account["Name"]}
    return division.insert(ADDRESSES.table, row)


def update_address(office: Office, division: Division, address: Row, values: Row) -> None:
    values.pop("Account", None)
    address.update(values)
    division.touch(ADDRESSES.table, address)


def delete_address(office: Office, division: Division, address: Row) -> None:
    division.delete(ADDRESSES.table, address["ID"])


def create_item(office: Office, division: Division, values: Row) -> Row:
    """Make an item; the code is unique."""
    if faults := missing(ITEMS, values):
        raise Refusal(500, *faults)
    if division.table(ITEMS.table).first(Code=values["Code"]):
        raise Refusal(500, EXISTS)
    defaults = {
        "IsSalesItem": True,
        "IsStockItem": True,
        "SalesVatCode": "4",
        "Unit": "pc",
        "StartDate": division.now(),
    }
    item = defaults | values | {"ID": division.new_guid("item"), "StandardSalesPrice": 0, "Stock": 0}
    item.setdefault("Barcode", None)
    division.insert(ITEMS.table, item)
    tell_item(division, item)
    return item


def update_item(office: Office, division: Division, item: Row, values: Row) -> None:
    item.update(values)
    division.touch(ITEMS.table, item)
    tell_item(division, item)


def delete_item(office: Office, division: Division, item: Row) -> None:
    """Remove an item that no order refers to."""
    if division.table("salesorder/SalesOrderLines").first(Item=item["ID"]):
        raise Refusal(500, "Kan niet verwijderen: Artikel - Gebruikt in: Verkooporders.")
    for position in division.table("stock").of(item["ID"]):
        division.delete("stock", position["ID"])
    division.delete(ITEMS.table, item["ID"])
    tell_item(division, item, "Delete")


def tell_item(division: Division, item: Row, action: str = "Update") -> None:
    """Tell the webhooks that the master data of an item changed."""
    division.changed("Items", item["ID"], f"logistics/Items(guid'{item['ID']}')", action)
