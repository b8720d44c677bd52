"""One-time tickets of a consent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hub.store.engine import Database
from hub.store.tables import oauth_state
from hub.store.tenants import Tenant
from hub.store.tickets import TICKET_LIFE, Step, Subject, make_ticket, take_ticket

SUBJECT = Subject("acme", "some-connection")


async def test_a_ticket_is_good_once_and_only_for_its_step(database: Database, acme: Tenant) -> None:
    ticket = await database.write(lambda work: make_ticket(work, SUBJECT, Step.START))
    assert await database.write(lambda work: take_ticket(work, ticket, Step.CALLBACK)) is None
    assert await database.write(lambda work: take_ticket(work, ticket, Step.START)) == SUBJECT
    assert await database.write(lambda work: take_ticket(work, ticket, Step.START)) is None


@pytest.mark.parametrize("other", ["", "another browser"])
async def test_a_ticket_of_one_browser_is_not_good_in_another(database: Database, acme: Tenant, other: str) -> None:
    ticket = await database.write(lambda work: make_ticket(work, SUBJECT, Step.CALLBACK, "this browser"))
    assert await database.write(lambda work: take_ticket(work, ticket, Step.CALLBACK, other)) is None
    assert await database.write(lambda work: take_ticket(work, ticket, Step.CALLBACK, "this browser")) == SUBJECT


async def test_a_ticket_is_kept_as_a_hash_and_dies_after_ten_minutes(database: Database, acme: Tenant) -> None:
    ticket = await database.write(lambda work: make_ticket(work, SUBJECT, Step.START))
    async with database.read() as connection:
        row = (await connection.execute(select(oauth_state))).one()
    assert ticket not in str(row)
    old = row.expires_at - TICKET_LIFE - timedelta(seconds=1)
    await database.write(lambda work: work.execute(update(oauth_state).values(expires_at=old)))
    assert await database.write(lambda work: take_ticket(work, ticket, Step.START)) is None
