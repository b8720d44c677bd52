"""The endpoints that the sandbox offers."""

from __future__ import annotations

from hub.sandbox.exact.entity import LARGE_PAGE, Entity, single, sync, twin

CRUD = ("GET", "POST", "PUT", "DELETE")
_ACCOUNT_FILTERS = frozenset(
    {"Code", "ChamberOfCommerce", "Created", "Email", "ID", "Modified", "Name", "Status", "VATNumber"}
)
_ITEM_FILTERS = frozenset({"Barcode", "Code", "Created", "Description", "ID", "IsSalesItem", "Modified"})
_TAX_SCHEDULE = "TaxSchedule TaxScheduleCode TaxScheduleDescription"
_TRAIL = "Created:d Creator:g CreatorFullName:s Modified:d Modifier:g ModifierFullName:s"

ITEMS = single("logistics/Items", CRUD, must_filter=_ITEM_FILTERS)
ACCOUNTS = single("crm/Accounts", CRUD, must_filter=_ACCOUNT_FILTERS)
ADDRESSES = single("crm/Addresses", CRUD)
ORDERS = single(
    "salesorder/SalesOrders",
    CRUD,
    children={
        "SalesOrderLines": "salesorder/SalesOrderLines",
        "SalesOrderOrderChargeLines": "salesorder/SalesOrderOrderChargeLines",
    },
)
ORDER_LINES = single("salesorder/SalesOrderLines", CRUD)
CHARGE_LINES = single("salesorder/SalesOrderOrderChargeLines", CRUD)
DELIVERIES = single(
    "salesorder/GoodsDeliveries",
    ("GET", "POST", "PUT"),
    children={"GoodsDeliveryLines": "salesorder/GoodsDeliveryLines"},
)
DELIVERY_LINES = single("salesorder/GoodsDeliveryLines", ("GET", "PUT"))
INVOICES = single(
    "salesinvoice/SalesInvoices",
    ("GET", "POST"),
    children={
        "SalesInvoiceLines": "salesinvoice/SalesInvoiceLines",
        "SalesInvoiceOrderChargeLines": "salesinvoice/SalesInvoiceOrderChargeLines",
    },
)
INVOICE_LINES = single("salesinvoice/SalesInvoiceLines")
INVOICE_CHARGES = single("salesinvoice/SalesInvoiceOrderChargeLines")
RETURNS = single(
    "salesorder/PlannedSalesReturns",
    ("GET", "POST", "DELETE"),
    children={"PlannedSalesReturnLines": "salesorder/PlannedSalesReturnLines"},
)
RETURN_LINES = single("salesorder/PlannedSalesReturnLines")
SUBSCRIPTIONS = single("webhooks/WebhookSubscriptions", ("GET", "POST", "DELETE"))
STOCK_POSITIONS = single(
    "sync/Inventory/StockPositions", page=LARGE_PAGE, may_filter=frozenset({"Timestamp"}), table="stock"
)

_ALL = (
    ITEMS,
    ACCOUNTS,
    ADDRESSES,
    ORDERS,
    ORDER_LINES,
    CHARGE_LINES,
    DELIVERIES,
    DELIVERY_LINES,
    INVOICES,
    INVOICE_LINES,
    INVOICE_CHARGES,
    RETURNS,
    RETURN_LINES,
    SUBSCRIPTIONS,
    STOCK_POSITIONS,
    single("salesinvoice/InvoiceSalesOrders", ("POST",)),
    single("salesorder/CompleteSalesOrder", ("POST",)),
    single("inventory/Warehouses"),
    single(
        "inventory/ItemWarehouses",
        table="stock",
        alias={"Item": "ItemId", "PlannedStockIn": "PlanningIn", "PlannedStockOut": "PlanningOut"},
    ),
    single("vat/VATCodes"),
    single("vat/VatPercentages"),
    single("sales/ShippingMethods"),
    single("sales/OrderCharges"),
    single("cashflow/PaymentConditions"),
    single("financial/Journals"),
    single("system/Divisions"),
    single("hrm/Divisions", table="system/Divisions", alias={"HID": "Hid", "Main": "IsMainDivision"}),
    single("sync/Deleted", page=LARGE_PAGE, may_filter=frozenset({"Timestamp", "EntityType"}), table="deleted"),
    twin("bulk/Logistics/Items", ITEMS),
    twin("bulk/CRM/Accounts", ACCOUNTS),
    twin("bulk/SalesOrder/SalesOrders", ORDERS, "SalesOrderOrderChargeLines"),
    twin("bulk/SalesOrder/GoodsDeliveries", DELIVERIES),
    twin("bulk/SalesOrder/GoodsDeliveryLines", DELIVERY_LINES),
    sync("sync/Logistics/Items", ITEMS, "IsBatchNumberItem IsSerialNumberItem StandardSalesPrice"),
    sync("sync/CRM/Accounts", ACCOUNTS),
    sync("sync/CRM/Addresses", ADDRESSES),
    sync(
        "sync/SalesOrder/SalesOrderHeaders",
        ORDERS,
        f"SalesOrderLines SalesOrderOrderChargeLines {_TAX_SCHEDULE}",
        "ID:g Notes:s Project:g ProjectCode:s ProjectDescription:s ShippingMethodCode:s VATAmount:f VATCode:s"
        " VATCodeDescription:s",
        alias={"ID": "OrderID"},
    ),
    sync(
        "sync/SalesOrder/SalesOrderLines",
        ORDER_LINES,
        f"OrderStatus {_TAX_SCHEDULE}",
        f"{_TRAIL} DeliveryStatusDescription:s InvoiceStatusDescription:s ProjectCode:s ShopOrderNumber:i Status:h"
        " StatusDescription:s",
        alias={"Status": "OrderStatus"},
    ),
    sync("sync/SalesOrder/GoodsDeliveries", DELIVERIES, "GoodsDeliveryLines"),
    sync("sync/SalesOrder/GoodsDeliveryLines", DELIVERY_LINES),
)

ENTITIES: dict[str, Entity] = {entity.path: entity for entity in _ALL}
BY_LOWER: dict[str, Entity] = {path.lower(): entity for path, entity in ENTITIES.items()}
ME = single("current/Me", table="me")
POSITION = single("read/logistics/StockPosition", table="position")
