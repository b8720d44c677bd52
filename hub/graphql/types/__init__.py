"""What a frontend sees: one module per noun. The enums come first, since every other type may use them."""

from hub.graphql.types import enums

__all__ = ["enums"]
