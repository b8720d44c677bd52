"""Statements about what Exact says of a division: items, warehouses, VAT codes, customers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Column, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.matching import Catalogue
from hub.domain.product import Customer, ErpItem, ShippingMethod, VatCode, VatPeriod, Warehouse
from hub.store.engine import Work
from hub.store.tables import customer, erp_item, product, shipping_method, vat_code, warehouse
from hub.store.upsert import fitting, upsert

CODES_AT_ONCE = 500


def product_id(tenant_id: str, code: str) -> str:
    """Return the id of a product: one per item code, whatever the number of divisions that carry it."""
    return uuid5(NAMESPACE_URL, f"handelhub:{tenant_id}:{code}").hex


async def save_items(work: Work, tenant_id: str, items: Sequence[ErpItem]) -> set[str]:
    """Store items of a division and the products they stand for; return the products whose sale began or ended.

    An item whose code was changed in Exact stays the same product, with its readings and listings.
    """
    newest = {item.item_id: item for item in items}
    if not newest:
        return set()
    before = await _standings(work.connection, tenant_id, items[0].division, newest)
    ids = await _product_ids(work.connection, tenant_id, list(newest.values()))
    products = {ids[item.item_id]: _product_row(tenant_id, ids[item.item_id], item) for item in newest.values()}
    await upsert(work.connection, product, list(products.values()))
    await upsert(work.connection, erp_item, [_item_row(tenant_id, ids[key], item) for key, item in newest.items()])
    return {ids[key] for key, item in newest.items() if key in before and before[key] != _standing(item)}


def _standing(item: ErpItem) -> tuple[bool, bool, bool]:
    return item.ended, item.is_sales_item, item.is_stock_item


async def _standings(
    connection: AsyncConnection, tenant_id: str, division: int, item_ids: Iterable[str]
) -> dict[str, tuple[bool, bool, bool]]:
    table = erp_item
    statement = select(table.c.item_id, table.c.ended, table.c.sold, table.c.stocked).where(
        table.c.tenant_id == tenant_id, table.c.division == division, table.c.item_id.in_(list(item_ids))
    )
    rows = (await connection.execute(statement)).all()
    return {row.item_id: (row.ended, row.sold, row.stocked) for row in rows}


async def _product_ids(connection: AsyncConnection, tenant_id: str, items: Sequence[ErpItem]) -> dict[str, str]:
    """Return product ids by item id: by item code where the code is known, else the product it was before."""
    codes = select(product.c.code, product.c.product_id).where(
        product.c.tenant_id == tenant_id, product.c.code.in_([item.code for item in items])
    )
    by_code = {row.code: row.product_id for row in (await connection.execute(codes)).all()}
    before = await products_by_item(connection, tenant_id, items[0].division, [item.item_id for item in items])
    return {
        item.item_id: by_code.get(item.code) or before.get(item.item_id) or product_id(tenant_id, item.code)
        for item in items
    }


def _product_row(tenant_id: str, one: str, item: ErpItem) -> dict[str, object]:
    return {
        "tenant_id": tenant_id,
        "product_id": one,
        "code": item.code,
        "ean": fitting(item.ean, 32),
        "description": item.description,
    }


def _item_row(tenant_id: str, one: str, item: ErpItem) -> dict[str, object]:
    return {
        "tenant_id": tenant_id,
        "division": item.division,
        "item_id": item.item_id,
        "product_id": one,
        "vat_code": item.vat_code,
        "unit": item.unit,
        "stocked": item.is_stock_item,
        "sold": item.is_sales_item,
        "ended": item.ended,
        "ends_at": item.ends_at,
        "fractional": item.fractional,
        "cost_price": item.cost_price,
        "cost_currency": fitting(item.cost_currency, 3),
    }


async def save_customers(work: Work, tenant_id: str, customers: Sequence[Customer]) -> None:
    """Store customer accounts of a division."""
    rows = {row.account_id: {"tenant_id": tenant_id, **_customer_row(row)} for row in customers}
    await upsert(work.connection, customer, list(rows.values()))


def _customer_row(row: Customer) -> dict[str, object]:
    codes = {"vat_number": 40, "chamber_of_commerce": 40, "country": 2, "status": 1}
    return _plain(row) | {name: fitting(getattr(row, name), length) for name, length in codes.items()}


async def replace_warehouses(work: Work, tenant_id: str, division: int, rows: Sequence[Warehouse]) -> None:
    """Store the warehouses of a division; those no longer listed go."""
    await work.execute(delete(warehouse).where(warehouse.c.tenant_id == tenant_id, warehouse.c.division == division))
    await upsert(work.connection, warehouse, [{"tenant_id": tenant_id, **_plain(row)} for row in rows])


async def replace_vat_codes(work: Work, tenant_id: str, division: int, rows: Sequence[VatCode]) -> None:
    """Store the VAT codes of a division; those no longer listed go."""
    await work.execute(delete(vat_code).where(vat_code.c.tenant_id == tenant_id, vat_code.c.division == division))
    await upsert(work.connection, vat_code, [{"tenant_id": tenant_id, **_vat_code_row(row)} for row in rows])


def _vat_code_row(row: VatCode) -> dict[str, object]:
    periods = [
        {
            "percentage": str(one.percentage),
            "since": None if one.since is None else one.since.isoformat(),
            "until": None if one.until is None else one.until.isoformat(),
        }
        for one in row.periods
    ]
    return _plain(row) | {"periods": periods}


def _vat_period(plain: Mapping[str, str | None]) -> VatPeriod:
    since, until = plain["since"], plain["until"]
    return VatPeriod(
        Decimal(plain["percentage"] or 0),
        None if since is None else date.fromisoformat(since),
        None if until is None else date.fromisoformat(until),
    )


async def replace_shipping_methods(work: Work, tenant_id: str, division: int, rows: Sequence[ShippingMethod]) -> None:
    """Store the shipping methods of a division; those no longer listed go."""
    table = shipping_method
    await work.execute(delete(table).where(table.c.tenant_id == tenant_id, table.c.division == division))
    await upsert(work.connection, table, [{"tenant_id": tenant_id, **_plain(row)} for row in rows])


def _plain(row: Warehouse | VatCode | ShippingMethod | Customer) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


async def items_of(
    connection: AsyncConnection, tenant_id: str, division: int, product_ids: Iterable[str]
) -> dict[str, ErpItem]:
    """Return the division's items by product id; ended items are left out."""
    statement = (
        select(erp_item, product.c.code, product.c.ean, product.c.description)
        .join(product, (product.c.tenant_id == erp_item.c.tenant_id) & (product.c.product_id == erp_item.c.product_id))
        .where(
            erp_item.c.tenant_id == tenant_id,
            erp_item.c.division == division,
            erp_item.c.product_id.in_(list(product_ids)),
            erp_item.c.ended.is_(False),
        )
    )
    rows = (await connection.execute(statement)).all()
    return {
        row.product_id: ErpItem(
            division=row.division,
            item_id=row.item_id,
            code=row.code,
            ean=row.ean,
            description=row.description,
            vat_code=row.vat_code,
            unit=row.unit,
            is_stock_item=row.stocked,
            is_sales_item=row.sold,
            ended=row.ended,
            ends_at=row.ends_at,
            fractional=row.fractional,
        )
        for row in rows
    }


