"""Deliberate bugs: one line of the hub's rules is put differently, for the whole of one process.

A mutation is written as the text that stands in the code and what is to stand there instead. Where the text is not
found exactly once it fits no more, which is an error and not a mutation that survives.
"""

from __future__ import annotations
import __future__

import importlib
import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulation.script import Script


class DoesNotFit(Exception):
    """The code that a mutation is about reads differently by now."""


def anywhere(script: Script) -> bool:
    """Say that a mutation may show in any play."""
    return True


@dataclass(frozen=True, slots=True)
class Mutation:
    """One deliberate bug. ``wrong`` says it in words; ``place`` is a function as ``module:qualified.name``.

    ``shows`` tells plays apart in which it cannot show at all, such as one without a second node. ``scripts`` are
    played first: circumstances that are drawn too seldom.
    """

    name: str
    wrong: str
    place: str
    says: str
    instead: str
    shows: Callable[[Script], bool] = anywhere
    scripts: tuple[Script, ...] = ()

    def apply(self) -> None:
        """Put the line differently everywhere in this process; raises ``DoesNotFit``."""
        module, owner, name = self._found()
        original = inspect.getattr_static(owner, name)
        mutated = _rewritten(original, module, self)
        setattr(owner, name, mutated)
        if owner is module:
            _replace_everywhere(original, mutated)

    def check(self) -> None:
        """Raise ``DoesNotFit`` where the code reads differently by now; nothing is changed."""
        module, owner, name = self._found()
        _rewritten(inspect.getattr_static(owner, name), module, self)

    def _found(self) -> tuple[Any, Any, str]:
        module_name, _, path = self.place.partition(":")
        module: Any = importlib.import_module(module_name)
        *owners, name = path.split(".")
        owner = module
        for each in owners:
            owner = getattr(owner, each)
        return module, owner, name


def _rewritten(original: Any, module: Any, mutation: Mutation) -> Any:
    source = textwrap.dedent(inspect.getsource(original))
    if source.count(mutation.says) != 1:
        raise DoesNotFit(
            f"{mutation.name}: {mutation.place} says {mutation.says!r} {source.count(mutation.says)} times"
        )
    code = compile(
        source.replace(mutation.says, mutation.instead),
        f"<{mutation.name}>",
        "exec",
        flags=__future__.annotations.compiler_flag,
        dont_inherit=True,
    )
    made: dict[str, Any] = {}
    exec(code, module.__dict__, made)  # noqa: S102
    return next(iter(made.values()))


def _replace_everywhere(original: Any, mutated: Any) -> None:
    """Let modules that took the function by its name have the other one too."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("hub", "main"):
            for attribute, value in list(vars(module).items()):
                if value is original:
                    setattr(module, attribute, mutated)
