"""Settings that are changed while an order is being read hold for it: whoever changed them could not see it yet."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.actors.channel.orders import OrderLane
from hub.actors.channel.scene import Scene
from hub.actors.desk import Teller, channel_address
from hub.actors.messages import FetchOrder
from hub.actors.runtime.message import Envelope, kind_of
from hub.actors.runtime.turn import Turn, run_steps
from hub.node.platforms import Platforms
from hub.settings import Settings
from hub.store.channels import load_channel
from hub.store.tables import message
from tests.flows.stage import TENANT, Stage

SHOP = channel_address(TENANT, "woocommerce")


def turn_with(acme: Stage, external_id: str) -> Turn:
    body, now = FetchOrder(external_id), acme.desk.clock.now()
    kind = kind_of(body)
    envelope = Envelope(SHOP, 1, kind.lane, kind.name, body, 1, 0, 0, now, now, None)
    return Turn(SHOP, kind.lane, [envelope], state=b"{}", epoch=1, commit=acme.database.write)


@pytest.mark.parametrize(("switched_on", "status", "sent"), [(True, "ready", 1), (False, "waiting", 0)])
async def test_an_order_that_is_read_while_forwarding_is_switched_follows_the_switch(
    acme: Stage, switched_on: bool, status: str, sent: int
) -> None:
    await acme.configure("woocommerce", forwarding=not switched_on)
    await acme.hub.aclose()
    async with acme.database.read() as connection:
        stored = await load_channel(connection, TENANT, "woocommerce")
    assert stored is not None
    external_id = await acme.sell("woocommerce")
    turn = turn_with(acme, external_id)
    platforms = Platforms(acme.database, acme.desk.vault, Settings())
    async with platforms.open_channel(stored, acme.desk.clock) as channel:
        await OrderLane(Scene(acme.desk, channel, stored, Teller(SHOP, acme.desk.clock))).handle(turn)
    await acme.configure("woocommerce", forwarding=switched_on)
    steps, _ = turn.gathered(complete=True)
    await acme.database.write(lambda work: run_steps(steps, work))
    assert (await acme.order(external_id)).status == status
    assert len(await acme.rows(select(message).where(message.c.kind == "erp.order.forward"))) == sent
