"""Fields of the small master data, in the notation explained in ``hub.sandbox.exact.catalogue``."""

FIELDS = {
    "current/Me": """
        UserID:g! AccountingDivision:i CurrentDivision:i CustomerCode:s DivisionCustomer:g DivisionCustomerCode:s
        DivisionCustomerName:s DivisionCustomerSiretNumber:s DivisionCustomerVatNumber:s DossierDivision:i Email:s
        EmployeeID:g FirstName:s FullName:s Gender:s Initials:s IsClientUser:t IsEmployeeSelfServiceUser:t
        IsMyFirmLiteUser:t IsMyFirmPortalUser:t IsOEIMigrationMandatory:t IsStarterUser:t Language:s LanguageCode:s
        LastName:s Legislation:l MiddleName:s Mobile:s Nationality:s PackageCode:s Phone:s PhoneExtension:s PictureUrl:s
        ServerTime:s ServerUtcOffset:f ThumbnailPicture:x ThumbnailPictureFormat:s Title:s UserName:s
    """,
    "system/Divisions": """
        Code:i! AddressLine1:s AddressLine2:s AddressLine3:s ArchiveDate:d BlockingStatus:i BusinessTypeCode:s
        BusinessTypeDescription:s ChamberOfCommerceEstablishment:s ChamberOfCommerceNumber:s City:s CompanySizeCode:s
        CompanySizeDescription:s Country:s Created:d Creator:g CreatorFullName:s Currency:s Current:t Customer:g
        CustomerCode:s CustomerName:s DatevAccountantNumber:s DatevClientNumber:s Description:s
        DivisionHRLinkUnlinkDate:d DivisionMoveDate:d Email:s Fax:s Hid:l IsDossierDivision:t IsHRDivision:t
        IsMainDivision:t IsPracticeDivision:t Legislation:s Modified:d Modifier:g ModifierFullName:s OBNumber:s Phone:s
        Postcode:s SbiCode:s SbiDescription:s SectorCode:s SectorDescription:s ShareCapital:f SiretNumber:s StartDate:d
        State:s Status:i SubsectorCode:s SubsectorDescription:s TaxOfficeNumber:s TaxReferenceNumber:s TemplateCode:s
        VATNumber:s Website:s
    """,
    "hrm/Divisions": """
        Code:i! ArchiveDate:d BlockingStatus:i Class_01..05:c Country:s CountryDescription:s Created:d Creator:g
        CreatorFullName:s Currency:s CurrencyDescription:s Customer:g CustomerCode:s CustomerName:s Description:s HID:l
        Main:t Modified:d Modifier:g ModifierFullName:s OBNumber:s SiretNumber:s StartDate:d Status:h TaxOfficeNumber:s
        TaxReferenceNumber:s TemplateCode:s VATNumber:s Website:s
    """,
    "vat/VATCodes": """
        ID:g! Account:g+ AccountCode:s AccountName:s CalculationBasis:b+ Charged:t+ Code:s* Country:s Created:d
        Creator:g CreatorFullName:s CustomField:s Description:s* Division:i EUSalesListing:s+ ExcludeVATListing:b+
        GLDiscountPurchase:g+ GLDiscountPurchaseCode:s GLDiscountPurchaseDescription:s GLDiscountSales:g+
        GLDiscountSalesCode:s GLDiscountSalesDescription:s GLToClaim:g+ GLToClaimCode:s GLToClaimDescription:s
        GLToPay:g+ GLToPayCode:s GLToPayDescription:s IntraStat:t+ IntrastatType:s+ IsBlocked:t+ LegalText:s+ Modified:d
        Modifier:g ModifierFullName:s OssCountry:s+ Percentage:f TaxReturnType:h+ Type:s+ VatDocType:s+ VatMargin:b+
        VATPartialRatio:h+ VATPercentages:c+ VATTransactionType:s+
    """,
    "vat/VatPercentages": """
        ID:g! Created:d Creator:g CreatorFullName:s Division:i EndDate:d LineNumber:i Modified:d Modifier:g
        ModifierFullName:s Percentage:f StartDate:d Type:h VATCodeID:g*
    """,
    "sales/ShippingMethods": """
        ID:g! Active:t Amount:f Code:s Created:d Creator:g CreatorFullName:s Description:s Division:i Modified:d
        Modifier:g ModifierFullName:s Notes:s ShippingRatesURL:s TrackingURL:s VATCode:s VATCodeDescription:s
        VATPercentage:f
    """,
    "sales/OrderCharges": """
        ID:g! Active:t Amount:f Code:s Created:d Creator:g CreatorFullName:s Description:s Division:i GLAccount:g
        GLAccountCode:s GLAccountDescription:s Modified:d Modifier:g ModifierFullName:s VATCode:s VATDescription:s
        VATPercentage:f
    """,
    "cashflow/PaymentConditions": """
        ID:g! Code:s* Created:d Creator:g CreatorFullName:s CreditManagementScenario:g+ CreditManagementScenarioCode:s
        CreditManagementScenarioDescription:s Description:s* DiscountCalculation:s+ DiscountPaymentDays:i+
        DiscountPercentage:f+ Division:i Modified:d Modifier:g ModifierFullName:s PaymentDays:i+ PaymentDiscountType:s+
        PaymentEndOfMonths:i+ PaymentMethod:s+ Percentage:f+ VATCalculation:s+
    """,
    "financial/Journals": """
        ID:g! AllowVariableCurrency:t+ AllowVariableExchangeRate:t+ AllowVAT:t+ AutoSave:t+ Bank:g+ BankAccountBICCode:s
        BankAccountCountry:s BankAccountDescription:s BankAccountIBAN:s BankAccountID:g+ BankAccountIncludingMask:s+
        BankAccountUseSEPA:t BankAccountUseSepaDirectDebit:t BankName:s Code:s+ Created:d Creator:g CreatorFullName:s
        Currency:s+ CurrencyDescription:s CustomField:s Description:s+ Division:i GLAccount:g+ GLAccountCode:s
        GLAccountDescription:s GLAccountType:i IsBlocked:t+ Modified:d Modifier:g ModifierFullName:s
        PaymentInTransitAccount:g+ PaymentServiceAccountIdentifier:s+ PaymentServiceProvider:i+
        PaymentServiceProviderName:s Type:i+
    """,
    "webhooks/WebhookSubscriptions": """
        ID:g! CallbackURL:s* ClientID:g Created:d Creator:g CreatorFullName:s Description:s Division:i Topic:s*
        UserID:g+ IsInstant:t
    """,
    "sync/Deleted": """
        Timestamp:l! DeletedBy:g DeletedDate:d Division:i EntityKey:g EntityType:i ID:g
    """,
}
