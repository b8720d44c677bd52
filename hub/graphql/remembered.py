"""What was found out about a document is not asked again: frontends send the same few, over and over."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, StringValueNode, Visitor, visit
from strawberry.extensions import ParserCache, ValidationCache

DOCUMENTS = 64
LONGEST = 8192
"""Longer texts are not kept: as a tree, this much takes about a megabyte."""


class RememberedDocument(ParserCache):
    """Strawberry's cache of parsed texts, for those of usual length."""

    def __init__(self) -> None:
        super().__init__(DOCUMENTS)

    def on_parse(self) -> Iterator[None]:
        if len(self.execution_context.query or "") <= LONGEST:
            yield from super().on_parse()
        else:
            yield


class RememberedValidation(ValidationCache):
    """Strawberry's cache of validations, for documents that nothing has refused before."""

    def __init__(self) -> None:
        super().__init__(DOCUMENTS)

    def on_validate(self) -> Iterator[None]:
        if self.execution_context.pre_execution_errors:
            yield
        else:
            yield from super().on_validate()


@lru_cache(DOCUMENTS)
def holds_zero_byte(document: DocumentNode) -> bool:
    """Say whether any text in a document holds a zero byte."""
    finder = _ZeroBytes()
    visit(document, finder)
    return finder.found


class _ZeroBytes(Visitor):
    found = False

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        self.found = self.found or "\0" in node.value
