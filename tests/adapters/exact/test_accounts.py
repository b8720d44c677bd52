"""Accounts and delivery addresses against the simulated Exact Online, over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.adapters.exact.erp import ExactErp
from hub.domain.customers import AccountDraft, AddressDraft
from hub.outcome import Rejected, Unavailable
from hub.sandbox.faults import Fault, Forced
from tests.adapters.exact.conftest import Shop

NEW = AccountDraft(
    "Zagerij 't Hout & Zn.", "NL", "EUR", "NL123456782B01", "71234567", "Kade 3", "3511 AB", "Utrecht", "NL"
)
PLACE = AddressDraft("Kade 3 bis", "Jan d'Hondt", "3511 AB", "Utrecht", "NL")


def account(shop: Shop, code: int) -> str:
    return str(shop.exact.main.guid("account", code))


def addresses(shop: Shop, account_id: str) -> list[dict[str, Any]]:
    return [one for one in shop.exact.main.table("crm/Addresses").of(account_id) if one["Type"] == 4]


async def test_accounts_are_found_by_either_number_whatever_their_status(shop: Shop, erp: ExactErp) -> None:
    (jansen,) = await erp.accounts_with("NL001112223B01", None)
    assert (jansen.account_id, jansen.code, jansen.country, jansen.blocked) == (
        account(shop, 10010),
        "10010",
        "NL",
        False,
    )
    assert await erp.accounts_with(None, "61112223") == (jansen,)
    assert {one.code for one in await erp.accounts_with("NL004445556B01", "64445556")} == {"10013", "10014"}
    assert await erp.accounts_with("NL999999990B01", "99999999") == ()
    assert await erp.accounts_with(None, None) == ()


async def test_a_number_that_was_typed_without_its_prefix_is_found_too(shop: Shop, erp: ExactErp) -> None:
    shop.exact.main.table("crm/Accounts").rows[account(shop, 10010)]["VATNumber"] = "001112223B01"
    (jansen,) = await erp.accounts_with("NL001112223B01", None)
    assert jansen.vat_number == "NL001112223B01"


async def test_an_account_is_made_as_a_customer_and_read_again_with_the_catalogue(shop: Shop, erp: ExactErp) -> None:
    before = await erp.customers_since(None)
    made = await erp.create_account(NEW)
    (found,) = (await erp.customers_since(before.cursor)).rows
    assert (found.account_id, found.name, found.is_customer) == (made, NEW.name, True)
    assert (found.vat_number, found.chamber_of_commerce) == (NEW.vat_number, NEW.chamber_of_commerce)
    assert await erp.accounts_with(NEW.vat_number, None) == (found,)


async def test_what_is_not_known_of_an_account_is_not_sent(shop: Shop, erp: ExactErp) -> None:
    made = await erp.create_account(AccountDraft("Kaal", "BE", "EUR", chamber_of_commerce="0412345678"))
    row = shop.exact.main.table("crm/Accounts").rows[made]
    assert not {"VATNumber", "AddressLine1", "Language", "SalesVATCode"} & {name for name in row if row[name]}


async def test_an_account_whose_making_was_not_answered_is_found_by_its_number(shop: Shop, erp: ExactErp) -> None:
    shop.sandbox.world.faults.forced.append(Forced(Fault.LOST_ANSWER, "exact", "POST", "Accounts"))
    with pytest.raises(Unavailable) as lost:
        await erp.create_account(NEW)
    assert lost.value.unknown
    assert len(await erp.accounts_with(NEW.vat_number, NEW.chamber_of_commerce)) == 1


async def test_a_delivery_address_is_made_beside_the_main_one_and_found_again(shop: Shop, erp: ExactErp) -> None:
    own = account(shop, 10010)
    (main,) = addresses(shop, own)
    assert await erp.find_address(own, PLACE) is None
    made = await erp.create_address(own, PLACE)
    assert await erp.find_address(own, PLACE) == made != main["ID"]
    for other in (
        replace(PLACE, line="Kade 4"),
        replace(PLACE, recipient="Piet"),
        replace(PLACE, pickup_point="Primera"),
        replace(PLACE, postcode=""),
    ):
        assert await erp.find_address(own, other) is None
    assert await erp.find_address(account(shop, 10013), PLACE) is None
    assert [one["Main"] for one in addresses(shop, own)] == [True, False]
    assert await erp.create_address(own, PLACE) == made


async def test_the_debtors_own_delivery_address_is_taken_where_it_is_the_same(shop: Shop, erp: ExactErp) -> None:
    own = account(shop, 10010)
    (main,) = addresses(shop, own)
    main["AddressLine2"] = "Balie"
    same = AddressDraft(main["AddressLine1"], "Balie", main["Postcode"], main["City"], "NL")
    assert await erp.find_address(own, same) == main["ID"]


async def test_an_address_of_an_account_that_is_gone_is_refused(shop: Shop, erp: ExactErp) -> None:
    with pytest.raises(Rejected):
        await erp.create_address("0c2f8a7e-5e1b-4d53-9a3e-6c1d2b7f4e90", PLACE)
