"""Fields of articles, warehouses and stock, in the notation explained in ``hub.sandbox.exact.catalogue``."""

FIELDS = {
    "logistics/Items": """
        ID:g! AssembledLeadDays:i AverageCost:f+ Barcode:s+ BatchQuantity:f Class_01..10:s+ Code:s* CopyRemarks:b+
        CostPriceCurrency:s+ CostPriceNew:f+ CostPriceStandard:f+ Created:d Creator:g CreatorFullName:s CustomField:s
        Description:s* Division:i EndDate:d+ ExtraDescription:s+ FreeBoolField_01..05:t+ FreeDateField_01..05:d+
        FreeNumberField_01..08:f+ FreeTextField_01..10:s+ GLCosts:g+ GLCostsCode:s GLCostsDescription:s
        GLCostsWorkInProgress:g+ GLCostsWorkInProgressCode:s GLCostsWorkInProgressDescription:s GLRevenue:g+
        GLRevenueCode:s GLRevenueDescription:s GLRevenueWorkInProgress:g+ GLRevenueWorkInProgressCode:s
        GLRevenueWorkInProgressDescription:s GLStock:g+ GLStockCode:s GLStockDescription:s GrossWeight:f+ IsBatchItem:b+
        IsBatchNumberItem:b+ IsFractionAllowedItem:t+ IsMakeItem:b+ IsNewContract:b+ IsOnDemandItem:b+ IsPackageItem:t+
        IsPurchaseItem:t+ IsRegistrationCodeItem:b+ IsSalesItem:t+ IsSerialItem:t+ IsSerialNumberItem:t+ IsStockItem:t+
        IsSubcontractedItem:t+ IsTaxableItem:b+ IsTime:b+ IsWebshopItem:b+ ItemGroup:g+ ItemGroupCode:s
        ItemGroupDescription:s Modified:d Modifier:g ModifierFullName:s NetWeight:f+ NetWeightUnit:s+ Notes:s+
        Picture:x+ PictureName:s+ PictureThumbnailUrl:s PictureUrl:s SalesVatCode:s+ SalesVatCodeDescription:s
        SearchCode:s+ SecurityLevel:i+ StandardSalesPrice:f StartDate:d+ StatisticalCode:s StatisticalNetWeight:f
        StatisticalUnits:f StatisticalValue:f Stock:f Unit:s+ UnitDescription:s UnitType:s UseExplosion:b
    """,
    "inventory/Warehouses": """
        ID:g! Code:s+ Created:d Creator:g CreatorFullName:s DefaultStorageLocation:g DefaultStorageLocationCode:s
        DefaultStorageLocationDescription:s Description:s+ Division:i EMail:s+ Main:b+ ManagerUser:g+ Modified:d
        Modifier:g ModifierFullName:s UseStorageLocations:b+
    """,
    "inventory/ItemWarehouses": """
        ID:g! CountingCycle:h+ Created:d Creator:g CreatorFullName:s CurrentStock:f DefaultStorageLocation:g+
        DefaultStorageLocationCode:s DefaultStorageLocationDescription:s Division:i Item:g* ItemBarcode:s ItemCode:s
        ItemDescription:s ItemEndDate:d ItemIsFractionAllowedItem:t ItemIsStockItem:t ItemStartDate:d ItemUnit:s
        ItemUnitDescription:s MaximumStock:f+ Modified:d Modifier:g ModifierFullName:s NextCountingCycle:d
        OrderPolicy:h+ Period:h+ PlannedStockIn:f PlannedStockOut:f PlanningDetailsUrl:s ProjectedStock:f
        ReorderPoint:f+ ReorderQuantity:f+ ReplenishmentType:h+ ReservedStock:f SafetyStock:f+
        StorageLocationSequenceNumber:i StorageLocationUrl:s Warehouse:g* WarehouseCode:s WarehouseDescription:s
    """,
    "sync/Inventory/StockPositions": """
        Timestamp:l! CurrentStock:f Division:i FreeStock:f ID:g ItemCode:s ItemDescription:s ItemId:g PlanningIn:f
        PlanningOut:f ProjectedStock:f ReorderPoint:f ReservedStock:f UnitCode:s UnitDescription:s Warehouse:g
        WarehouseCode:s WarehouseDescription:s
    """,
    "read/logistics/StockPosition": """
        ItemId:g! InStock:f FreeStock:f PlanningIn:f PlanningOut:f ProjectedStock:f ReservedStock:f
    """,
}
