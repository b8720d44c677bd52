"""The simulated platforms in a process of their own: ``python -m bench.world PLAN`` with seed, speed and goods."""

from __future__ import annotations

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bench.parent import tell_ready, told_plan
from hub.sandbox.app import Options, make_app
from hub.sandbox.expectation import Expectation
from hub.sandbox.loopback import loopback_socket, server_config
from hub.sandbox.matching import Matches
from hub.sandbox.world import World


class Lookout:
    """Tells how far the channels are behind Exact; what they should show is computed only when asked anew.

    The ledger's own verdict would take the simulated platforms' time away where there are many goods.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._expected: dict[str, dict[str, int]] = {}

    async def look(self, request: Request) -> Response:
        """``GET /_bench/behind``: listings behind per channel, calls per platform; ``?anew`` after stock moved."""
        if "anew" in request.query_params or not self._expected:
            self._expect()
        behind = {channel.name: self._behind(channel.name) for channel in self._world.channels()}
        return JSONResponse({"behind": behind, "calls": dict(self._world.ledger.calls)})

    def _expect(self) -> None:
        expectation = Expectation(self._world, Matches(self._world.ledger), {})
        for channel in self._world.channels():
            wanted = {sku: expectation.of(channel.name, sku) for sku in channel.listed()}
            self._expected[channel.name] = {sku: units for sku, units in wanted.items() if units is not None}

    def _behind(self, name: str) -> int:
        channel = next(one for one in self._world.channels() if one.name == name)
        return sum(channel.shown(sku) != wanted for sku, wanted in self._expected[name].items())


def main() -> None:
    """Serve until asked to stop."""
    plan = told_plan()
    with loopback_socket() as listener:
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        app = make_app(Options(seed=plan["seed"], speed=plan["speed"], goods=plan["goods"], base_url=url))
        app.router.routes.append(Route("/_bench/behind", Lookout(app.state.sandbox.world).look))
        tell_ready(url=url)
        uvicorn.Server(server_config(app, port)).run(sockets=[listener])


if __name__ == "__main__":
    main()
