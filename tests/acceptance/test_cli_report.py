"""Reports on the command line, beside a running hub or without one."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from hub.clock import SystemClock
from hub.store.engine import Database
from tests.acceptance.test_cli import Shell
from tests.api.house import furnish

NOVEMBER = ("report", "--tenant", "acme", "--from", "2026-11-01", "--until", "2026-12-01")


@pytest.fixture
async def shell(tmp_path: Path) -> Shell:
    """A shell with a tenant that sold something."""
    made = Shell(tmp_path)
    assert made.run("migrate").returncode == 0
    async with Database.open(f"sqlite:///{tmp_path}/hub.db", SystemClock()) as database:
        await furnish(database, "acme")
    return made


async def test_a_report_is_text_or_a_sheet(shell: Shell) -> None:
    text = shell.run(*NOVEMBER)
    assert (text.returncode, text.stderr) == (0, "")
    assert "shop, 2026-11-01/2026-12-01: 1 orders, EUR" in text.stdout
    [row] = csv.DictReader(io.StringIO(shell.run(*NOVEMBER, "--csv", "--span", "month").stdout))
    assert (row["channel"], row["period"], row["net"], row["vat"], row["margin"]) == (
        "shop", "2026-11", "20.00", "4.20", "11.00",
    )  # fmt: skip
    assert "Nothing was booked." in shell.run(*NOVEMBER, "--channel", "other").stdout


async def test_the_figures_for_the_one_stop_shop_are_text_or_a_sheet(shell: Shell) -> None:
    asked = ("oss", "--tenant", "acme", "--quarter", "2026-Q4")
    assert "VAT to be paid          4.20" in shell.run(*asked).stdout
    [row] = csv.DictReader(io.StringIO(shell.run(*asked, "--csv").stdout))
    assert (row["part"], row["state"], row["net"], row["vat"]) == ("sales", "BE", "20.00", "4.20")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("report", "--tenant", "globex", *NOVEMBER[3:]), "there is no tenant globex"),
        ((*NOVEMBER[:4], "soon", *NOVEMBER[5:]), "Invalid isoformat string: 'soon'"),
        ((*NOVEMBER[:6], "2026-11-01"), "A report ends after the day that it begins on."),
        (("oss", "--tenant", "acme", "--quarter", "2026"), "give the quarter as 2026-Q4: 2026"),
    ],
)
async def test_what_cannot_be_told_is_one_sentence(shell: Shell, words: tuple[str, ...], sentence: str) -> None:
    done = shell.run(*words)
    assert (done.returncode, done.stderr.strip()) == (2, sentence)
