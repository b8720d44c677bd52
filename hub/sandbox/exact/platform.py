"""Exact Online as one platform of the sandbox."""

from __future__ import annotations

from decimal import Decimal

from anyio.abc import TaskGroup
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.exact.announcer import Announcer
from hub.sandbox.exact.catalogue import SUBSCRIPTIONS
from hub.sandbox.exact.consent import Consent
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.grants import Grants
from hub.sandbox.exact.limits import Limits
from hub.sandbox.exact.office import MAIN_DIVISION, Office
from hub.sandbox.exact.seed import seed_office
from hub.sandbox.exact.service import Service
from hub.sandbox.world import World

_EVERY = ["GET", "POST", "PUT", "DELETE", "PATCH"]


class ExactPlatform:
    """Two divisions of one customer, the OAuth endpoints before them, and webhooks out of them."""

    name = "exact"

    def __init__(self, world: World) -> None:
        self.world = world
        self.announcer = Announcer(world)
        self.office = Office(world, self.announcer.announce)
        self.announcer.office = self.office
        self.grants = Grants(world.clock)
        self.consent = Consent(self.grants)
        self.limits = Limits(world.clock, self.office.settings)
        seed_office(self.office)

    @property
    def main(self) -> Division:
        """The division whose stock the channels sell."""
        return self.office.divisions[MAIN_DIVISION]

    def routes(self) -> list[BaseRoute]:
        service = Service(self.office, self.announcer, self.grants, self.limits)
        return [
            Route("/api/oauth2/auth", self.consent.ask, methods=["GET"]),
            Route("/api/oauth2/auth", self.consent.answer, methods=["POST"]),
            Route("/api/oauth2/token", self.consent.token, methods=["POST"]),
            Route("/api/v1/current/Me", service.me, methods=["GET"]),
            Route("/api/v1/{division:int}/{rest:path}", service.division, methods=_EVERY),
        ]

    async def start(self, task_group: TaskGroup) -> None:
        task_group.start_soon(self.announcer.run)

    def throttled(self, path: str) -> Response:
        """Return a 429 with an empty body and the headers of an exhausted minute."""
        return Response(status_code=429, headers=self.limits.throttled(MAIN_DIVISION))

    def spared(self, path: str) -> bool:
        return path.startswith("/api/oauth2/")

    def expire_grant(self) -> None:
        """Withdraw the consent; the subscriptions made under it vanish."""
        self.grants.end_all()
        self.drop_subscriptions()

    def drop_subscriptions(self) -> None:
        """Forget every webhook subscription."""
        for division in self.office.divisions.values():
            for key in list(division.table(SUBSCRIPTIONS.table).rows):
                division.delete(SUBSCRIPTIONS.table, key)

    def free(self, sku: str, warehouses: tuple[str, ...] | None = None) -> Decimal:
        """Return FreeStock of an article in the main division, over all warehouses or those with these codes."""
        rows = self.main.table("stock").of(self.main.guid("item", sku))
        chosen = (row for row in rows if warehouses is None or row["WarehouseCode"] in warehouses)
        return sum((row["FreeStock"] for row in chosen), Decimal(0))
