"""Keys of the ``@idempotent`` directive: the same request is done once, and answered the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import get_directive_values

from hub.sandbox.clock import Clock
from hub.sandbox.shopify.context import Info
from hub.sandbox.shopify.problems import Json, Refused, top_error, user_error
from hub.sandbox.shopify.switches import Switches

RETENTION = 86_400
"""Nominal seconds that a key is remembered; Shopify's own window is not known."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was asked under a key, and what came of it; no answer where it was refused."""

    until: float
    asked: str
    answer: Json | None


@dataclass
class Keys:
    """Remembers the attempts; an answer is given again for the same key and parameters."""

    clock: Clock
    switches: Switches
    _attempts: dict[tuple[str, str], Attempt] = field(default_factory=dict)

    def once(self, info: Info, args: Json, act: Callable[[], Json]) -> Json:
        """Do something under the key of the directive, which is mandatory."""
        key, now = key_of(info), self.clock.epoch()
        asked = json.dumps(args, sort_keys=True, default=str)
        if self.switches.concurrent_keys > 0:
            self.switches.concurrent_keys -= 1
            raise _refused("IDEMPOTENCY_CONCURRENT_REQUEST", "Another request with the same key is in progress.")
        known = self._attempts.get((info.field_name, key))
        if known is not None and known.until > now:
            return self._again(known, asked)
        until = now + self.clock.seconds(RETENTION)
        try:
            answer = act()
        except Refused:
            self._attempts[(info.field_name, key)] = Attempt(until, asked, None)
            raise
        self._attempts[(info.field_name, key)] = Attempt(until, asked, answer)
        return answer

    @staticmethod
    def _again(known: Attempt, asked: str) -> Json:
        if known.asked != asked:
            told = "The idempotency key was used before with other parameters."
            raise _refused("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", told)
        if known.answer is None:
            raise _refused("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "The previous attempt with this key failed.")
        return known.answer


def key_of(info: Info) -> str:
    """Return the key of the field's directive; raises BAD_REQUEST where there is none."""
    directive = info.schema.get_directive("idempotent")
    values: dict[str, Any] | None = None
    if directive is not None:
        values = get_directive_values(directive, info.field_nodes[0], info.variable_values)
    if values is None:
        raise top_error("BAD_REQUEST", "The @idempotent directive is required for this mutation but was not provided.")
    return str(values["key"])


def _refused(code: str, message: str) -> Refused:
    return Refused(user_error(None, message, code))
