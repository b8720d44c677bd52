"""The endpoints for process statuses."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.bol import wire
from hub.sandbox.bol.account import Account
from hub.sandbox.bol.answers import Trouble, answer, invalid
from hub.sandbox.bol.door import Door, body_of, page, page_of
from hub.sandbox.bol.processes import Process

MAX_QUERIES = 1000


class StatusDoors:
    """Shows process statuses: one, all of an entity, or up to a thousand at once."""

    def __init__(self, account: Account) -> None:
        self.account, self.processes = account, account.processes

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route("/shared/process-status", self.of_entity, ["GET"]),
            door.route("/shared/process-status", self.bulk, ["POST"]),
            door.route("/shared/process-status/{process_id}", self.get, ["GET"]),
        ]

    async def get(self, request: Request) -> Response:
        process = self.processes.by_id.get(request.path_params["process_id"])
        if process is None:
            raise Trouble(404, "The requested process status was not found.")
        return answer(self._shown(process))

    async def of_entity(self, request: Request) -> Response:
        """Answer with the processes of one entity; both filters are mandatory."""
        entity, kind = (request.query_params.get(name) for name in ("entity-id", "event-type"))
        if not entity or not kind:
            raise invalid(("entity-id", "entity-id and event-type are required"))
        found = self.processes.of_entity(entity, kind)
        return page(found, page_of(request), "processStatuses", self._shown)

    async def bulk(self, request: Request) -> Response:
        """Answer with those of the asked processes that are known."""
        queries = (await body_of(request)).get("processStatusQueries")
        if not isinstance(queries, list) or not 1 <= len(queries) <= MAX_QUERIES:
            raise invalid(("processStatusQueries", f"size must be between 1 and {MAX_QUERIES}"))
        asked = (str(each.get("processStatusId")) for each in queries if isinstance(each, dict))
        found = [self.processes.by_id[each] for each in asked if each in self.processes.by_id]
        return answer({"processStatuses": [self._shown(each) for each in found]})

    def _shown(self, process: Process) -> dict[str, Any]:
        return wire.process_status(process, f"{self.account.world.base_url}/bol")
