"""Roles, declared on the fields that need more than reading."""

from __future__ import annotations

from typing import Any, ClassVar

from strawberry.permission import BasePermission
from strawberry.types.field import StrawberryField

from hub.domain.tenant import Role
from hub.graphql.context import Info
from hub.graphql.errors import Forbidden


class Needs(BasePermission):
    """Lets a principal through whose role includes ``role``."""

    role: ClassVar[Role]

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        return info.context.who.role.includes(self.role)

    def on_unauthorized(self) -> None:
        raise refused(self.role)


class NeedsOperator(Needs):
    """Retries, maps, ships, pauses; sees buyers."""

    role = Role.OPERATOR


class NeedsAdmin(Needs):
    """Connects and configures."""

    role = Role.ADMIN


def refused(role: Role) -> Forbidden:
    """Return the error that names the role that is missing."""
    return Forbidden(f"This needs the role {role.value}.", needs=role.name)


def role_needed(field: StrawberryField) -> Role:
    """Return the role that a field declares."""
    needed = [permission.role for permission in field.permission_classes if issubclass(permission, Needs)]
    return max(needed, key=list(Role).index, default=Role.VIEWER)
