"""The operator, who answers the one alert that only a person can: Exact no longer knows the grant."""

from __future__ import annotations

import anyio

from demo import documents
from demo.api import Api
from demo.board import Board
from demo.browser import allow

LOOK_AGAIN = 0.5


async def answer_alerts(api: Api, board: Board) -> None:
    """Consent anew whenever the grant was lost, until cancelled.

    Exact gives a new pair of tokens once: a node that is killed before it stored them has lost the grant.
    """
    while True:
        (connection,) = (await api.ask(documents.CONNECTIONS))["erpConnections"]
        if connection["status"] == "LOST":
            made = await api.change(documents.RECONNECT, connectionId=connection["id"])
            if await allow(made["authorizeUrl"]):
                board.say("Exact no longer knew the grant, and was asked for a new one")
        await anyio.sleep(LOOK_AGAIN)
