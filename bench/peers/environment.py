"""The peers' own environments, apart from the hub's: made from what they are pinned by, and kept until that changes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

from bench.children import ROOT

FOLDER = ROOT / ".peers"
LOCK = Path(__file__).with_name("requirements.lock")
INSTALL = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes")
DEADLINE = 900.0


class Missing(Exception):
    """Something cannot be had on this machine; the message says what and why."""


def interpreter(folder: Path) -> Path:
    """Return the Python that the peers run on."""
    return folder / "python" / "bin" / "python"


def environment(folder: Path) -> None:
    """Make their environment of Python where it is not there, and from its hashed lock; raises ``Missing``."""
    made_from = folder / "python" / "made-from.lock"
    if not is_kept(made_from, LOCK):
        run(sys.executable, "-m", "venv", "--clear", str(folder / "python"))
        run(str(interpreter(folder)), *INSTALL, "-r", str(LOCK))
        shutil.copyfile(LOCK, made_from)


def is_kept(made_from: Path, pinned: Path) -> bool:
    """Say whether an environment has been made, and from what is pinned now."""
    return made_from.exists() and made_from.read_bytes() == pinned.read_bytes()


def binary(name: str, folder: Path = FOLDER) -> Path:
    """Return a server's program: from PATH, or from a wheel of the peers' environment; raises ``Missing``."""
    if found := shutil.which(name):
        return Path(found)
    wheels = sorted(folder.glob("python/lib/python*/site-packages/*/bin/" + name))
    inside = [folder / "python" / "bin" / name, *wheels]
    if program := next((one for one in inside if one.exists()), None):
        return program
    raise Missing(f"no {name} on PATH or in a wheel")


def run(*command: str, cwd: Path | None = None, deadline: float = DEADLINE) -> str:
    """Run a command that makes an environment, and return what it says; raises ``Missing`` where it does not end well.

    What takes longer than ``deadline`` (seconds) is ended, with all that it started.
    """
    try:
        process = subprocess.Popen(command, stdout=PIPE, stderr=PIPE, cwd=cwd, text=True, start_new_session=True)  # noqa: S603
    except OSError as error:
        raise Missing(f"cannot be installed: {error}") from error
    try:
        told, complaints = process.communicate(timeout=deadline)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise Missing(f"cannot be installed: {error}") from error
    if process.returncode:
        lines = (complaints or told).strip().splitlines()
        raise Missing(f"cannot be installed: {lines[-1] if lines else process.returncode}")
    return told
