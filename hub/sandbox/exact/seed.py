"""The books on the first morning: master data and opening stock, the same for the same seed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hub.sandbox.catalogue import WAREHOUSES, Good
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.office import MAIN_DIVISION, Office
from hub.sandbox.exact.relations import padded
from hub.sandbox.exact.seed_data import (
    ACCOUNTS,
    CHARGES,
    CONDITIONS,
    JOURNALS,
    SERVICES,
    SHIPPING_METHODS,
    VAT_BELGIUM,
    VAT_NETHERLANDS,
    AccountSeed,
    VatSeed,
)
from hub.sandbox.exact.table import Row

START = datetime(2020, 1, 1, tzinfo=UTC)
_WAREHOUSE_NAMES = {"AMS": "Amsterdam", "RTM": "Rotterdam", "ANR": "Antwerpen"}


def seed_office(office: Office) -> None:
    """Fill both divisions; the second sells a third of the goods, from one warehouse."""
    for division in office.divisions.values():
        main = division.code == MAIN_DIVISION
        goods = office.world.goods if main else office.world.goods[::3]
        _divisions(office, division)
        _warehouses(division, WAREHOUSES if main else ("ANR",))
        _vat_codes(division, VAT_NETHERLANDS if main else VAT_BELGIUM)
        _small_tables(division)
        for account in ACCOUNTS:
            _account(division, account)
        for number, good in enumerate(goods):
            _item(division, good, number, share=1 if main else 2)
        for service in SERVICES:
            _service(division, *service)


def _divisions(office: Office, division: Division) -> None:
    for each in office.divisions.values():
        main = each.code == MAIN_DIVISION
        row: Row = {"ID": str(each.code), "Code": each.code, "Hid": 10 if main else 20, "Status": 1}
        row |= {"Description": each.name, "CustomerName": each.name, "CustomerCode": padded(2000 + (not main))}
        row |= {"Country": f"{each.country} ", "Currency": "EUR", "IsMainDivision": main, "Current": main}
        row |= {"VATNumber": "NL001234567B01" if main else "BE0123456749", "BlockingStatus": 0, "StartDate": START}
        row |= {"Legislation": each.country, "CountryDescription": each.country, "CurrencyDescription": "Euro"}
        division.insert("system/Divisions", row)


def _warehouses(division: Division, codes: tuple[str, ...]) -> None:
    for place, code in enumerate(codes):
        row: Row = {"ID": division.guid("warehouse", code), "Code": code, "Description": _WAREHOUSE_NAMES[code]}
        division.insert("inventory/Warehouses", row | {"Main": int(place == 0), "UseStorageLocations": 0})


def _vat_codes(division: Division, codes: tuple[VatSeed, ...]) -> None:
    for seed in codes:
        row: Row = {"ID": division.guid("vat", seed.code), "Code": seed.code, "Description": seed.description}
        row |= {"Percentage": Decimal(seed.percentage), "Type": seed.kind, "VATTransactionType": seed.use}
        row |= {"IsBlocked": seed.blocked, "Charged": seed.charged, "EUSalesListing": seed.listing}
        division.insert("vat/VATCodes", row | {"OssCountry": seed.oss, "Country": f"{division.country} "})
        _vat_percentages(division, seed)


def _vat_percentages(division: Division, seed: VatSeed) -> None:
    """Note what a code carried when: the Dutch low rate was 6 % until the end of 2018."""
    low = seed.percentage == "0.09"
    now: tuple[str, datetime, datetime | None] = (
        seed.percentage,
        datetime(2019 if low else 2012, 1, 1, tzinfo=UTC),
        None,
    )
    before = ("0.06", datetime(2012, 10, 1, tzinfo=UTC), datetime(2018, 12, 31, tzinfo=UTC))
    periods = [before, now] if low else [now]
    for line, (percentage, start, end) in enumerate(periods, 1):
        row: Row = {"ID": division.guid("vat-percentage", f"{seed.code}-{line}"), "LineNumber": line, "Type": 0}
        row |= {"VATCodeID": division.guid("vat", seed.code), "Percentage": Decimal(percentage)}
        division.insert("vat/VatPercentages", row | {"StartDate": start, "EndDate": end})


def _small_tables(division: Division) -> None:
    for code, description, link in SHIPPING_METHODS:
        row: Row = {"ID": division.guid("shipping", code), "Code": code, "Description": description, "Active": True}
        division.insert("sales/ShippingMethods", row | {"TrackingURL": link, "Amount": Decimal(0), "VATCode": "2"})
    for code, description, vat in CHARGES:
        row = {"ID": division.guid("charge", code), "Code": code, "Description": description, "Active": True}
        row |= {"Amount": Decimal("4.95"), "VATCode": vat, "VATPercentage": Decimal("0.21")}
        division.insert("sales/OrderCharges", row)
    for code, description, days, method in CONDITIONS:
        row = {"ID": division.guid("condition", code), "Code": code, "Description": description}
        division.insert("cashflow/PaymentConditions", row | {"PaymentDays": days, "PaymentMethod": method})
    for code, description, kind in JOURNALS:
        row = {"ID": division.guid("journal", code), "Code": code, "Description": description, "Type": kind}
        division.insert("financial/Journals", row | {"Currency": "EUR", "IsBlocked": False})


def _account(division: Division, seed: AccountSeed) -> None:
    key = division.guid("account", seed.code)
    place: Row = {"AddressLine1": seed.street, "Postcode": seed.postcode, "City": seed.city}
    place |= {"Country": f"{seed.country} "}
    row: Row = place | {"ID": key, "Code": padded(seed.code), "Name": seed.name, "Status": seed.status}
    row |= {"VATNumber": seed.vat_number, "ChamberOfCommerce": seed.chamber, "Email": seed.email, "Type": "A"}
    row |= {"IsSales": seed.status == "C", "IsSupplier": seed.supplier, "Blocked": seed.blocked, "StartDate": START}
    row |= {"PaymentConditionSales": "30", "SalesCurrency": "EUR", "Language": "NL", "DiscountSales": Decimal(0)}
    division.insert("crm/Accounts", row)
    for kind in (1, 4):
        address = place | {"ID": division.guid("address", f"{seed.code}/{kind}"), "Account": key, "Type": kind}
        division.insert("crm/Addresses", address | {"AccountName": seed.name, "Main": True})


def _item(division: Division, good: Good, number: int, share: int) -> None:
    key = division.guid("item", good.sku)
    row = _item_row(division, key, good.sku, good.title, good.price)
    row |= {"Barcode": good.ean, "IsStockItem": True, "IsWebshopItem": 1}
    row["SalesVatCode"] = "4" if good.vat_rate == Decimal("0.21") else "1"
    row["SalesVatCodeDescription"] = "Btw inclusief"
    division.insert("logistics/Items", row)
    for warehouse in list(division.table("inventory/Warehouses").rows.values()):
        opening = good.stock.get(warehouse["Code"], good.stock[WAREHOUSES[0]] // share)
        division.move(key, warehouse["ID"], CurrentStock=Decimal(opening))


def _service(division: Division, code: str, description: str) -> None:
    row = _item_row(division, division.guid("item", code), code, description, Decimal(0))
    division.insert("logistics/Items", row | {"IsStockItem": False, "IsPurchaseItem": False, "SalesVatCode": "4"})


def _item_row(division: Division, key: str, code: str, title: str, price: Decimal) -> Row:
    row: Row = {"ID": key, "Code": code, "Description": title, "StandardSalesPrice": price, "Unit": "pc"}
    row |= {"UnitDescription": "Piece", "UnitType": "O", "StartDate": START, "EndDate": None, "Barcode": None}
    row |= {"IsSalesItem": True, "IsPurchaseItem": True, "IsSerialItem": False, "IsBatchItem": 0}
    row |= {"IsFractionAllowedItem": False, "ItemGroup": division.guid("group", "1"), "ItemGroupCode": "1"}
    return row | {"Stock": Decimal(0), "UseExplosion": 0, "CostPriceStandard": price / 2, "IsWebshopItem": 0}
