"""The activity log on the command line: checked and handed out, beside a running hub or without one."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import httpx2
import pytest

from tests.acceptance.test_cli import Shell
from tests.postgres import Server


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell with a tenant of some history."""
    made = Shell(tmp_path)
    for label in ("ops", "till", "scanner"):
        assert made.run("token", "create", "--tenant", "acme", "--role", "admin", "--label", label).returncode == 0
    return made


def alter(tmp_path: Path, statement: str) -> None:
    with closing(sqlite3.connect(tmp_path / "hub.db")) as database, database:
        assert database.execute(statement).rowcount > 0


def test_a_log_that_holds_is_one_line_per_tenant(shell: Shell) -> None:
    assert shell.run("token", "create", "--tenant", "globex").returncode == 0
    done = shell.run("verify-log")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(" hold;")[0] for line in done.stdout.splitlines()] == [
        "acme: rows 1 to 4",
        "globex: rows 1 to 2",
    ]


def test_the_first_altered_row_is_named_with_status_1(shell: Shell, tmp_path: Path) -> None:
    alter(tmp_path, "UPDATE sync_event SET actor = 'user:nobody' WHERE seq = 3")
    done = shell.run("verify-log", "--tenant", "acme")
    assert done.returncode == 1
    assert done.stdout.startswith("acme: row 3 (token.created at 20")
    assert "is altered: its digest does not follow" in done.stdout
    plain = json.loads(shell.run("verify-log", "--json").stdout)
    assert (plain["holds"], plain["tenants"][0]["broken"]["seq"]) == (False, 3)
    assert shell.run("verify-log", "--tenant", "acme", "--until", "2").returncode == 0
    assert shell.run("verify-log", "--tenant", "acme", "--from", "4").returncode == 0


def test_a_file_is_verified_without_a_database(shell: Shell, tmp_path: Path) -> None:
    exported = tmp_path / "log.jsonl"
    exported.write_text(shell.run("export-log", "--tenant", "acme").stdout)
    head = shell.run("verify-log").stdout.split("head ")[1].strip()
    away = {"HUB_DATABASE_URL": "sqlite:////nowhere/at/all.db"}
    whole = shell.run("verify-log", "--file", str(exported), "--head", head, **away)
    assert (whole.returncode, whole.stdout.split(" hold;")[0]) == (0, "acme: rows 1 to 4")
    lines = exported.read_text().splitlines(keepends=True)
    for altered, row in (
        ([*lines[:2], lines[2].replace("till", "tool"), lines[3]], "row 3 (token.created"),
        ([lines[0], *lines[2:]], "row 2 is missing"),
        ([lines[0], lines[2], lines[1], lines[3]], "row 2 is missing"),
        ([*lines[:2], lines[1], *lines[2:]], "row 2 (token.created"),
        ([*lines[:3]], "row 4 is missing"),
    ):
        exported.write_text("".join(altered))
        done = shell.run("verify-log", "--file", str(exported), "--head", head, **away)
        assert (done.returncode, row in done.stdout) == (1, True), done.stdout


def test_the_export_is_jsonl_or_csv_of_a_period(shell: Shell) -> None:
    lines = shell.run("export-log", "--tenant", "acme").stdout.splitlines()
    first = json.loads(lines[0])
    assert (len(lines), first["kind"], first["actor"]) == (4, "tenant.created", "user:command line")
    sheet = shell.run("export-log", "--tenant", "acme", "--format", "csv").stdout.splitlines()
    assert (len(sheet), sheet[0].split(",")[:4]) == (5, ["tenant_id", "seq", "at", "actor"])
    assert shell.run("export-log", "--tenant", "acme", "--since", "2999-01-01").stdout == ""


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("verify-log", "--tenant", "nobody"), "there is no tenant nobody"),
        (("export-log", "--tenant", "nobody"), "there is no tenant nobody"),
        (("verify-log", "--from", "3"), "--from and --until need --tenant"),
        (("verify-log", "--tenant", "acme", "--head", "7"), "NUMBER:DIGEST"),
        (("verify-log", "--file", "nowhere.jsonl"), "No such file"),
        (("verify-log", "--file", "README.md"), "no JSON object"),
        (("export-log", "--tenant", "acme", "--since", "yesterday"), "Invalid isoformat"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(shell: Shell, words: tuple[str, ...], reason: str) -> None:
    done = shell.run(*words)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("planted", ["CAST(x'66ff6f' AS TEXT)", "'a' || char(0) || 'b'"])
def test_bytes_that_are_no_text_name_their_row_without_a_traceback(shell: Shell, tmp_path: Path, planted: str) -> None:
    alter(tmp_path, f"UPDATE sync_event SET message = {planted} WHERE seq = 3")  # noqa: S608
    done = shell.run("verify-log")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("acme: row 3 (token.created at 20")
    for wanted in ("jsonl", "csv"):
        done = shell.run("export-log", "--tenant", "acme", "--format", wanted)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)
        assert "row 3 of acme cannot be handed out: what stands as its message is no text" in done.stderr


def test_a_database_that_is_not_there_is_not_made(shell: Shell, tmp_path: Path) -> None:
    done = shell.run("verify-log", HUB_DATABASE_URL=f"sqlite:///{tmp_path}/other.db")
    assert (done.returncode, "there is no database" in done.stderr) == (2, True)
    assert not (tmp_path / "other.db").exists()


async def test_a_running_hub_is_checked_and_hands_out_its_log(shell: Shell) -> None:
    token = shell.run("token", "create", "--tenant", "acme", "--role", "admin").stdout.strip()
    async with shell.serving() as (_, url), httpx2.AsyncClient(trust_env=False) as client:
        headers = {"authorization": f"Bearer {token}"}
        made = await client.post(f"{url}/graphql", json={"query": CREATE}, headers=headers)
        assert made.json()["data"]["apiTokenCreate"]["userErrors"] == []
        done = shell.run("verify-log")
        assert (done.returncode, done.stdout.split(" hold;")[0]) == (0, "acme: rows 1 to 6")
        answer = await client.get(f"{url}/export/log", headers=headers)
        assert [json.loads(line)["seq"] for line in answer.text.splitlines()] == [1, 2, 3, 4, 5, 6]


async def delete_second(server: Server) -> None:
    connection = await asyncpg.connect(host=str(server.folder), user=server.user, database="audited")
    try:
        assert await connection.execute("DELETE FROM sync_event WHERE seq = 2") == "DELETE 1"
    finally:
        await connection.close()


def test_postgresql_is_checked_too(tmp_path: Path, postgres_server: Server) -> None:
    postgres_server.run("CREATE DATABASE audited")
    shell = Shell(tmp_path, HUB_DATABASE_URL=postgres_server.url("audited"))
    assert shell.run("verify-log").returncode == 2, "it is not migrated yet"
    assert shell.run("migrate").returncode == 0
    assert shell.run("token", "create", "--tenant", "acme").returncode == 0
    assert shell.run("verify-log").stdout.startswith("acme: rows 1 to 2 hold")
    asyncio.run(delete_second(postgres_server))
    done = shell.run("verify-log")
    assert (done.returncode, done.stdout.strip()) == (
        1,
        "acme: row 2 is missing: the log was written up to row 2",
    )


CREATE = 'mutation { apiTokenCreate(input: { label: "audit", role: VIEWER }) { userErrors { code } } }'
