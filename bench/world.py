"""The simulated platforms in a process of their own: ``python -m bench.world PLAN`` with seed, speed and goods."""

from __future__ import annotations

import uvicorn

from bench.parent import tell_ready, told_plan
from hub.sandbox.app import Options, make_app
from hub.sandbox.loopback import loopback_socket, server_config


def main() -> None:
    """Serve until asked to stop."""
    plan = told_plan()
    with loopback_socket() as listener:
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        app = make_app(Options(seed=plan["seed"], speed=plan["speed"], goods=plan["goods"], base_url=url))
        tell_ready(url=url)
        uvicorn.Server(server_config(app, port)).run(sockets=[listener])


if __name__ == "__main__":
    main()
