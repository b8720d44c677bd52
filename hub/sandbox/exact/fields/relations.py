"""Fields of relations and their addresses, in the notation explained in ``hub.sandbox.exact.catalogue``."""

FIELDS = {
    "crm/Accounts": """
        ID:g! Accountant:g+ AccountManager:g+ AccountManagerFullName:s AccountManagerHID:i ActivitySector:g+
        ActivitySubSector:g+ AddressLine1:s+ AddressLine2:s+ AddressLine3:s+ AddressSource:b
        AutomaticProcessProposedEntry:b+ BankAccounts:c Blocked:t+ BRIN:g BSN:s+ BusinessType:g+ CanDropShip:t+
        ChamberOfCommerce:s+ City:s+ Classification:s Classification1:g+ Classification2:g+ Classification3:g+
        Classification4:g+ Classification5:g+ Classification6:g+ Classification7:g+ Classification8:g+
        ClassificationDescription:s Code:s+ CodeAtSupplier:s+ CompanySize:g+ ConsolidationScenario:b+ ControlledDate:d+
        Costcenter:s CostcenterDescription:s CostPaid:b Country:s+ CountryName:s Created:d Creator:g CreatorFullName:s
        CreditLinePurchase:f+ CreditLineSales:f+ Currency:s CustomerSince:d CustomField:s DatevCreditorCode:s+
        DatevDebtorCode:s+ DeliveryAdvice:b+ DiscountPurchase:f+ DiscountSales:f+ Division:i Document:g DunsNumber:s
        Email:s+ EnableSalesPaymentLink:t+ EndDate:d+ EORINumber:s+ EstablishedDate:d+ Fax:s+ GLAccountPurchase:g+
        GLAccountSales:g+ GLAP:g+ GLAR:g+ GlnNumber:s+ HasWithholdingTaxSales:t+ IgnoreDatevWarningMessage:t+
        IncotermAddressPurchase:s+ IncotermAddressSales:s+ IncotermCodePurchase:s+ IncotermCodeSales:s+
        IncotermVersionPurchase:h+ IncotermVersionSales:h+ IntraStatArea:s+ IntraStatDeliveryTerm:s+ IntraStatSystem:s+
        IntraStatTransactionA:s+ IntraStatTransactionB:s+ IntraStatTransportMethod:s+ InvoiceAccount:g+
        InvoiceAccountCode:s InvoiceAccountName:s InvoiceAttachmentType:i+ InvoicingMethod:i+ IsAccountant:b+
        IsAgency:b+ IsAnonymised:b IsBank:t IsCompetitor:b+ IsExtraDuty:t+ IsMailing:b+ IsMember:t IsPilot:t+
        IsPurchase:t IsReseller:t+ IsSales:t IsSupplier:t+ Language:s+ LanguageDescription:s Latitude:f+ LeadPurpose:g+
        LeadSource:g+ Logo:x+ LogoFileName:s+ LogoThumbnailUrl:s LogoUrl:s Longitude:f+ MainContact:g+ Modified:d
        Modifier:g ModifierFullName:s Name:s* OINNumber:s+ Parent:g+ PayAsYouEarn:s+ PaymentConditionPurchase:s+
        PaymentConditionPurchaseDescription:s PaymentConditionSales:s+ PaymentConditionSalesDescription:s
        PeppolIdentifier:s+ PeppolIdentifierType:i+ Phone:s+ PhoneExtension:s+ Postcode:s+ PriceList:g+
        PurchaseCurrency:s+ PurchaseCurrencyDescription:s PurchaseLeadDays:i+ PurchaseVATCode:s+
        PurchaseVATCodeDescription:s RecepientOfCommissions:t+ Remarks:s+ Reseller:g+ ResellerCode:s ResellerName:s
        RSIN:s+ SalesCurrency:s+ SalesCurrencyDescription:s SalesTaxSchedule:g+ SalesTaxScheduleCode:s
        SalesTaxScheduleDescription:s SalesVATCode:s+ SalesVATCodeDescription:s SearchCode:s+ SecurityLevel:i+
        SeparateInvPerProject:b+ SeparateInvPerSubscription:b+ ShippingLeadDays:i+ ShippingMethod:g+
        ShowRemarkForSales:t+ Source:b StartDate:d+ State:s+ StateName:s Status:s+ StatusSince:d TradeName:s+ Type:s
        UniqueTaxpayerReference:s+ VATLiability:s+ VATNumber:s+ Website:s+
    """,
    "crm/Addresses": """
        ID:g! Account:g+ AccountIsSupplier:t AccountName:s AddressLine1:s+ AddressLine2:s+ AddressLine3:s+ City:s+
        Contact:g+ ContactName:s Country:s+ CountryName:s Created:d Creator:g CreatorFullName:s CustomField:s Division:i
        Fax:s+ FreeBoolField_01..05:t+ FreeDateField_01..05:d+ FreeNumberField_01..05:f+ FreeTextField_01..05:s+
        Mailbox:s+ Main:t+ Modified:d Modifier:g ModifierFullName:s NicNumber:s+ Notes:s+ Phone:s+ PhoneExtension:s+
        Postcode:s+ Source:b State:s+ StateDescription:s Type:h+ Warehouse:g+ WarehouseCode:s WarehouseDescription:s
    """,
}
