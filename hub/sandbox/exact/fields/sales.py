"""Fields of sales orders, deliveries and invoices, in the notation explained in ``hub.sandbox.exact.catalogue``."""

FIELDS = {
    "salesorder/SalesOrders": """
        OrderID:g! AmountDC:f AmountDiscount:f+ AmountDiscountExclVat:f+ AmountFC:f AmountFCExclVat:f ApprovalStatus:h+
        ApprovalStatusDescription:s Approved:d Approver:g ApproverFullName:s Created:d Creator:g CreatorFullName:s
        Currency:s+ CustomField:s DeliverTo:g+ DeliverToContactPerson:g+ DeliverToContactPersonFullName:s
        DeliverToName:s DeliveryAddress:g+ DeliveryDate:d+ DeliveryStatus:h DeliveryStatusDescription:s Description:s+
        Discount:f+ Division:i Document:g+ DocumentNumber:i DocumentSubject:s IncotermAddress:s+ IncotermCode:s+
        IncotermVersion:h+ InvoiceStatus:h InvoiceStatusDescription:s InvoiceTo:g+ InvoiceToContactPerson:g+
        InvoiceToContactPersonFullName:s InvoiceToName:s Modified:d Modifier:g ModifierFullName:s OrderDate:d+
        OrderedBy:g* OrderedByContactPerson:g+ OrderedByContactPersonFullName:s OrderedByName:s OrderNumber:i+
        PaymentCondition:s+ PaymentConditionDescription:s PaymentReference:s+ Remarks:s+ SalesChannel:g+
        SalesChannelCode:s SalesChannelDescription:s SalesOrderLines:c* SalesOrderOrderChargeLines:c+ Salesperson:g+
        SalespersonFullName:s SelectionCode:g+ SelectionCodeCode:s SelectionCodeDescription:s ShippingMethod:g+
        ShippingMethodDescription:s Status:h StatusDescription:s TaxSchedule:g+ TaxScheduleCode:s
        TaxScheduleDescription:s WarehouseCode:s WarehouseDescription:s WarehouseID:g+ YourRef:s+
    """,
    "salesorder/SalesOrderLines": """
        ID:g! AmountDC:f AmountFC:f+ CostCenter:s+ CostCenterDescription:s CostPriceFC:f CostUnit:s+
        CostUnitDescription:s CustomerItemCode:s CustomField:s DeliveryDate:d+ DeliveryStatus:h Description:s+
        Discount:f+ Division:i InvoiceStatus:h Item:g* ItemCode:s ItemDescription:s ItemVersion:g+
        ItemVersionDescription:s LineNumber:i Margin:f+ NetPrice:f+ Notes:s+ OrderID:g* OrderNumber:i+ OrderStatus:h
        Pricelist:g+ PricelistDescription:s Project:g+ ProjectDescription:s PurchaseOrder:g PurchaseOrderLine:g
        PurchaseOrderLineNumber:i PurchaseOrderNumber:i Quantity:f+ QuantityDelivered:f QuantityInvoiced:f ShopOrder:g+
        TaxSchedule:g+ TaxScheduleCode:s TaxScheduleDescription:s UnitCode:s+ UnitDescription:s UnitPrice:f+
        UseDropShipment:b+ VATAmount:f+ VATCode:s+ VATCodeDescription:s VATPercentage:f+
    """,
    "salesorder/SalesOrderOrderChargeLines": """
        ID:g! AmountDC:f AmountFCExclVAT:f+ AmountFCInclVAT:f+ AmountVATFC:f Division:i IsShippingCost:t+ LineNumber:i
        OrderCharge:g+ OrderChargeCode:s OrderChargeDescription:s OrderChargesLineDescription:s+ OrderID:g* VATCode:s+
        VATDescription:s VATPercentage:f
    """,
    "salesorder/CompleteSalesOrder": """
        OrderID:g!* CompleteDelivery:t+ CompleteInvoice:t+ Division:i+ ErrorMessage:s+ SuccessMessage:s+
    """,
    "salesorder/GoodsDeliveries": """
        EntryID:g! Created:d Creator:g CreatorFullName:s DeliveryAccount:g DeliveryAccountCode:s DeliveryAccountName:s
        DeliveryAddress:g DeliveryContact:g DeliveryContactPersonFullName:s DeliveryDate:d* DeliveryNumber:i
        Description:s+ Division:i Document:g+ DocumentSubject:s EntryNumber:i GoodsDeliveryLines:c* Modified:d
        Modifier:g ModifierFullName:s Remarks:s+ ShippingMethod:g+ ShippingMethodCode:s ShippingMethodDescription:s
        TrackingNumber:s+ Warehouse:g WarehouseCode:s WarehouseDescription:s
    """,
    "salesorder/GoodsDeliveryLines": """
        ID:g! BatchNumbers:c+ Created:d Creator:g CreatorFullName:s CustomerItemCode:s DeliveryDate:d Description:s+
        Division:i EntryID:g+ Item:g ItemCode:s ItemDescription:s LineNumber:i Modified:d Modifier:g ModifierFullName:s
        Notes:s+ QuantityDelivered:f* QuantityOrdered:f SalesOrderLineID:g* SalesOrderLineNumber:i SalesOrderNumber:i
        SerialNumbers:c+ StorageLocation:g+ StorageLocationCode:s+ StorageLocationDescription:s+ TrackingNumber:s+
        Unitcode:s
    """,
    "salesinvoice/InvoiceSalesOrders": """
        ID:g! CreateMode:i* DeliveryNumber:i+ EndDate:d+ Errors:s InvoiceMode:i* JournalCode:s*
        NumberOfCreatedInvoices:i NumberOfFailedInvoices:i SalesOrderIDs:c* StartDate:d+ UserInvoiceDate:d+
    """,
    "salesinvoice/SalesInvoices": """
        InvoiceID:g! AmountDC:f AmountDiscount:f+ AmountDiscountExclVat:f+ AmountFC:f AmountFCExclVat:f Created:d
        Creator:g CreatorFullName:s Currency:s+ DeliverTo:g+ DeliverToAddress:g+ DeliverToContactPerson:g+
        DeliverToContactPersonFullName:s DeliverToName:s Description:s+ Discount:f+ DiscountType:h Division:i
        Document:g+ DocumentNumber:i DocumentSubject:s DueDate:d+ ExtraDutyAmountFC:f+ GAccountAmountFC:f+
        IncotermAddress:s+ IncotermCode:s+ IncotermVersion:h+ InvoiceDate:d InvoiceNumber:i InvoiceTo:g+
        InvoiceToContactPerson:g+ InvoiceToContactPersonFullName:s InvoiceToName:s IsExtraDuty:t+ Journal:s*
        JournalDescription:s Modified:d Modifier:g ModifierFullName:s OrderDate:d+ OrderedBy:g*
        OrderedByContactPerson:g+ OrderedByContactPersonFullName:s OrderedByName:s OrderNumber:i+ PaymentCondition:s+
        PaymentConditionDescription:s PaymentReference:s+ Remarks:s+ SalesChannel:g+ SalesChannelCode:s
        SalesChannelDescription:s SalesInvoiceLines:c* SalesInvoiceOrderChargeLines:c+ Salesperson:g+
        SalespersonFullName:s SelectionCode:g+ SelectionCodeCode:s SelectionCodeDescription:s ShippingMethod:g+
        ShippingMethodCode:s ShippingMethodDescription:s StarterSalesInvoiceStatus:h
        StarterSalesInvoiceStatusDescription:s Status:h StatusDescription:s TaxSchedule:g+ TaxScheduleCode:s
        TaxScheduleDescription:s Type:i+ TypeDescription:s VATAmountDC:f VATAmountFC:f Warehouse:g+
        WithholdingTaxAmountFC:f+ WithholdingTaxBaseAmount:f+ WithholdingTaxPercentage:f+ YourRef:s+
    """,
    "salesinvoice/SalesInvoiceLines": """
        ID:g! AmountDC:f AmountFC:f+ CostCenter:s+ CostCenterDescription:s CostUnit:s+ CostUnitDescription:s
        CustomerItemCode:s CustomField:s DeliveryDate:d+ Description:s+ Discount:f+ Division:i Employee:g+
        EmployeeFullName:s EndTime:d+ ExtraDutyAmountFC:f+ ExtraDutyPercentage:f+ GLAccount:g* GLAccountDescription:s
        InvoiceID:g* Item:g* ItemCode:s ItemDescription:s LineNumber:i NetPrice:f+ Notes:s+ Pricelist:g+
        PricelistDescription:s Project:g+ ProjectDescription:s ProjectWBS:g+ ProjectWBSDescription:s Quantity:f+
        SalesOrder:g SalesOrderLine:g SalesOrderLineNumber:i SalesOrderNumber:i StartTime:d+ Subscription:g
        SubscriptionDescription:s TaxSchedule:g+ TaxScheduleCode:s TaxScheduleDescription:s UnitCode:s+
        UnitDescription:s UnitPrice:f+ VATAmountDC:f+ VATAmountFC:f+ VATCode:s+ VATCodeDescription:s VATPercentage:f+
    """,
    "salesinvoice/SalesInvoiceOrderChargeLines": """
        ID:g! AmountDC:f AmountFCExclVAT:f+ AmountFCInclVAT:f+ AmountVATFC:f Division:i GLAccount:g GLAccountCode:s
        GLAccountDescription:s InvoiceID:g* IsShippingCost:t+ LineNumber:i OrderCharge:g+ OrderChargeCode:s
        OrderChargeDescription:s OrderChargesLineDescription:s+ VATCode:s+ VATDescription:s VATPercentage:f
    """,
    "salesorder/PlannedSalesReturns": """
        PlannedSalesReturnID:g! Created:d Creator:g CreatorFullName:s DeliveredTo:g* DeliveredToContactPerson:g+
        DeliveredToContactPersonFullName:s DeliveredToName:s DeliveryAddress:g Description:s+ Division:i Document:g
        DocumentSubject:s Modified:d Modifier:g ModifierFullName:s PlannedSalesReturnLines:c* Remarks:s+ ReturnDate:d+
        ReturnNumber:i Source:h Status:h+ Warehouse:g* WarehouseCode:s WarehouseDescription:s
    """,
    "salesorder/PlannedSalesReturnLines": """
        ID:g! BatchNumbers:c+ CreateCredit:b* Created:d Creator:g CreatorFullName:s Division:i GoodDeliveryLineID:g*
        Item:g* ItemCode:s ItemDescription:s LineNumber:i Modified:d Modifier:g ModifierFullName:s Notes:s+
        PlannedReturnQuantity:f* PlannedSalesReturnID:g ReceivedQuantity:f* ReturnReasonCodeCode:s
        ReturnReasonCodeDescription:s ReturnReasonCodeID:g SalesOrderLineID:g SalesOrderNumber:i SerialNumbers:c+
        StockTransactionEntryID:g StorageLocation:g+ StorageLocationCode:s StorageLocationDescription:s
        StorageLocationSequenceNumber:i UnitCode:s UnitDescription:s
    """,
}
