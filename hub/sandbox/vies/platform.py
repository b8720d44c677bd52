"""VIES as the sandbox plays it: questions about VAT numbers, states that are away, and the test service's numbers."""

from __future__ import annotations

import json
from typing import Any

from anyio.abc import TaskGroup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.vies.register import FORMS, can_be
from hub.sandbox.vies.switches import Switches
from hub.sandbox.world import World

TEST_ANSWERS = {
    "201": "INVALID_INPUT",
    "202": "INVALID_REQUESTER_INFO",
    "300": "SERVICE_UNAVAILABLE",
    "301": "MS_UNAVAILABLE",
    "302": "TIMEOUT",
    "400": "VAT_BLOCKED",
    "401": "IP_BLOCKED",
    "500": "GLOBAL_MAX_CONCURRENT_REQ",
    "501": "GLOBAL_MAX_CONCURRENT_REQ_TIME",
    "600": "MS_MAX_CONCURRENT_REQ",
    "601": "MS_MAX_CONCURRENT_REQ_TIME",
}
"""What the test service answers to these numbers of any state; 100 is valid, 200 is not."""


class ViesPlatform:
    """A register, not a channel: nothing is sold here."""

    name = "vies"

    def __init__(self, world: World, switches: Switches | None = None) -> None:
        self.world, self.switches = world, switches or Switches()
        self.chance = world.chance("vies")

    def routes(self) -> list[BaseRoute]:
        """Return the doors of the contract; everything else does not exist."""
        return [
            Route("/check-vat-number", self._check, methods=["POST"]),
            Route("/check-vat-test-service", self._test, methods=["POST"]),
            Route("/check-status", self._status, methods=["GET"]),
        ]

    async def start(self, task_group: TaskGroup) -> None:
        """Start nothing: the register only answers."""

    def throttled(self, path: str) -> Response:
        """Return the service's own way of saying that too many ask at once."""
        return _failed("GLOBAL_MAX_CONCURRENT_REQ", 429)

    def spared(self, path: str) -> bool:
        """Say that no path is spared: every question may be asked again."""
        return False

    async def _check(self, request: Request) -> Response:
        asked = await _body(request)
        country, number = str(asked.get("countryCode", "")), _plain(asked.get("vatNumber"))
        fault = self._fault(country, asked)
        if fault is not None:
            return self._refuse(fault, country, number)
        if not can_be(country, number):
            return _failed("INVALID_INPUT", 400)
        return self._answer(asked, country, number, f"{country}{number}" not in self.switches.struck_off)

    def _fault(self, country: str, asked: dict[str, Any]) -> str | None:
        if self.switches.errors > 0:
            self.switches.errors -= 1
            return self.switches.error
        if country in self.switches.states_down:
            return "MS_UNAVAILABLE"
        requester = asked.get("requesterMemberStateCode")
        if requester and not can_be(str(requester), _plain(asked.get("requesterNumber"))):
            return "INVALID_REQUESTER_INFO"
        return None

    def _refuse(self, fault: str, country: str, number: str) -> Response:
        if self.switches.as_user_error:
            return JSONResponse({"countryCode": country, "vatNumber": number, "valid": False, "userError": fault})
        return _failed(fault, self.switches.error_status)

    async def _test(self, request: Request) -> Response:
        asked = await _body(request)
        country, number = str(asked.get("countryCode", "")), _plain(asked.get("vatNumber"))
        if number in ("100", "200"):
            return self._answer(asked, country, number, number == "100")
        return _failed(TEST_ANSWERS.get(number, "SERVICE_UNAVAILABLE"), 200)

    def _answer(self, asked: dict[str, Any], country: str, number: str, valid: bool) -> Response:
        qualified = bool(asked.get("requesterMemberStateCode"))
        identifier = f"WAPIAAAA{self.chance.randbytes(4).hex().upper()}" if qualified else ""
        return JSONResponse(
            {
                "countryCode": country,
                "vatNumber": number,
                "requestDate": self.world.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "valid": valid,
                "requestIdentifier": identifier,
                "name": "---",
                "address": "---",
                **{f"trader{part}": "---" for part in ("Name", "Street", "PostalCode", "City", "CompanyType")},
                **{
                    f"trader{part}Match": "NOT_PROCESSED"
                    for part in ("Name", "Street", "PostalCode", "City", "CompanyType")
                },
            }
        )

    async def _status(self, request: Request) -> Response:
        down = self.switches.states_down
        states = [{"countryCode": one, "availability": "Unavailable" if one in down else "Available"} for one in FORMS]
        return JSONResponse({"vow": {"available": True}, "countries": states})


async def _body(request: Request) -> dict[str, Any]:
    try:
        asked = json.loads(await request.body())
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _plain(number: object) -> str:
    return "".join(sign for sign in str(number or "").upper() if sign.isalnum() or sign in "+*")


def _failed(code: str, status: int) -> Response:
    return JSONResponse({"actionSucceed": False, "errorWrappers": [{"error": code}]}, status)
