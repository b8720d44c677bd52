"""Lists that were asked for before are read and formed, and nothing else is done.

What an operation is allowed to cost, who may run it and what it reads depends on its text, its variables, the tenant
and the role alone. Where an answer was made of nothing but lists of which only columns were asked, the next who asks
the same is given what those lists show by then. A variable that only says where a list begins or ends may differ.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import orjson
from sqlalchemy.exc import SQLAlchemyError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData

from hub.graphql.context import ApiContext
from hub.graphql.lists_read import ListRead
from hub.graphql.plain_values import DOUBTS
from hub.graphql.remembered import LONGEST
from hub.graphql.tracing import spanned
from hub.store.engine import Conflict, StoreUnavailable

ROOM = 1024
LONGEST_VARIABLES = 1024


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that is made of lists, by the names that it gives them."""

    lists: Mapping[str, ListRead]
    rest: Mapping[str, Any]


class KnownLists:
    """What is known of the lists that are asked for most lately."""

    def __init__(self) -> None:
        self._cursors: OrderedDict[Hashable, Sequence[str]] = OrderedDict()
        self._known: OrderedDict[Hashable, Known] = OrderedDict()

    async def answer(self, asked: GraphQLRequestData, context: ApiContext) -> GraphQLHTTPResponse | None:
        """Return the answer to what was asked before, None where the usual way must decide."""
        place = self._place(asked, context)
        known = None if place is None else self._known.get(place)
        if known is None:
            return None
        self._known.move_to_end(place)
        with suppress(StoreUnavailable, Conflict, SQLAlchemyError, *DOUBTS):
            operation = next(iter(known.lists.values())).operation
            with spanned("query", operation):
                variables, data = asked.variables or {}, {}
                for name, one in known.lists.items():
                    data[name] = await one.read(context.needs.database, variables)
            return cast("GraphQLHTTPResponse", {"data": data, **known.rest})
        return None

    def learn(self, asked: GraphQLRequestData, context: ApiContext, members: GraphQLHTTPResponse) -> None:
        """Remember an answer that was made of the lists that were just read for it, and of nothing else."""
        data, read = members.get("data"), {id(answer): one for answer, one in context.lists_read or ()}
        if not (data and read) or "errors" in members or len(asked.query or "") > LONGEST:
            return
        lists = {name: read[id(value)] for name, value in data.items() if id(value) in read}
        if len(lists) < len(data):
            return
        _put(self._cursors, _document(asked), [name for one in lists.values() for name in one.cursors.values()])
        place = self._place(asked, context)
        if place is not None:
            _put(self._known, place, Known(lists, {name: value for name, value in members.items() if name != "data"}))

    def _place(self, asked: GraphQLRequestData, context: ApiContext) -> Hashable | None:
        document, who = _document(asked), context.who
        cursors = self._cursors.get(document)
        if cursors is None:
            return None
        others = {name: value for name, value in (asked.variables or {}).items() if name not in cursors}
        told = orjson.dumps(others)
        return (document, who.tenant_id, who.role, told) if len(told) <= LONGEST_VARIABLES else None


def _document(asked: GraphQLRequestData) -> Hashable:
    return asked.query, asked.operation_name


def _put(known: OrderedDict[Hashable, Any], place: Hashable, value: Any) -> None:
    known[place] = value
    known.move_to_end(place)
    if len(known) > ROOM:
        known.popitem(last=False)
