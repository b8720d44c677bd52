"""Accounts and their delivery addresses in Exact: looked up by number or by content, made once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.adapters.exact import mapping
from hub.adapters.exact.client import ExactClient
from hub.adapters.exact.odata import Row, guid_literal, read_guid, read_text, text_literal
from hub.adapters.limits import Lane
from hub.domain.customers import AccountDraft, AddressDraft
from hub.domain.product import Customer
from hub.domain.tax.vat_number import read_vat_number
from hub.outcome import Unavailable

ACCOUNTS = "crm/Accounts"
ADDRESSES = "crm/Addresses"
ACCOUNT_FIELDS = "ID,Code,Name,Status,Blocked,Country,VATNumber,ChamberOfCommerce"
CUSTOMER = "C"
DELIVERY = 4
"""Exact's type of a delivery address; 1 is a visit, 2 post, 3 invoices."""
LONGEST_LINE = 100
_LINES = ("AddressLine1", "AddressLine2", "AddressLine3", "Postcode", "City", "Country")


class Accounts:
    """The accounts of one division; the port's docstrings apply."""

    def __init__(self, client: ExactClient) -> None:
        self._client = client

    async def numbered(self, vat_number: str | None, chamber_of_commerce: str | None) -> tuple[Customer, ...]:
        conditions = [*_vat_conditions(vat_number)]
        if chamber_of_commerce is not None:
            conditions.append(f"ChamberOfCommerce eq {text_literal(chamber_of_commerce)}")
        if not conditions:
            return ()
        query = {"$filter": " or ".join(conditions), "$select": ACCOUNT_FIELDS}
        rows = await self._client.rows(Lane.ORDERS, ACCOUNTS, query)
        return tuple(mapping.customer(row, self._client.division) for row in rows)

    async def create(self, account: AccountDraft) -> str:
        row = await self._client.create(Lane.ORDERS, ACCOUNTS, _account_payload(account))
        return _made(row, "an account")

    async def find_address(self, account_id: str, address: AddressDraft) -> str | None:
        condition = f"Account eq {guid_literal(account_id)} and Type eq {DELIVERY}"
        if address.postcode:
            condition += f" and Postcode eq {text_literal(address.postcode)}"
        query = {"$filter": condition, "$select": ",".join(("ID", *_LINES))}
        wanted = _address_fields(address)
        for row in await self._client.rows(Lane.ORDERS, ADDRESSES, query):
            if all(read_text(row, name) == wanted.get(name, "") for name in _LINES):
                return read_guid(row, "ID")
        return None

    async def create_address(self, account_id: str, address: AddressDraft) -> str:
        payload = {"Account": account_id, "Type": DELIVERY, "Main": False} | _address_fields(address)
        return _made(await self._client.create(Lane.ORDERS, ADDRESSES, payload), "an address")


def _made(row: Row, what: str) -> str:
    made = read_guid(row, "ID")
    if made is None:
        raise Unavailable(f"Exact created {what} without telling its id", unknown=True)
    return made


def _vat_conditions(vat_number: str | None) -> Iterator[str]:
    """Ask for a number with its prefix and without, for people type it both ways."""
    if vat_number is None:
        return
    for written in (vat_number, read_vat_number(vat_number).digits):
        yield f"VATNumber eq {text_literal(written)}"


def _account_payload(account: AccountDraft) -> dict[str, Any]:
    payload = {
        "Name": account.name,
        "Status": CUSTOMER,
        "Country": account.country,
        "SalesCurrency": account.currency,
        "VATNumber": account.vat_number,
        "ChamberOfCommerce": account.chamber_of_commerce,
        "AddressLine1": account.line and account.line[:LONGEST_LINE],
        "Postcode": account.postcode,
        "City": account.city,
        "Language": account.language,
    }
    return {name: value for name, value in payload.items() if value}


def _address_fields(address: AddressDraft) -> dict[str, str]:
    lines = {
        "AddressLine1": address.line,
        "AddressLine2": address.recipient,
        "AddressLine3": f"Pickup point: {address.pickup_point}" if address.pickup_point else "",
        "Postcode": address.postcode,
        "City": address.city,
        "Country": address.country,
    }
    return {name: text.strip()[:LONGEST_LINE].strip() for name, text in lines.items() if text.strip()}
