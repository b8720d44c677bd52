"""Secrets at rest: AES-256-GCM under rotatable keys, each ciphertext bound to the place where it stands."""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
KEY_BYTES, ID_BYTES, NONCE_BYTES = 32, 4, 12
HEAD = len(VERSION) + ID_BYTES


class KeyMissing(Exception):
    """A secret was sealed with a key that this hub was not given."""


class BadKeys(Exception):
    """The given key material cannot be used; the message says what to do."""


class SealBroken(Exception):
    """The sealed bytes were changed, cut short, or moved here from another place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret stands: tenant, ``table.column`` and the row's own id. It opens nowhere else."""

    tenant_id: str
    column: str
    row: str

    def bound(self) -> bytes:
        """Return the associated data; JSON keeps the parts apart."""
        return orjson.dumps([self.tenant_id, self.column, self.row])


class Vault:
    """Seals with the first key and opens with any of them.

    Sealed bytes are: version, key id, nonce, ciphertext with tag. A random nonce is safe for 2^32 seals per key.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise BadKeys(f"every key must be {KEY_BYTES} bytes long, and one is needed")
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self._first = key_id(keys[0])
        self._naming = hmac.digest(keys[0], b"handelhub key for names", "sha256")

    @property
    def sealing(self) -> str:
        """The id of the key that seals, as hex."""
        return self._first.hex()

    def seal(self, plain: bytes, place: Place) -> bytes:
        """Return the sealed bytes; sealing the same twice gives different bytes."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + self._first + nonce + self._ciphers[self._first].encrypt(nonce, plain, place.bound())

    def open(self, sealed: bytes, place: Place) -> bytes:
        """Return what was sealed at this place; raises ``KeyMissing`` or ``SealBroken``."""
        if sealed[: len(VERSION)] != VERSION or len(sealed) < HEAD + NONCE_BYTES:
            raise SealBroken(f"{place.column} does not hold sealed bytes")
        cipher = self._ciphers.get(sealed[len(VERSION) : HEAD])
        if cipher is None:
            raise KeyMissing(f"key {sealed_with(sealed)} is not among HUB_KEYS or in HUB_KEY_FILE: add it again")
        try:
            return cipher.decrypt(sealed[HEAD : HEAD + NONCE_BYTES], sealed[HEAD + NONCE_BYTES :], place.bound())
        except InvalidTag:
            raise SealBroken(f"{place.column} was changed or moved since it was sealed") from None

    def name(self, plain: str, tenant_id: str, column: str) -> str:
        """Return what a secret is found by: a keyed hash, which another first key changes and no tenant shares."""
        return hmac.digest(self._naming, Place(tenant_id, column, plain).bound(), "sha256").hex()

    def seal_json(self, value: Any, place: Place) -> bytes:
        """Seal a value as JSON."""
        return self.seal(orjson.dumps(value), place)

    def open_json(self, sealed: bytes, place: Place) -> Any:
        """Open what ``seal_json`` sealed."""
        return orjson.loads(self.open(sealed, place))


def key_id(key: bytes) -> bytes:
    """Return the short public name of a key."""
    return hashlib.sha256(b"handelhub key id" + key).digest()[:ID_BYTES]


def sealed_with(sealed: bytes) -> str:
    """Return the id of the key that sealed these bytes, as hex."""
    return sealed[len(VERSION) : HEAD].hex()


def new_key() -> str:
    """Return a fresh key as it stands in ``HUB_KEYS`` or the key file."""
    return b64encode(os.urandom(KEY_BYTES)).decode()


def vault_of(keys: str, key_file: str) -> Vault:
    """Return the vault with the keys of the settings; as ``read_keys``."""
    return Vault(read_keys(keys, Path(key_file)))


def read_keys(inline: str, file: Path) -> list[bytes]:
    """Return the keys of ``HUB_KEYS``, or else of the key file, which is made with mode 0600 when missing."""
    if inline:
        return _decoded(inline.replace(",", "\n"), "HUB_KEYS")
    if not file.exists():
        _make_key_file(file)
    if file.stat().st_mode & 0o077:
        raise BadKeys(f"the key file {file} can be read by others: run chmod 600 {file}")
    return _decoded(file.read_text(), f"the key file {file}")


def _decoded(text: str, source: str) -> list[bytes]:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        keys = [b64decode(line, validate=True) for line in lines]
    except NotBase64:
        raise BadKeys(f"{source} holds something that is not base64: give 32 random bytes as base64") from None
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise BadKeys(f"{source} must hold one or more keys of {KEY_BYTES} bytes, as base64")
    return keys


def _make_key_file(file: Path) -> None:
    """Write the file whole under another name first, so that two starting nodes end with one key."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.draft")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            opened.write(new_key() + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        _link_unless_there(draft, file)
    except OSError as error:
        raise BadKeys(f"the key file {file} cannot be made: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _link_unless_there(draft: Path, file: Path) -> None:
    try:
        os.link(draft, file)
    except FileExistsError:
        return
