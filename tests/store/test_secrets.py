"""Secrets at rest: what is sealed opens only at its place, under a key that is known."""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store.secrets import BadKeys, KeyMissing, Place, SealBroken, Vault, new_key, read_keys, sealed_with

OLD, NEW = os.urandom(32), os.urandom(32)
HERE = Place("acme", "channel.credentials", "bol-1")


@given(plain=st.binary(max_size=2000))
def test_what_is_sealed_opens_again(plain: bytes) -> None:
    vault = Vault([OLD])
    assert vault.open(vault.seal(plain, HERE), HERE) == plain


def test_json_survives_and_its_text_is_nowhere_in_the_sealed_bytes() -> None:
    vault = Vault([OLD])
    sealed = vault.seal_json({"client_secret": "hunter2"}, HERE)
    assert b"hunter2" not in sealed
    assert vault.open_json(sealed, HERE) == {"client_secret": "hunter2"}


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("other", "channel.credentials", "bol-1"),
        Place("acme", "channel.hook_secret", "bol-1"),
        Place("acme", "channel.credentials", "bol-2"),
    ],
)
def test_a_secret_moved_to_another_place_does_not_open(elsewhere: Place) -> None:
    vault = Vault([OLD])
    with pytest.raises(SealBroken):
        vault.open(vault.seal(b"secret", HERE), elsewhere)


@given(data=st.data())
def test_a_changed_byte_or_a_cut_never_opens(data: st.DataObject) -> None:
    vault = Vault([OLD])
    sealed = bytearray(vault.seal(b"secret", HERE))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises((SealBroken, KeyMissing)):
        vault.open(bytes(sealed), HERE)
    with pytest.raises(SealBroken):
        vault.open(bytes(sealed[:at]), HERE)


def test_the_first_key_seals_and_every_key_opens() -> None:
    before, after = Vault([OLD]), Vault([NEW, OLD])
    assert after.open(before.seal(b"secret", HERE), HERE) == b"secret"
    assert sealed_with(after.seal(b"secret", HERE)) == after.sealing != before.sealing


def test_a_missing_key_is_named_in_one_clear_sentence() -> None:
    sealed = Vault([OLD]).seal(b"secret", HERE)
    with pytest.raises(KeyMissing, match=rf"key {sealed_with(sealed)} is not among HUB_KEYS"):
        Vault([NEW]).open(sealed, HERE)


def test_a_missing_key_file_is_made_for_the_owner_alone_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "hub.key"
    keys = read_keys("", file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_keys("", file) == keys
    assert list(file.parent.iterdir()) == [file]


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "hub.key"
    read_keys("", file)
    file.chmod(0o644)
    with pytest.raises(BadKeys, match="chmod 600"):
        read_keys("", file)


def test_inline_keys_go_before_the_file_and_keep_their_order(tmp_path: Path) -> None:
    inline = ",".join(b64encode(key).decode() for key in (NEW, OLD))
    assert read_keys(inline, tmp_path / "never.key") == [NEW, OLD]
    assert not (tmp_path / "never.key").exists()


@pytest.mark.parametrize("wrong", ["short", "c2hvcnQ=", ","])
def test_unusable_keys_are_refused_without_being_repeated(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(BadKeys) as caught:
        read_keys(wrong, tmp_path / "hub.key")
    assert "HUB_KEYS" in str(caught.value)
    assert wrong == "," or wrong not in str(caught.value).replace("as base64", "")


def test_new_keys_differ() -> None:
    assert new_key() != new_key()
