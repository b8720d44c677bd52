"""Prometheus' own checker of rules and metrics."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PROMTOOL = shutil.which("promtool")
needed = pytest.mark.skipif(PROMTOOL is None, reason="no promtool on PATH; Debian has it in its package prometheus")


def promtool(*words: str, folder: Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run promtool in a folder."""
    return subprocess.run([PROMTOOL or "promtool", *words], cwd=folder, input=given, capture_output=True, check=False)
