"""Exact's wire words to ours; amounts Decimal in the order's currency, times UTC."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from hub.adapters.exact.odata import (
    Row,
    need_decimal,
    need_guid,
    need_int,
    read_decimal,
    read_flag,
    read_guid,
    read_instant,
    read_int,
    read_text,
)
from hub.adapters.port import DeletedKind, DeletedRow, StockRow
from hub.domain.customers.numbers import one_chamber_number, one_vat_number
from hub.domain.delivery import Delivery, DeliveryLine
from hub.domain.money import cents
from hub.domain.product import Customer, Division, ErpItem, ShippingMethod, VatCode, VatPeriod, Warehouse
from hub.domain.sales_order import SalesOrder, SalesOrderLine
from hub.outcome import Rejected

MICRO = Decimal("0.000001")
DEAREST = Decimal(10**12)
_DELETED_KINDS = {9: DeletedKind.ITEM, 15: DeletedKind.STOCK_ROW}
"""Exact's EntityType: Items and StockPositions."""


def division(row: Row) -> Division:
    return Division(
        need_int(row, "Code"),
        read_text(row, "Description"),
        read_text(row, "Country") or None,
        read_text(row, "Currency") or "EUR",
    )


def warehouse(row: Row, code: int) -> Warehouse:
    return Warehouse(
        code,
        need_guid(row, "ID"),
        read_text(row, "Code"),
        read_text(row, "Description"),
        main=read_flag(row, "Main"),
    )


def vat_code(row: Row, code: int, dated: Iterable[Row] = ()) -> VatCode:
    """Map a VAT code; ``dated`` are the percentages of all codes, of which those of type 0 are its own."""
    own = read_guid(row, "ID")
    return VatCode(
        division=code,
        code=read_text(row, "Code"),
        description=read_text(row, "Description"),
        percentage=read_decimal(row, "Percentage") or Decimal(0),
        kind=read_text(row, "Type"),
        transaction=read_text(row, "VATTransactionType"),
        blocked=read_flag(row, "IsBlocked"),
        periods=tuple(sorted(_periods(own, dated), key=lambda one: one.since or date.min)),
    )


def _periods(own: str | None, dated: Iterable[Row]) -> Iterable[VatPeriod]:
    for row in dated:
        if own is not None and read_guid(row, "VATCodeID") == own and not read_int(row, "Type"):
            rate = read_decimal(row, "Percentage") or Decimal(0)
            yield VatPeriod(rate, _day(row, "StartDate"), _day(row, "EndDate"))


def _day(row: Row, field: str) -> date | None:
    """Return a calendar date, whether Exact counts its midnight in UTC or in local time east of it."""
    instant = read_instant(row.get(field))
    return None if instant is None else (instant + timedelta(hours=12)).date()


def shipping_method(row: Row, code: int) -> ShippingMethod:
    return ShippingMethod(
        code,
        need_guid(row, "ID"),
        read_text(row, "Code"),
        read_text(row, "Description"),
        read_text(row, "TrackingURL") or None,
    )


def customer(row: Row, code: int) -> Customer:
    country, status, blocked = read_text(row, "Country") or None, read_text(row, "Status"), read_flag(row, "Blocked")
    return Customer(
        division=code,
        account_id=need_guid(row, "ID"),
        code=read_text(row, "Code"),
        name=read_text(row, "Name"),
        is_customer=status == "C" and not blocked,
        vat_number=one_vat_number(read_text(row, "VATNumber"), country),
        chamber_of_commerce=one_chamber_number(read_text(row, "ChamberOfCommerce")),
        country=country,
        status=status or None,
        blocked=blocked,
    )


def item(row: Row, code: int, now: datetime) -> ErpItem:
    ends = read_instant(row.get("EndDate"))
    return ErpItem(
        division=code,
        item_id=need_guid(row, "ID"),
        code=read_text(row, "Code"),
        ean=read_text(row, "Barcode") or None,
        description=read_text(row, "Description"),
        vat_code=read_text(row, "SalesVatCode") or None,
        unit=read_text(row, "Unit") or None,
        is_stock_item=read_flag(row, "IsStockItem"),
        is_sales_item=read_flag(row, "IsSalesItem"),
        ended=ends is not None and ends < now,
        ends_at=ends,
        fractional=read_flag(row, "IsFractionAllowedItem"),
        cost_price=_cost_price(row),
        cost_currency=read_text(row, "CostPriceCurrency") or None,
    )


