"""The GraphQL engine: roots, checks, and the run of one operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    get_operation_ast,
    parse,
)

from hub.sandbox.shopify.admin_schema import admin_schema
from hub.sandbox.shopify.aftercare import Aftercare
from hub.sandbox.shopify.apps import demand
from hub.sandbox.shopify.bulk_writes import BulkWrites
from hub.sandbox.shopify.checkout import Checkout
from hub.sandbox.shopify.checks import document_errors, size_errors, variable_errors
from hub.sandbox.shopify.context import Asking, Info
from hub.sandbox.shopify.cost import Cost
from hub.sandbox.shopify.dispatch import Dispatch
from hub.sandbox.shopify.fulfilment_writes import FulfilmentWrites
from hub.sandbox.shopify.inventory_writes import InventoryWrites
from hub.sandbox.shopify.other_writes import OrderWrites, SubscriptionWrites
from hub.sandbox.shopify.problems import Json, Unfit
from hub.sandbox.shopify.reads import Reads
from hub.sandbox.shopify.shop import Shop
from hub.sandbox.shopify.views import Views

Resolver = Callable[..., Any]


class Operation:
    """One operation that has passed the checks."""

    def __init__(
        self, document: DocumentNode, node: OperationDefinitionNode, variables: Json, name: str | None
    ) -> None:
        self.document, self.node, self.variables, self.name = document, node, variables, name
        self.cost = Cost(admin_schema(), document, variables)

    @property
    def is_mutation(self) -> bool:
        return self.node.operation is OperationType.MUTATION


class Engine:
    """Runs operations against one shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.checkout = Checkout(shop)
        self.aftercare = Aftercare(shop, self.checkout)
        self.dispatch = Dispatch(shop, self.checkout)
        views = Views(shop)
        self._reads = _guarded(Reads(shop, views).fields())
        writes: dict[str, Resolver] = {}
        for room in (
            InventoryWrites(shop, views),
            FulfilmentWrites(shop, views, self.dispatch),
            OrderWrites(shop, self.aftercare),
            SubscriptionWrites(shop),
            BulkWrites(shop, self),
        ):
            writes |= room.fields()
        self._writes = _guarded(writes)

    def prepare(self, text: str, variables: Json, name: str | None = None) -> Operation:
        """Parse and check a document; raises ``Unfit`` with the errors of the answer."""
        document = _checked(text)
        node = get_operation_ast(document, name)
        if node is None:
            raise Unfit([{"message": "An operation name is required", "extensions": {"code": "BAD_REQUEST"}}])
        if errors := variable_errors(admin_schema(), node, variables) or size_errors(node, variables):
            raise Unfit(errors)
        return Operation(document, node, variables, name)

    def run(self, operation: Operation, asking: Asking) -> ExecutionResult:
        """Run an operation; mutations of one document go one after another."""
        root = self._writes if operation.is_mutation else self._reads
        return execute_sync(
            admin_schema(),
            operation.document,
            root_value=root,
            context_value=asking,
            variable_values=operation.variables,
            operation_name=operation.name,
        )


@lru_cache(maxsize=256)
def _checked(text: str) -> DocumentNode:
    """Return a document that fits the schema; a client sends the same few ones over and over."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        raise Unfit([{**error.formatted}]) from None
    if errors := document_errors(admin_schema(), document):
        raise Unfit(errors)
    return document


def _guarded(fields: Mapping[str, Resolver]) -> dict[str, Resolver]:
    """Let a field resolve only where the scopes of the token open it."""

    def guard(name: str, resolve: Resolver) -> Resolver:
        def guarded(info: Info, **args: Any) -> Any:
            demand(info.context.scopes, name)
            return resolve(info, **args)

        return guarded

    return {name: guard(name, resolve) for name, resolve in fields.items()}
