"""What is checked before an operation runs: the document, its variables, and how much it carries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    is_input_type,
    type_from_ast,
    validate,
    validate_input_value,
    value_from_ast_untyped,
)

from hub.sandbox.shopify.problems import Json

LARGEST_INPUT = 250
CODES = (
    (r"Cannot query field", "undefinedField"),
    (r"Unknown argument", "argumentNotAccepted"),
    (r"Unknown directive", "undefinedDirective"),
    (r"is required, but it was not provided", "missingRequiredArguments"),
    (r"Variable '?\"?\$\w+'?\"? is never used", "variableNotUsed"),
    (r"is not defined", "variableNotDefined"),
    (r"must have a selection of subfields", "selectionMismatch"),
    (r"must not have a selection", "selectionMismatch"),
    (r"Unknown type", "undefinedType"),
    (r"used in position expecting type", "variableMismatch"),
)
"""Codes by what graphql-core says; Shopify runs another library with other words and these codes."""
NOT_NULL = "Expected value to not be null"


def document_errors(schema: GraphQLSchema, document: DocumentNode) -> list[Json]:
    """Return what is wrong with a document by the schema."""
    return [_coded(error) for error in validate(schema, document)]


def _coded(error: GraphQLError) -> Json:
    found = next((code for pattern, code in CODES if re.search(pattern, error.message)), "argumentLiteralsIncompatible")
    told: Json = dict(error.formatted)
    return told | {"extensions": {"code": found}}


def variable_errors(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[Json]:
    """Return one INVALID_VARIABLE per variable that does not fit its type."""
    found = (_variable_error(schema, each, variables) for each in operation.variable_definitions or ())
    return [error for error in found if error is not None]


def _variable_error(
    schema: GraphQLSchema, definition: VariableDefinitionNode, variables: Mapping[str, Any]
) -> Json | None:
    name, kind = definition.variable.name.value, type_from_ast(schema, definition.type)
    if kind is None or not is_input_type(kind):
        return None
    if name not in variables and (definition.default_value is not None or not str(kind).endswith("!")):
        return None
    problems = _problems(variables.get(name), kind)
    if not problems:
        return None
    told = ", ".join(f"{'.'.join(map(str, each['path']))} ({each['explanation']})" for each in problems)
    place = definition.loc.start_token if definition.loc else None
    return {
        "message": f"Variable ${name} of type {kind} was provided invalid value for {told}",
        "locations": [{"line": place.line, "column": place.column}] if place else [],
        "extensions": {"code": "INVALID_VARIABLE", "value": variables.get(name), "problems": problems},
    }


def _problems(value: Any, kind: GraphQLInputType) -> list[Json]:
    problems: list[Json] = []

    def note(error: GraphQLError, path: list[str | int]) -> None:
        problems.append(_problem(error.message, list(path)))

    validate_input_value(value, kind, note)
    return problems


def _problem(message: str, path: list[str | int]) -> Json:
    unknown = re.search(r"of type '(?P<type>\w+)' not to include unknown field '(?P<field>\w+)'", message)
    if unknown is not None:
        return {"path": [*path, unknown["field"]], "explanation": f"Field is not defined on {unknown['type']}"}
    missing = re.search(r"to include required field '(?P<field>\w+)'", message)
    if missing is not None:
        return {"path": [*path, missing["field"]], "explanation": NOT_NULL}
    return {"path": path, "explanation": NOT_NULL if "not to be None" in message else message}


def size_errors(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> list[Json]:
    """Return an error for every list of more than 250 entries in the arguments of the root fields."""
    found = []
    for field in operation.selection_set.selections:
        if isinstance(field, FieldNode):
            for argument in field.arguments or ():
                value = value_from_ast_untyped(argument.value, dict(variables))
                if isinstance(argument.value, VariableNode):
                    value = variables.get(argument.value.name.value)
                found += [
                    _too_large(field, [field.name.value, argument.name.value, *path], size)
                    for path, size in _lists(value)
                    if size > LARGEST_INPUT
                ]
    return found


def _lists(value: Any) -> list[tuple[list[str], int]]:
    if isinstance(value, list):
        return [([], len(value)), *(found for each in value[:1] for found in _lists(each))]
    if isinstance(value, dict):
        return [([name, *path], size) for name, each in value.items() for path, size in _lists(each)]
    return []


def _too_large(field: FieldNode, path: list[str], size: int) -> Json:
    place = field.loc.start_token if field.loc else None
    return {
        "message": f"The input array size of {size} is greater than the maximum allowed of {LARGEST_INPUT}.",
        "locations": [{"line": place.line, "column": place.column}] if place else [],
        "path": path,
        "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"},
    }