async def vat_codes_of(connection: AsyncConnection, tenant_id: str, division: int) -> dict[str, VatCode]:
    """Return the division's VAT codes by code."""
    statement = select(vat_code).where(vat_code.c.tenant_id == tenant_id, vat_code.c.division == division)
    rows = (await connection.execute(statement)).all()
    return {
        row.code: VatCode(
            row.division,
            row.code,
            row.description,
            row.percentage,
            row.kind,
            row.transaction,
            row.blocked,
            tuple(_vat_period(one) for one in row.periods or ()),
        )
        for row in rows
    }


async def shipping_codes(connection: AsyncConnection, tenant_id: str, division: int) -> dict[str, str]:
    """Return the codes of the division's shipping methods by id."""
    table = shipping_method
    statement = select(table.c.method_id, table.c.code).where(
        table.c.tenant_id == tenant_id, table.c.division == division
    )
    return {row.method_id: row.code for row in (await connection.execute(statement)).all()}


async def find_customer(connection: AsyncConnection, tenant_id: str, division: int, account_id: str) -> bool:
    """Say whether the division has this account, and it is a customer."""
    statement = select(customer.c.is_customer).where(
        customer.c.tenant_id == tenant_id, customer.c.division == division, customer.c.account_id == account_id
    )
    return bool((await connection.execute(statement)).scalar_one_or_none())


async def warehouse_ids(connection: AsyncConnection, tenant_id: str, division: int) -> set[str]:
    """Return the ids of the division's warehouses."""
    statement = select(warehouse.c.warehouse_id).where(
        warehouse.c.tenant_id == tenant_id, warehouse.c.division == division
    )
    return set((await connection.execute(statement)).scalars())


async def products_by_item(
    connection: AsyncConnection, tenant_id: str, division: int, item_ids: Iterable[str]
) -> dict[str, str]:
    """Return product ids by the division's item ids."""
    statement = select(erp_item.c.item_id, erp_item.c.product_id).where(
        erp_item.c.tenant_id == tenant_id, erp_item.c.division == division, erp_item.c.item_id.in_(list(item_ids))
    )
    return {row.item_id: row.product_id for row in (await connection.execute(statement)).all()}


async def read_codes(
    connection: AsyncConnection, tenant_id: str, codes: Collection[str], eans: Collection[str]
) -> Catalogue:
    """Return the product ids of some item codes, and those that bear some EANs."""
    by_code = {row.code: row.product_id for row in await _products_with(connection, tenant_id, product.c.code, codes)}
    by_ean: dict[str, list[str]] = {}
    for row in await _products_with(connection, tenant_id, product.c.ean, eans):
        by_ean.setdefault(row.ean, []).append(row.product_id)
    return Catalogue(by_code, by_ean)


async def _products_with(
    connection: AsyncConnection, tenant_id: str, column: Column[Any], values: Collection[str]
) -> list[Any]:
    found: list[Any] = []
    wanted = sorted(values)
    for start in range(0, len(wanted), CODES_AT_ONCE):
        statement = select(product.c.product_id, product.c.code, product.c.ean).where(
            product.c.tenant_id == tenant_id, column.in_(wanted[start : start + CODES_AT_ONCE])
        )
        found.extend((await connection.execute(statement.order_by(product.c.code))).all())
    return found


async def product_exists(connection: AsyncConnection, tenant_id: str, one: str) -> bool:
    """Say whether the tenant has this product."""
    statement = select(product.c.product_id).where(product.c.tenant_id == tenant_id, product.c.product_id == one)
    return (await connection.execute(statement)).scalar_one_or_none() is not None
