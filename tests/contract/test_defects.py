"""The known defects of the platforms' own files are still there, and nothing but them is mended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import NonNullTypeNode, validate_schema

from tests.contract.defects import amazon, bol, exact, shopify, woocommerce
from tests.contract.defects.defect import CONTRACTS, Defect, found, published

pytestmark = pytest.mark.skipif(not CONTRACTS.exists(), reason=f"the published files in {CONTRACTS} are absent")
LISTED: list[tuple[Path, Defect]] = [
    (listing.FOLDER, defect) for listing in (bol, exact, woocommerce, amazon) for defect in listing.DEFECTS
]


@pytest.mark.parametrize(("folder", "defect"), LISTED, ids=[str(defect) for _, defect in LISTED])
def test_a_listed_defect_is_still_there(folder: Path, defect: Defect) -> None:
    """Where this fails, the file was corrected: take the defect off the list."""
    assert found(published(folder / defect.file), defect.place) == defect.published
    assert defect.mended != defect.published


@pytest.mark.parametrize(("folder", "defect"), LISTED, ids=[str(defect) for _, defect in LISTED])
def test_a_listed_defect_says_what_is_wrong_and_who_says_so(folder: Path, defect: Defect) -> None:
    assert defect.wrong
    assert defect.source


def test_what_bol_gives_everywhere_is_described_hardly_anywhere() -> None:
    statuses = [
        {int(status) for status in operation["responses"]}
        for file in (bol.RETAILER, bol.SHARED, bol.OFFERS)
        for item in bol.read(file)["paths"].values()
        for operation in item.values()
    ]
    for status in bol.UNDESCRIBED:
        assert sum(status in each for each in statuses) < len(statuses) / 5


def test_shopifys_schema_is_invalid_by_the_listed_fields_and_no_others() -> None:
    schema = shopify.published()
    assert all(shopify.deprecated(schema, defect).deprecation_reason for defect in shopify.DEPRECATED)
    schema._validation_errors = None
    assert len(validate_schema(schema)) == len(shopify.DEPRECATED)
    assert validate_schema(shopify.mended(schema)) == []


def test_shopifys_schema_calls_optional_what_is_demanded() -> None:
    for defect in shopify.DEMANDED:
        field = shopify.described(defect)
        assert field.description is not None
        assert "This field is mandatory" in field.description.value
        assert not isinstance(field.type, NonNullTypeNode)


def test_the_recorded_shop_fits_its_schemas_once_they_are_mended() -> None:
    """Else the mended places would not be those that are wrong."""
    samples: Any = json.loads((woocommerce.FOLDER / woocommerce.SAMPLES).read_text())
    schemas = woocommerce.read(woocommerce.SCHEMAS)
    for sample, schema in (
        ("order", "orders/54"),
        ("product_simple", "products/10"),
        ("variation", "products/50/variations/51"),
    ):
        assert set(samples[sample]["body"]) - {"_links"} <= schemas[schema]["schema"]["properties"].keys()
