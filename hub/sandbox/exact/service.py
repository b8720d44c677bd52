"""The REST service: who may ask, what is asked, and the answer in Exact's manner."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from hub.sandbox.exact import render
from hub.sandbox.exact.addressing import Target, host_of, locate, read_guid, root_of, row_of, url_of
from hub.sandbox.exact.announcer import Announcer
from hub.sandbox.exact.catalogue import ENTITIES, ME, POSITION
from hub.sandbox.exact.division import CLERK, Division
from hub.sandbox.exact.errors import Refusal
from hub.sandbox.exact.grants import Grants
from hub.sandbox.exact.limits import Limits
from hub.sandbox.exact.office import MAIN_DIVISION, Office
from hub.sandbox.exact.paging import answer, select_rows, shaped
from hub.sandbox.exact.query import understand
from hub.sandbox.exact.table import Row
from hub.sandbox.exact.tokens import syntax
from hub.sandbox.exact.writing import write

_ACCESS_DENIED = "Forbidden"


class Service:
    """Answers everything under ``/api/v1``."""

    def __init__(self, office: Office, announcer: Announcer, grants: Grants, limits: Limits) -> None:
        self._office = office
        self._announcer = announcer
        self._grants = grants
        self._limits = limits

    async def me(self, request: Request) -> Response:
        """Answer ``current/Me``: no division, no rate headers."""
        if not self._is_authorised(request):
            return Response(status_code=401)
        query = understand(ME, dict(request.query_params))
        division = self._office.divisions[MAIN_DIVISION]
        now = self._office.world.clock.now()
        row: Row = {"UserID": division.guid("user", CLERK), "CurrentDivision": MAIN_DIVISION, "FullName": CLERK}
        row |= {"AccountingDivision": MAIN_DIVISION, "UserName": "sandbox", "Email": "clerk@example.com"}
        row |= {"Language": f"{self._office.settings.language}-NL", "LanguageCode": "nl-NL", "Legislation": 1}
        row |= {"FirstName": "Sanne", "LastName": "Clerk", "ServerUtcOffset": 1.0, "PackageCode": "WHOLESALE"}
        row |= {"ServerTime": f"/Date({int((now + timedelta(hours=1)).timestamp() * 1000)})/"}
        return self._listed(request, answer(query, division, [row], f"{host_of(request)}/api/v1", url_of(request)))

    async def division(self, request: Request) -> Response:
        """Answer a call within a division, within its budgets."""
        code = request.path_params["division"]
        if not self._is_authorised(request):
            return Response(status_code=401)
        division = self._office.divisions.get(code)
        if division is None:
            return self._refused(Refusal(403, _ACCESS_DENIED, reason=_ACCESS_DENIED), {})
        endpoint = request.path_params["rest"].partition("(")[0].lower()
        if self._limits.blocked(code, endpoint):
            return Response(status_code=429)
        if (exhausted := self._limits.take(code)) is not None:
            return Response(status_code=429, headers=exhausted)
        try:
            made = await self._serve(request, division)
        except Refusal as refusal:
            self._note(code, endpoint, refusal.status)
            return self._refused(refusal, self._limits.headers(code))
        made.headers.update(self._limits.headers(code))
        return made

    def _is_authorised(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._grants.holds(token)

    def _note(self, code: int, endpoint: str, status: int) -> None:
        if status in (400, 401, 403, 404) or (status == 500 and self._office.settings.count_validation_errors):
            self._limits.note_error(code, endpoint)

    def _refused(self, refusal: Refusal, headers: dict[str, str]) -> Response:
        if refusal.reason:
            headers = headers | {"Reason": refusal.reason}
        body = render.error(refusal.say(self._office.settings.language))
        return Response(body, refusal.status, headers, "application/json;charset=utf-8")

    async def _serve(self, request: Request, division: Division) -> Response:
        rest = request.path_params["rest"]
        if rest.lower() == "read/logistics/stockposition":
            return self._position(request, division)
        if rest.lower() == "read/sync/sync/synctimestamp":
            return self._first_version(request, division)
        target = locate(rest)
        if request.method == "GET":
            return self._read(request, division, target)
        if request.method not in target.entity.methods or target.tail:
            raise Refusal(403, _ACCESS_DENIED, reason=_ACCESS_DENIED)
        made = await write(
            self._office, self._announcer, division, target.entity, target.key, request.method, await request.body()
        )
        if made is None:
            return Response(status_code=204)
        item = render.shape(target.entity, made, root_of(request, division), frozenset(), {})
        return Response(render.one(item), 201, media_type="application/json;charset=utf-8")

    def _read(self, request: Request, division: Division, target: Target) -> Response:
        entity, root = target.entity, root_of(request, division)
        if "GET" not in entity.methods:
            raise Refusal(403, _ACCESS_DENIED, reason=_ACCESS_DENIED)
        if target.key is not None and target.tail in entity.children:
            child = ENTITIES[entity.children[target.tail or ""]]
            query = understand(child, dict(request.query_params))
            rows = select_rows(query, division.table(child.table).of(row_of(division, target)[entity.key]))
            return self._listed(request, answer(query, division, rows, root, url_of(request)))
        options = dict(request.query_params)
        if target.key is not None:
            return self._single(request, division, target, options)
        query = understand(entity, options)
        rows = select_rows(query, division.table(entity.table).rows.values())
        if target.tail == "$count":
            if "json" in request.headers.get("accept", ""):
                raise Refusal(415, "Unsupported media type requested.")
            return Response(str(len(rows)), media_type="text/plain")
        if "json" not in request.headers.get("accept", ""):
            body = render.atom(entity, shaped(query, division, rows, root))
            return Response(body, media_type="application/atom+xml;charset=utf-8")
        return self._listed(request, answer(query, division, rows, root, url_of(request)))

    def _single(self, request: Request, division: Division, target: Target, options: dict[str, str]) -> Response:
        lax = options | {"$top": "1"}
        lenient = replace(target.entity, must_filter=frozenset(), must_select=False)
        query = understand(lenient, lax)
        item = shaped(query, division, [row_of(division, target)], root_of(request, division))[0]
        return Response(render.one(item), media_type="application/json;charset=utf-8")

    def _position(self, request: Request, division: Division) -> Response:
        if "$filter" in request.query_params:
            raise syntax()
        found = re.fullmatch(r"guid'([^']*)'", request.query_params.get("itemId", ""))
        if found is None:
            raise syntax()
        item = read_guid(found[1])
        rows = division.table("stock").of(item)
        made: list[Row] = []
        if rows:
            names = ("FreeStock", "PlanningIn", "PlanningOut", "ProjectedStock", "ReservedStock", "CurrentStock")
            sums: Row = {name: sum(row[name] for row in rows) for name in names}
            made = [sums | {"ItemId": item, "InStock": sums["CurrentStock"]}]
        query = understand(POSITION, {})
        return self._listed(request, answer(query, division, made, root_of(request, division), url_of(request)))

    def _first_version(self, request: Request, division: Division) -> Response:
        body = f'{{\r\n"d" : {{\r\n"API": "Sync", "TimeStampAsBigInt": "{division.versions.last}"\r\n}}\r\n}}'
        return Response(body, media_type="application/json;charset=utf-8")

    @staticmethod
    def _listed(request: Request, body: str) -> Response:
        return Response(body, media_type="application/json;charset=utf-8")
