"""A disk that remembers: every write, truncation, sync and deletion of SQLite, in order, and what was promised."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import apsw

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Write:
    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """What was noted of a file before ``begun`` steps had been is on the disk; of what came later nobody knows."""

    file: str
    begun: int


@dataclass(frozen=True, slots=True)
class Delete:
    file: str


@dataclass(frozen=True, slots=True)
class Promise:
    """Somebody was told that this is durable."""

    what: str
    number: int


Step: TypeAlias = Write | Truncate | Sync | Delete | Promise


class Recorder(apsw.VFS):
    """Passes everything on to the real disk and notes it; files that are only memory shared (``-shm``) are not."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.name = name
        self.steps: list[Step] = []
        self._lock = threading.Lock()

    def note(self, step: Step) -> None:
        """Add a step, from whichever thread."""
        with self._lock:
            self.steps.append(step)

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return RecordedFile(self, name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(name, syncdir)
        self.note(Delete(Path(name).name))


class RecordedFile(apsw.VFSFile):
    """One open file."""

    def __init__(self, recorder: Recorder, name: apsw.URIFilename | str | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._recorder = recorder
        self._file = Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name)).name

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self._recorder.note(Write(self._file, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self._recorder.note(Truncate(self._file, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        begun = len(self._recorder.steps)
        super().xSync(flags)
        self._recorder.note(Sync(self._file, begun))


@dataclass
class Platter:
    """One file as it lies on the disk: ``durable`` for certain, ``loose`` perhaps, whole, in part or not at all."""

    durable: bytearray = field(default_factory=bytearray)
    loose: list[tuple[int, Write | Truncate]] = field(default_factory=list)

    def settle(self, before: int) -> None:
        """What happened before that step is on the disk."""
        for place, step in self.loose:
            if place < before:
                apply(self.durable, step)
        self.loose = [one for one in self.loose if one[0] >= before]

    def after_cut(self, chance: Random) -> bytes:
        """Return what is found when the power is back: of each loose write some sectors, one of them torn."""
        image = bytearray(self.durable)
        for _, step in self.loose:
            for piece in pieces(step, chance):
                apply(image, piece)
        return bytes(image)


def pieces(step: Write | Truncate, chance: Random) -> list[Write | Truncate]:
    """Return what of an unsynced step survives: sectors are lost one by one, and one may be written to the half."""
    if isinstance(step, Truncate):
        return [step] if chance.random() < 0.5 else []
    kept: list[Write | Truncate] = []
    for start in range(0, len(step.data), SECTOR):
        part = step.data[start : start + SECTOR]
        fate = chance.random()
        if fate < 0.05:
            part = part[: chance.randrange(1, len(part) + 1)]
        if fate < 0.5:
            kept.append(Write(step.file, step.offset + start, part))
    return kept


def apply(image: bytearray, step: Write | Truncate) -> None:
    """Carry out one step on a file's content; a hole is zeros."""
    if isinstance(step, Truncate):
        del image[step.size :]
        return
    end = step.offset + len(step.data)
    if len(image) < end:
        image.extend(bytes(end - len(image)))
    image[step.offset : end] = step.data


class Replay:
    """Goes through what was recorded, step by step, and cuts the power where it is told to."""

    def __init__(self, files: dict[str, Platter]) -> None:
        self.files = files
        self.promised: list[Promise] = []

    def take(self, place: int, step: Step) -> None:
        """Let one step happen, which was noted at this place."""
        match step:
            case Promise():
                self.promised.append(step)
            case Write(file) | Truncate(file):
                self.files.setdefault(file, Platter()).loose.append((place, step))
            case Sync(file, begun):
                self.files.setdefault(file, Platter()).settle(begun)
            case Delete(file):
                self.files.pop(file, None)

    def cut(self, folder: Path, chance: Random) -> None:
        """Lay into a folder what the disk holds after a power cut here and now."""
        for old in folder.iterdir():
            old.unlink()
        for name, platter in self.files.items():
            (folder / name).write_bytes(platter.after_cut(chance))
