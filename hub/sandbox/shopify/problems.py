"""Errors as Shopify gives them: at the top with a code, or as userErrors of a mutation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

Json = dict[str, Any]


def top_error(code: str, message: str, **extensions: Any) -> GraphQLError:
    """Return an error that makes the whole field null."""
    return GraphQLError(message, extensions={"code": code, **extensions})


def not_found(text: str) -> GraphQLError:
    return top_error("RESOURCE_NOT_FOUND", f"Invalid id: {text}")


class Refused(Exception):
    """What a mutation refuses; carries its userErrors."""

    def __init__(self, *errors: Json) -> None:
        super().__init__(*errors)
        self.errors = list(errors)


class Unfit(Exception):
    """A document that is not run; carries the errors of the answer."""

    def __init__(self, errors: list[Json]) -> None:
        super().__init__(errors)
        self.errors = errors


def user_error(field: Sequence[str] | None, message: str, code: str | None = None) -> Json:
    """Return one userError; its ``code`` is not shown by types that have none."""
    return {"field": list(field) if field is not None else None, "message": message, "code": code}
