"""How the demo says that it cannot go on."""

from __future__ import annotations


class DemoFailed(Exception):
    """Something that the demo needs did not happen; the text says what, in one sentence."""
