"""The simulated platforms in a process of their own: ``python -m bench.world PLAN`` with seed, speed and goods.

PLAN may name the ``platforms`` there are, and the ``channels`` among them whose shelves are full from the beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bench.parent import tell_ready, told_plan
from bench.tally import Tally
from hub.sandbox.app import Options, make_app
from hub.sandbox.expectation import Expectation
from hub.sandbox.loopback import loopback_socket, server_config
from hub.sandbox.matching import Matches
from hub.sandbox.platform import Channel, Platform
from hub.sandbox.roster import PLATFORMS
from hub.sandbox.world import World


class Lookout:
    """Tells how far the channels are behind Exact; what they should show is computed only when asked anew.

    The ledger's own verdict would take the simulated platforms' time away where there are many goods.
    """

    def __init__(self, world: World, tally: Tally) -> None:
        self._world = world
        self._tally = tally
        self._expected: dict[str, dict[str, int]] = {}

    async def look(self, request: Request) -> Response:
        """``GET /_bench/behind``: listings behind per channel, calls by platform and purpose.

        With ``?anew``, for after stock moved, also what is to change per channel: quantity and family each.
        """
        changes = {}
        if "anew" in request.query_params or not self._expected:
            self._expect()
            changes = {each.name: [self._change(each, sku) for sku in self._behind(each)] for each in self._channels()}
        behind = {each.name: len(self._behind(each)) for each in self._channels()}
        return JSONResponse({"behind": behind, "calls": self._tally.calls, "changes": changes})

    async def count(self, _: Request) -> Response:
        """``GET /_bench/booked``: how many sales orders stand in Exact, at the cost of counting them."""
        orders = self._world.ledger.sales_orders.values()
        return JSONResponse({"booked": sum(one.deleted_at is None for one in orders)})

    def _channels(self) -> list[Channel]:
        return list(self._world.channels())

    def _expect(self) -> None:
        expectation = Expectation(self._world, Matches(self._world.ledger), {})
        for channel in self._channels():
            wanted = {sku: expectation.of(channel.name, sku) for sku in channel.listed()}
            self._expected[channel.name] = {sku: units for sku, units in wanted.items() if units is not None}

    def _behind(self, channel: Channel) -> list[str]:
        return [sku for sku, wanted in self._expected[channel.name].items() if channel.shown(sku) != wanted]

    def _change(self, channel: Any, sku: str) -> tuple[int, str | None]:
        shelves: Any = getattr(getattr(channel, "shop", None), "shelves", None)
        parent = shelves.by_sku[sku].parent_id if shelves is not None else 0
        return self._expected[channel.name][sku], str(parent) if parent else None


def stocked(name: str) -> Callable[[World], Platform]:
    """Return the maker of a channel whose shelves are full from the beginning."""

    def make(world: World) -> Platform:
        switches = import_module(f"hub.sandbox.{name}.switches").Switches(starting_stock=True)
        maker: Any = PLATFORMS[name]
        platform: Platform = maker(world, switches)
        return platform

    return make


def main() -> None:
    """Serve until asked to stop."""
    plan = told_plan()
    full = plan.get("channels", ())
    with loopback_socket() as listener:
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        names = plan.get("platforms", PLATFORMS)
        platforms = {name: stocked(name) if name in full else PLATFORMS[name] for name in names}
        app = make_app(Options(plan["seed"], plan["speed"], goods=plan["goods"], base_url=url, platforms=platforms))
        tally = Tally(app)
        lookout = Lookout(app.state.sandbox.world, tally)
        app.router.routes += [Route("/_bench/behind", lookout.look), Route("/_bench/booked", lookout.count)]
        tell_ready(url=url)
        uvicorn.Server(server_config(tally, port)).run(sockets=[listener])


if __name__ == "__main__":
    main()
