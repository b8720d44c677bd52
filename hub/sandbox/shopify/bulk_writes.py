"""Bulk operations: a whole query or a file of mutations in the background, the result as lines of JSON."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, OperationType, parse

from hub.sandbox.shopify.bulk import AT_ONCE, BulkOperation
from hub.sandbox.shopify.context import Asking, Info
from hub.sandbox.shopify.ids import gid, number_of
from hub.sandbox.shopify.json_lines import flatten
from hub.sandbox.shopify.operation_views import bulk_view
from hub.sandbox.shopify.problems import Json, Refused, Unfit, user_error
from hub.sandbox.shopify.rest import stamp
from hub.sandbox.shopify.shop import Shop

if TYPE_CHECKING:
    from hub.sandbox.shopify.engine import Engine, Operation

NO_FILE = (
    "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL correctly "
    "for the stagedUploadPath mutation argument."
)


class BulkWrites:
    """Resolves the bulk mutations and carries the operations out."""

    def __init__(self, shop: Shop, engine: Engine) -> None:
        self.shop, self.store, self.engine = shop, shop.bulk, engine

    def fields(self) -> dict[str, Callable[..., Any]]:
        """Return the resolvers by field."""
        return {
            "bulkOperationRunQuery": self._run_query,
            "bulkOperationRunMutation": self._run_mutation,
            "bulkOperationCancel": self._cancel,
            "stagedUploadsCreate": self._stage,
        }

    def _run_query(self, info: Info, query: str, groupObjects: bool = False) -> Json:
        try:
            self._refuse_crowd("QUERY")
            operation = self._prepared(query, OperationType.QUERY)
            made = self._open("QUERY", query)
        except Refused as refused:
            return {"bulkOperation": None, "userErrors": refused.errors}
        asking = Asking(info.context.scopes, info.context.version, info.context.pagination_limit, bulk=True)
        self._schedule(made, lambda: self._query_lines(operation, asking))
        return {"bulkOperation": bulk_view(made), "userErrors": []}

    def _prepared(self, text: str, kind: OperationType) -> Operation:
        try:
            operation = self.engine.prepare(text, {})
        except Unfit as unfit:
            raise Refused(user_error(["query"], str(unfit.errors[0]["message"]), "INVALID")) from None
        if operation.node.operation is not kind:
            raise Refused(user_error(["query"], "Bulk queries must be queries.", "INVALID"))
        return operation

    def _query_lines(self, operation: Operation, asking: Asking) -> list[Json]:
        result = self.engine.run(operation, asking)
        return flatten(result.data or {})

    def _run_mutation(self, info: Info, mutation: str, stagedUploadPath: str, **args: Any) -> Json:
        try:
            name = _mutation_name(mutation)
            if name.startswith("bulkOperation") or name == "stagedUploadsCreate":
                raise Refused(user_error(["mutation"], "You must use an allowed mutation name."))
            upload = self.store.uploads.get(stagedUploadPath)
            if upload is None:
                raise Refused(user_error(None, NO_FILE, "NO_SUCH_FILE"))
            self._refuse_crowd("MUTATION")
        except Refused as refused:
            return {"bulkOperation": None, "userErrors": refused.errors}
        made = self._open("MUTATION", mutation)
        asking = Asking(info.context.scopes, info.context.version, info.context.pagination_limit)
        lines = upload.splitlines()
        self._schedule(made, lambda: [self._one(mutation, row, number, asking) for number, row in enumerate(lines)])
        return {"bulkOperation": bulk_view(made), "userErrors": []}

    def _one(self, mutation: str, row: bytes, number: int, asking: Asking) -> Json:
        try:
            result = self.engine.run(self.engine.prepare(mutation, json.loads(row)), asking)
        except Unfit as unfit:
            return {"errors": unfit.errors, "__lineNumber": number}
        answer: Json = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer | {"__lineNumber": number}

    def _refuse_crowd(self, kind: str) -> None:
        running = self.store.under_way(kind)
        if len(running) >= AT_ONCE:
            names = ", ".join(gid("BulkOperation", each.number) for each in running)
            told = f"A bulk {kind.lower()} operation for this app and shop is already in progress: {names}."
            raise Refused(user_error(None, told, "OPERATION_IN_PROGRESS"))

    def _open(self, kind: str, text: str) -> BulkOperation:
        made = BulkOperation(next(self.shop.numbers), kind, text, self.shop.clock.now())
        self.store.operations[made.number] = made
        return made

    def _schedule(self, made: BulkOperation, work: Callable[[], list[Json]]) -> None:
        seconds = self.shop.switches.bulk_seconds

        def begin() -> None:
            if made.status == "CREATED":
                made.status = "RUNNING"

        self.shop.later(seconds / 4, begin)
        self.shop.later(seconds, lambda: self._finish(made, work))

    def _finish(self, made: BulkOperation, work: Callable[[], list[Json]]) -> None:
        made.completed_at = self.shop.clock.now()
        if made.status == "CANCELING":
            made.status = "CANCELED"
        else:
            self._publish(made, work())
        self.shop.hooks.tell_bulk(
            {
                "admin_graphql_api_id": gid("BulkOperation", made.number),
                "completed_at": stamp(made.completed_at),
                "created_at": stamp(made.created_at),
                "error_code": made.error_code,
                "status": made.status.lower(),
                "type": made.kind.lower(),
            }
        )

    def _publish(self, made: BulkOperation, lines: list[Json]) -> None:
        """Put the result under an address of its own; an empty result has none."""
        made.status, made.objects = "COMPLETED", len(lines)
        made.roots = sum("__parentId" not in line for line in lines)
        if lines:
            content = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
            name = f"bulk-{made.number}-{secrets.token_hex(8)}.jsonl"
            self.store.files[name] = content
            made.size, made.url = len(content), f"{self.shop.root}/_bulk/{name}"

    def _cancel(self, info: Info, id: str) -> Json:
        made = self.store.operations.get(number_of(id, "BulkOperation"))
        if made is None:
            return {"bulkOperation": None, "userErrors": [user_error(["id"], "Bulk operation does not exist")]}
        if made.status in ("CREATED", "RUNNING"):
            made.status = "CANCELING"
        return {"bulkOperation": bulk_view(made), "userErrors": []}

    def _stage(self, info: Info, input: list[Json]) -> Json:
        return {"stagedTargets": [self._target(each) for each in input], "userErrors": []}

    def _target(self, asked: Json) -> Json:
        path = f"tmp/92891250994/bulk/{uuid.uuid4()}/{asked['filename']}"
        self.store.uploads[path] = None
        url = f"{self.shop.root}/_uploads/"
        values = {"Content-Type": asked["mimeType"], "success_action_status": "201", "acl": "private", "key": path}
        shown = [{"name": name, "value": value} for name, value in values.items()]
        if asked.get("httpMethod") == "PUT":
            return {"url": f"{url}{path}", "resourceUrl": f"{url}{path}", "parameters": shown[:1]}
        return {"url": url, "resourceUrl": url, "parameters": shown}


def _mutation_name(text: str) -> str:
    """Return the root field of a mutation; refuses what does not parse."""
    try:
        document = parse(text)
    except GraphQLError as error:
        told = f"Failed to parse the mutation - {error.message}"
        raise Refused(user_error(None, told, "INVALID_MUTATION")) from None
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    fields = operations[0].selection_set.selections if operations else ()
    if not fields or not isinstance(fields[0], FieldNode):
        raise Refused(user_error(None, "Failed to parse the mutation", "INVALID_MUTATION"))
    return fields[0].name.value
