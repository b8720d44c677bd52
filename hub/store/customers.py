"""Statements about whom orders are booked on: accounts by number, a person's word, and accounts being made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.customers import Business, Debtor, MatchedBy
from hub.domain.product import Customer
from hub.store.engine import Work
from hub.store.tables import account_attempt, customer, customer_link, order_customer
from hub.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class OrderCustomer:
    """What is known of an order's account. ``identity`` is a digest of what the channel knows the buyer by."""

    division: int | None = None
    account_id: str | None = None
    matched_by: MatchedBy | None = None
    address_id: str | None = None
    identity: str | None = None
    may_create: bool = False

    def booked(self, division: int | None) -> Debtor | None:
        """Return whom the order was booked on in a division, None where it was not."""
        if self.account_id is None or self.matched_by is None or self.division != division:
            return None
        return Debtor(self.account_id, self.matched_by, self.address_id)

    def decided(self, division: int) -> Debtor | None:
        """Return the account that no rule may change any more, None where the rules decide."""
        if self.account_id is None or self.division != division:
            return None
        lasting = self.matched_by in (MatchedBy.CHOSEN, MatchedBy.CREATED)
        return Debtor(self.account_id, self.matched_by) if lasting and self.matched_by is not None else None


async def customer_of(connection: AsyncConnection, tenant_id: str, order_id: str) -> OrderCustomer:
    """Return what is known of an order's account, nothing for an order that was not looked at yet."""
    found = await customers_of(connection, tenant_id, [order_id])
    return found.get(order_id) or OrderCustomer()


async def customers_of(
    connection: AsyncConnection, tenant_id: str, order_ids: Collection[str]
) -> dict[str, OrderCustomer]:
    """Return what is known of the accounts of orders, by order, as far as they were looked at."""
    statement = select(order_customer).where(
        order_customer.c.tenant_id == tenant_id, order_customer.c.order_id.in_(order_ids)
    )
    return {row.order_id: _order_customer(row) for row in (await connection.execute(statement)).all()}


def _order_customer(row: Row[Any]) -> OrderCustomer:
    values = {name: getattr(row, name) for name in OrderCustomer.__dataclass_fields__}
    return OrderCustomer(**values | {"matched_by": None if row.matched_by is None else MatchedBy(row.matched_by)})


async def note_customer(work: Work, tenant_id: str, order_id: str, **known: Any) -> None:
    """Write down what became known of an order's account; the rest stays. Repeatable."""
    row = {"tenant_id": tenant_id, "order_id": order_id, "decided_at": work.clock.now(), **known}
    kept = () if "may_create" in known else ("may_create",)
    await upsert(work.connection, order_customer, [{"may_create": False, **row}], keep=kept)


async def note_debtor(work: Work, tenant_id: str, order_id: str, division: int, debtor: Debtor) -> None:
    """Write down whom an order is booked on. Repeatable."""
    await note_customer(
        work,
        tenant_id,
        order_id,
        division=division,
        account_id=debtor.account_id,
        matched_by=debtor.matched_by.value,
        address_id=debtor.address_id,
    )


async def accounts_with(
    connection: AsyncConnection, tenant_id: str, division: int, business: Business
) -> tuple[Customer, ...]:
    """Return the division's accounts that carry one of a business's numbers, as far as they were read from Exact."""
    numbers = []
    if business.vat_number is not None:
        numbers.append(customer.c.vat_number == business.vat_number)
    if business.chamber_of_commerce is not None:
        numbers.append(customer.c.chamber_of_commerce == business.chamber_of_commerce)
    if not numbers:
        return ()
    statement = select(customer).where(
        customer.c.tenant_id == tenant_id, customer.c.division == division, or_(*numbers)
    )
    rows = (await connection.execute(statement.order_by(customer.c.code, customer.c.account_id))).all()
    return tuple(_customer(row) for row in rows)


def _customer(row: Row[Any]) -> Customer:
    return Customer(**{name: getattr(row, name) for name in Customer.__dataclass_fields__})


async def linked_account(
    connection: AsyncConnection, tenant_id: str, channel_id: str, division: int, identities: Sequence[str]
) -> str | None:
    """Return the account that a person confirmed for a buyer, by the surest identity that is known."""
    link = customer_link.c
    statement = select(link.identity, link.account_id).where(
        link.tenant_id == tenant_id,
        link.channel_id == channel_id,
        link.division == division,
        link.identity.in_(list(identities)),
    )
    found = {row.identity: row.account_id for row in (await connection.execute(statement)).all()}
    return next((found[one] for one in identities if one in found), None)


async def link_account(
    work: Work, tenant_id: str, channel_id: str, division: int, identity: str, account_id: str, by: str
) -> None:
    """Store a person's word that a buyer of a channel has this account. Repeatable; the newest word holds."""
    row = {
        "tenant_id": tenant_id,
        "channel_id": channel_id,
        "division": division,
        "identity": identity,
        "account_id": account_id,
        "confirmed_at": work.clock.now(),
        "confirmed_by": by[:128],
    }
    await upsert(work.connection, customer_link, [row])


async def open_attempts(connection: AsyncConnection, tenant_id: str, division: int) -> dict[str, datetime]:
    """Return when the making of accounts began whose outcome is not stored, by identity (UTC)."""
    attempt = account_attempt.c
    statement = select(attempt.identity, attempt.begun_at).where(
        attempt.tenant_id == tenant_id, attempt.division == division
    )
    return {row.identity: row.begun_at for row in (await connection.execute(statement)).all()}


async def begin_account(work: Work, tenant_id: str, division: int, identity: str, order_id: str, now: datetime) -> None:
    """Write down that an account is about to be made, at a moment (UTC). Repeatable."""
    row = {
        "tenant_id": tenant_id,
        "division": division,
        "identity": identity,
        "order_id": order_id,
        "begun_at": now,
    }
    await upsert(work.connection, account_attempt, [row])


async def end_account(work: Work, tenant_id: str, division: int, identity: str) -> None:
    """Write down that the outcome of making an account is known. Repeatable."""
    attempt = account_attempt.c
    await work.execute(
        delete(account_attempt).where(
            attempt.tenant_id == tenant_id, attempt.division == division, attempt.identity == identity
        )
    )


async def end_accounts_for(work: Work, tenant_id: str, order_id: str) -> None:
    """Write down that an order has its account, whoever made it. Repeatable."""
    attempt = account_attempt.c
    await work.execute(delete(account_attempt).where(attempt.tenant_id == tenant_id, attempt.order_id == order_id))


async def forget_identity(work: Work, tenant_id: str, order_id: str) -> None:
    """Forget what an order's buyer was known by, and what was remembered under it. Repeatable."""
    known = (await customer_of(work.connection, tenant_id, order_id)).identity
    if known is None:
        return
    link = customer_link.c
    await work.execute(delete(customer_link).where(link.tenant_id == tenant_id, link.identity == known))
    await note_customer(work, tenant_id, order_id, identity=None)