def _cost_price(row: Row) -> Decimal | None:
    """Return the standard cost price, or else the average one, as the item's valuation keeps the one or the other."""
    found = read_decimal(row, "CostPriceStandard") or read_decimal(row, "AverageCost")
    return found.quantize(MICRO) if found is not None and MICRO <= found < DEAREST else None


def stock_row(row: Row) -> StockRow:
    """Map a stock position; FreeStock is taken as delivered, and a null sells nothing."""
    if "FreeStock" not in row:
        raise Rejected("Exact gives no FreeStock for this division", code="no_free_stock")
    return StockRow(
        item_id=need_guid(row, "ItemId"),
        warehouse_id=need_guid(row, "Warehouse"),
        free_stock=read_decimal(row, "FreeStock") or Decimal(0),
        timestamp=need_int(row, "Timestamp"),
        item_code=read_text(row, "ItemCode"),
    )


def deleted_row(row: Row) -> DeletedRow | None:
    """Map a note of sync/Deleted; None for what the hub keeps no stock of."""
    kind = _DELETED_KINDS.get(read_int(row, "EntityType") or 0)
    if kind is None:
        return None
    return DeletedRow(kind, need_guid(row, "EntityKey"), need_int(row, "Timestamp"))


def sales_order(row: Row, lines: Iterable[Row]) -> SalesOrder:
    return SalesOrder(
        order_id=need_guid(row, "OrderID"),
        order_number=read_int(row, "OrderNumber") or 0,
        your_ref=read_text(row, "YourRef"),
        total=cents(need_decimal(row, "AmountFC")),
        total_excluding_vat=cents(need_decimal(row, "AmountFCExclVat")),
        status=read_int(row, "Status") or 0,
        lines=tuple(sorted(map(_sales_order_line, lines), key=lambda line: line.line_number)),
    )


def _sales_order_line(row: Row) -> SalesOrderLine:
    return SalesOrderLine(
        line_id=need_guid(row, "ID"),
        item_id=need_guid(row, "Item"),
        line_number=read_int(row, "LineNumber") or 0,
        quantity=need_decimal(row, "Quantity"),
        amount=cents(read_decimal(row, "AmountFC") or Decimal(0)),
        delivered=read_decimal(row, "QuantityDelivered") or Decimal(0),
        invoiced=read_decimal(row, "QuantityInvoiced") or Decimal(0),
        net_price=read_decimal(row, "NetPrice"),
        vat_code=read_text(row, "VATCode") or None,
    )


def delivery(row: Row, lines: Iterable[Row]) -> Delivery:
    """Map a goods delivery; lines split over storage locations are added up."""
    delivered_at = read_instant(row.get("DeliveryDate"))
    if delivered_at is None:
        raise Rejected("Exact's answer lacks a readable DeliveryDate", code="unreadable")
    return Delivery(
        entry_id=need_guid(row, "EntryID"),
        number=read_int(row, "DeliveryNumber") or 0,
        delivered_at=delivered_at,
        tracking=read_text(row, "TrackingNumber") or None,
        shipping_method_id=read_guid(row, "ShippingMethod"),
        lines=_delivery_lines(lines),
    )


def _delivery_lines(rows: Iterable[Row]) -> tuple[DeliveryLine, ...]:
    quantities: dict[tuple[str, str | None], Decimal] = {}
    for row in rows:
        key = (need_guid(row, "SalesOrderLineID"), read_text(row, "TrackingNumber") or None)
        quantities[key] = quantities.get(key, Decimal(0)) + need_decimal(row, "QuantityDelivered")
    return tuple(DeliveryLine(line, quantity, tracking) for (line, tracking), quantity in quantities.items())
