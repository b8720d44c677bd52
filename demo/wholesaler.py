"""Setting up as a wholesaler does: connect Exact, choose divisions, add channels, map them onto the books."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from demo import documents
from demo.api import Api, Json
from demo.board import Board
from demo.browser import allow
from demo.channels import CHANNELS, NewChannel
from demo.failure import DemoFailed
from demo.plan import DIVISION, SECOND_DIVISION
from demo.site import Site

CONSENTS = 8
LOOK_AGAIN = 0.2
ANSWER_DEADLINE = 20.0
SETUP_DEADLINE = 240.0


class Wholesaler:
    """Knows nothing but the API, and a browser for the consents."""

    def __init__(self, site: Site, api: Api, board: Board) -> None:
        self._site = site
        self._api = api
        self._board = board

    async def set_up(self) -> dict[str, str]:
        """Return the channels' ids by slug once stock and orders flow on all of them."""
        connection = await self._connect()
        await self._enable(connection)
        books = {one.slug: await self._books(one) for one in CHANNELS}
        channels = {one.slug: await self._add(one) for one in CHANNELS}
        for one in CHANNELS:
            await self._let_in(one, channels[one.slug])
            await self._configure(one, channels[one.slug], books[one.slug])
        await self._until(self._published, "all channels show the stock of Exact")
        return channels

    async def _connect(self) -> str:
        made = await self._api.change(
            documents.CONNECT,
            name="Exact Online",
            baseUrl=f"{self._site.sandbox_url}/exact",
            credentials={
                "clientId": "sandbox-app",
                "clientSecret": "sandbox-secret",
                "webhookSecret": "sandbox-hook-secret",
            },
        )
        connection: str = made["erpConnection"]["id"]
        url = made["authorizeUrl"]
        for _ in range(CONSENTS):
            if await allow(url) and await self._connected():
                self._board.say("Exact Online is connected")
                return connection
            url = (await self._api.change(documents.RECONNECT, connectionId=connection))["authorizeUrl"]
        raise DemoFailed(f"Exact Online is not connected after {CONSENTS} consents.")

    async def _connected(self) -> bool:
        """Say whether the hub has its grant and knows the divisions."""
        with anyio.move_on_after(ANSWER_DEADLINE):
            while True:
                one = (await self._api.ask(documents.CONNECTIONS))["erpConnections"][0]
                if one["status"] == "CONNECTED" and one["divisions"]:
                    return True
                await anyio.sleep(LOOK_AGAIN)
        return False

    async def _enable(self, connection: str) -> None:
        for number in (DIVISION, SECOND_DIVISION):
            await self._api.change(documents.ENABLE, connectionId=connection, number=number)

        async def read() -> bool:
            found = (await self._api.ask(documents.BOOKS, number=DIVISION))["division"]
            return bool(found["readAt"] and found["vatCodes"] and found["customers"] and found["warehouses"])

        await self._until(read, "the catalogue and the stock of the division are read")
        self._board.say(f"Divisions {DIVISION} and {SECOND_DIVISION} are synchronised")

    async def _books(self, one: NewChannel) -> Json:
        found: Json = (await self._api.ask(documents.BOOKS, number=DIVISION, search=one.customer))["division"]
        return found

    async def _add(self, one: NewChannel) -> str:
        sandbox = self._site.sandbox_url
        made = await self._api.change(
            documents.CREATE,
            slug=one.slug,
            platform=one.platform,
            name=one.name,
            baseUrl=f"{sandbox}/{one.ledger}" if one.own_address else None,
            credentials={
                "values": [
                    {"name": name, "value": value.format(sandbox=sandbox)} for name, value in one.credentials.items()
                ]
            },
            settings={"sweepSeconds": max(one.sweep, self._site.plan.pace.sweep)},
        )
        channel: str = made["channel"]["id"]
        return channel

    async def _let_in(self, one: NewChannel, channel: str) -> None:
        """Consent on the platform's own page; one that came to nothing is given anew, for a code works once."""
        for _ in range(CONSENTS if one.consent else 0):
            url = (await self._api.change(documents.CONSENT, channelId=channel))["authorizeUrl"]
            if await allow(url):
                self._board.say(f"{one.name} lets the hub in")
                return
        if one.consent:
            raise DemoFailed(f"{one.name} does not let the hub in after {CONSENTS} consents.")

    async def _configure(self, one: NewChannel, channel: str, books: Json) -> None:
        customer = next(each for each in books["customers"] if each["isCustomer"])
        settings = {
            "division": DIVISION,
            "customerId": customer["accountId"],
            "vatCodes": sales_codes(books["vatCodes"]),
            "referencePrefix": one.prefix,
            "forwarding": True,
            "stock": True,
            "fulfilment": one.fulfilment,
            "rule": {"buffer": one.buffer},
            "sources": [{"division": DIVISION, "warehouseId": each["warehouseId"]} for each in books["warehouses"]],
            "carriers": [{"method": "POSTNL", "carrier": one.carrier}],
            "defaultCarrier": one.carrier,
        }
        await self._site.control.act("expect", channel=one.ledger, buffer=one.buffer)
        await self._api.change(documents.CONFIGURE, channelId=channel, settings=settings)
        self._board.say(f"{one.name} is connected and books on {customer['name']}")

    async def _published(self) -> bool:
        ledger = self._board.ledger = await self._site.control.ledger()
        channels = (await self._api.ask(documents.CHANNELS))["channels"]
        return bool(ledger["stock_converged"]) and all(one["listingsReadAt"] for one in channels)

    async def _until(self, happened: Callable[[], Awaitable[bool]], what: str) -> None:
        with anyio.move_on_after(SETUP_DEADLINE):
            while not await happened():
                if (dead := self._site.dead()) is not None:
                    raise DemoFailed(dead)
                await anyio.sleep(LOOK_AGAIN)
            return
        unwell = [f"{one['address']} is {one['status']}: {one['reason']}" for one in await self._api.unwell()]
        raise DemoFailed("\n".join((f"After {SETUP_DEADLINE:.0f} seconds it is still not so that {what}.", *unwell)))


def sales_codes(codes: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return for every rate a code for sales including VAT; one that serves purchases too is the plain one."""
    usable = [one for one in codes if one["kind"] == "I" and one["transaction"] in ("S", "B") and not one["blocked"]]
    usable.sort(key=lambda one: (one["transaction"] != "B", one["code"]))
    chosen: dict[str, str] = {}
    for one in usable:
        chosen.setdefault(str(one["percentage"]), one["code"])
    return [{"rate": rate, "code": code} for rate, code in chosen.items()]
