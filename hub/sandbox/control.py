"""The hand of the test: what people, buyers and bad luck do to the simulated platforms, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.sandbox import (
    control_aftersales,
    control_delivery,
    control_drift,
    control_exact,
    control_faults,
    control_people,
    control_sales,
)
from hub.sandbox.books import make_books
from hub.sandbox.exact.errors import Language, Refusal
from hub.sandbox.platform import SoldOut
from hub.sandbox.report import make_report, make_waiting
from hub.sandbox.state import describe

if TYPE_CHECKING:
    from hub.sandbox.app import Sandbox

Json = dict[str, Any]
Action = Callable[["Sandbox", Json], Awaitable[Json]]
ACTIONS: Mapping[str, Action] = {
    **control_sales.ACTIONS,
    **control_people.ACTIONS,
    **control_exact.ACTIONS,
    **control_delivery.ACTIONS,
    **control_aftersales.ACTIONS,
    **control_faults.ACTIONS,
    **control_drift.ACTIONS,
}


def control_routes(sandbox: Sandbox) -> list[BaseRoute]:
    """Return the routes of the control side; each action is a POST with a JSON object."""

    async def state(request: Request) -> Response:
        return JSONResponse(describe(sandbox.world))

    async def ledger(request: Request) -> Response:
        grace = float(request.query_params.get("grace", "10"))
        return JSONResponse(make_report(sandbox.world, sandbox.rules, grace))

    async def waiting(request: Request) -> Response:
        return JSONResponse(make_waiting(sandbox.world))

    async def books(request: Request) -> Response:
        return JSONResponse(make_books(control_exact.exact_of(sandbox), sandbox.world.ledger))

    actions = [Route(f"/{name}", _door(sandbox, action), methods=["POST"]) for name, action in ACTIONS.items()]
    looks = {"state": state, "ledger": ledger, "waiting": waiting, "books": books}
    return [*(Route(f"/{name}", look) for name, look in looks.items()), *actions]


def _door(sandbox: Sandbox, action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def door(request: Request) -> Response:
        try:
            asked = json.loads(await request.body() or b"{}", parse_float=Decimal)
            if not isinstance(asked, dict):
                return _no(400, "the body must be a JSON object")
            return JSONResponse(await action(sandbox, asked))
        except SoldOut as refusal:
            return _no(409, str(refusal))
        except Refusal as refusal:
            return _no(422, refusal.say(Language.EN))
        except (KeyError, ValueError, TypeError, InvalidOperation) as fault:
            return _no(400, f"{type(fault).__name__}: {fault}")

    return door


def _no(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status)
