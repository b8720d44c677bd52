"""How long a node trusts that its actors are its own: for as long as somebody else could take them."""

from __future__ import annotations

from hub.actors.desk import Desk
from hub.clock import SystemClock
from hub.node.actors import ALONE, Actors
from hub.settings import Settings
from hub.store.engine import Database
from hub.store.secrets import Vault

SETTINGS = Settings(lease_seconds=5.0)


async def test_a_node_alone_loses_no_actor_to_its_slowness_and_one_of_several_does_as_set(database: Database) -> None:
    policy = Actors(Desk(database, SystemClock(), Vault([b"k" * 32])), SETTINGS).supervisor.policy
    assert policy.lease == (SETTINGS.lease_seconds if database.shared else ALONE)
    assert policy.renew < SETTINGS.lease_seconds
