"""The contract of the generic channel: the OpenAPI 3.1 document that a shop or portal implements."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

ROOT = "handelhub/v1"
"""Where every path of the contract starts, below the shop's address; a later version gets another root."""
LARGEST_PAGE = 1000
LARGEST_WRITE = 1000


@cache
def document() -> bytes:
    """Return the document as it is served: JSON, the same for every tenant."""
    return files(__package__).joinpath("contract.json").read_bytes()
