"""The schema, assembled: ``schema.graphql`` at the root is what this prints."""

from __future__ import annotations

from functools import cache
from typing import Any

import strawberry
from graphql import ExecutionResult as GraphQLExecutionResult
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionResult
from strawberry.types.execution import ExecutionContext

from hub.graphql.connection import LARGEST_SIZE
from hub.graphql.context import ApiContext
from hub.graphql.executor import HubExecutor
from hub.graphql.limits import OperationLimits
from hub.graphql.masking import masked
from hub.graphql.mutations import Mutation
from hub.graphql.query import Query
from hub.graphql.remembered import RememberedDocument, RememberedValidation
from hub.graphql.sharing import SharedData, ToldPage
from hub.graphql.subscription import Subscription
from hub.graphql.tracing import OperationTrace
from hub.graphql.types.scalars import SCALARS


class HubSchema(strawberry.Schema):
    """Strawberry's schema, whose errors are masked in the one place that every result passes."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Replace errors in place by what the caller may see."""
        context = None if execution_context is None else execution_context.context
        trace_id = context.trace_id if isinstance(context, ApiContext) else None
        errors[:] = [masked(error, trace_id) for error in errors]

    async def _handle_execution_result(self, context: Any, result: Any, *given: Any, **named: Any) -> ExecutionResult:
        """Finish an answer that several subscribers are given once, with its cost and without errors to mask."""
        data = result.data
        if isinstance(data, ToldPage):
            finish = self._handle_execution_result
            data.finished = [_finished(one) or await finish(context, one, *given, **named) for one in data.answers]
            return ExecutionResult(data, None)
        finished = await super()._handle_execution_result(context, result, *given, **named)
        if isinstance(data, SharedData):
            data.finished = finished
        return finished


def _finished(answer: GraphQLExecutionResult) -> ExecutionResult | None:
    return answer.data.finished if isinstance(answer.data, SharedData) else None


@cache
def make_schema() -> HubSchema:
    """Return the schema, which is built once; extensions are made anew for every operation."""
    return HubSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=[OperationTrace, OperationLimits, RememberedDocument, RememberedValidation],
        execution_context_class=HubExecutor,
        config=StrawberryConfig(relay_max_results=LARGEST_SIZE, scalar_map=SCALARS),
    )


def sdl() -> str:
    """Return the schema as text, as committed in ``schema.graphql``."""
    return make_schema().as_str() + "\n"
