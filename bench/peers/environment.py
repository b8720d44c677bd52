"""The peers' own environment, apart from the hub's: made from its pinned, hashed lock, and kept until that changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from bench.children import ROOT

FOLDER = ROOT / ".peers"
LOCK = Path(__file__).with_name("requirements.lock")
INSTALL = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes")
DEADLINE = 900.0


class Missing(Exception):
    """Something cannot be had on this machine; the message says what and why."""


def environment(folder: Path = FOLDER) -> Path:
    """Return the interpreter of the peers' environment, which is made where it is not there; raises ``Missing``."""
    python, made_from = folder / "bin" / "python", folder / "made-from.lock"
    if made_from.exists() and made_from.read_bytes() == LOCK.read_bytes():
        return python
    _run(sys.executable, "-m", "venv", "--clear", str(folder))
    _run(str(python), *INSTALL, "-r", str(LOCK))
    shutil.copyfile(LOCK, made_from)
    return python


def binary(name: str, folder: Path = FOLDER) -> Path:
    """Return a server's program: from PATH, or from a wheel of the peers' environment; raises ``Missing``."""
    if found := shutil.which(name):
        return Path(found)
    wheels = sorted(folder.glob("lib/python*/site-packages/*/bin/" + name))
    inside = [folder / "bin" / name, *wheels]
    if program := next((one for one in inside if one.exists()), None):
        return program
    raise Missing(f"no {name} on PATH or in a wheel")


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=DEADLINE)  # noqa: S603
    except subprocess.CalledProcessError as error:
        told = (error.stderr or error.stdout).decode(errors="replace").strip().splitlines()
        raise Missing(f"their environment cannot be made: {told[-1] if told else error}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"their environment cannot be made: {error}") from error
