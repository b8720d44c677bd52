"""A chore that Exact refuses is told of, and comes again at its pace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select

from hub.actors.desk import Desk, Pace, Teller, erp_address
from hub.actors.erp.control import ControlLane
from hub.actors.erp.scene import Scene
from hub.actors.erp.stock import StockLane
from hub.actors.erp.tracking import TrackingLane
from hub.actors.messages import CheckErpHooks, ReadCatalogue, SweepDeliveries, SweepStock
from hub.actors.runtime.message import Envelope, Message, kind_of
from hub.actors.runtime.turn import Turn, run_steps
from hub.adapters.port import Erp
from hub.adapters.vat_register import VatRegister
from hub.clock import SystemClock
from hub.domain.product import Division
from hub.outcome import Rejected
from hub.store.connections import ErpCredentials, create_connection
from hub.store.divisions import save_divisions
from hub.store.engine import Database, Work
from hub.store.secrets import Vault
from hub.store.tables import message, sync_event
from hub.store.tenants import create_tenant

PACE = Pace(stock_sweep=100, delivery_sweep=200, catalogue=300, hooks=400)
ADDRESS = erp_address("acme", 1)


class Refusing:
    """An Exact that refuses whatever is asked."""

    def remember(self, meters: object) -> None:
        pass

    def meters(self) -> tuple[()]:
        return ()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def refuse(*given: object) -> Any:
            raise Rejected("No right to read this.", code="forbidden")

        return refuse


def turn_with(database: Database, body: Message) -> Turn:
    kind, now = kind_of(body), database.clock.now()
    envelope = Envelope(ADDRESS, 1, kind.lane, kind.name, body, 1, 0, 0, now, now, None)
    return Turn(ADDRESS, kind.lane, [envelope], state=b'{"first_read":1}', epoch=1, commit=database.write)


@pytest.mark.parametrize(
    ("lane", "chore", "pause"),
    [
        (StockLane, SweepStock(), 100),
        (TrackingLane, SweepDeliveries(), 200),
        (ControlLane, ReadCatalogue(), 300),
        (ControlLane, CheckErpHooks(), 400),
    ],
)
async def test_a_refused_chore_keeps_its_tick(
    sqlite_url: str, lane: type[StockLane | TrackingLane | ControlLane], chore: Message, pause: float
) -> None:
    clock, vault = SystemClock(), Vault([b"k" * 32])
    async with Database.open(sqlite_url, clock) as database:

        async def begin(work: Work) -> None:
            await create_tenant(work, "acme", "Acme BV")
            credentials = ErpCredentials("app", "secret", "hook-secret")
            made = await create_connection(work, vault, "acme", "Exact", "http://exact.test", credentials)
            await save_divisions(work, "acme", made.connection_id, [Division(1, "Acme")])

        await database.write(begin)
        desk = Desk(database, clock, vault, "http://hub.test", PACE)
        scene = Scene(
            desk, cast(Erp, Refusing()), "acme", 1, "c", Teller(ADDRESS, clock), cast(VatRegister, Refusing())
        )
        turn = turn_with(database, chore)
        before = clock.now()
        await lane(scene).handle(turn)
        steps, _ = turn.gathered(complete=True)
        await database.write(lambda work: run_steps(steps, work))
        async with database.read() as connection:
            posted = select(message.c.kind, message.c.due_at).where(message.c.kind == kind_of(chore).name)
            (mail,) = (await connection.execute(posted)).all()
            (event,) = (await connection.execute(select(sync_event))).all()
    assert mail.due_at - before >= timedelta(seconds=pause)
    assert (event.kind, event.level) == ("erp.refused", "error")
    assert "No right to read this." in event.message
