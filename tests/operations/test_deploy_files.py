"""The files for containers and systemd: they name what is there, set what can be set, and run as nobody in particular.

No container engine is needed: nothing is built here.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import anyio
import pytest
import yaml

from deploy.watch.files import FOLDER
from hub.settings import Settings, variable
from tests.acceptance.test_cli import Shell

ROOT = FOLDER.parent
CONTAINERFILE = (FOLDER / "Containerfile").read_text()
COMPOSE = {name: yaml.safe_load((FOLDER / name).read_text()) for name in ("compose.yaml", "compose.postgres.yaml")}
UNITS = sorted(path.name for path in FOLDER.glob("handelhub*.*") if path.suffix in (".service", ".timer"))
SETTINGS = {variable(one) for one in fields(Settings)} | {"HUB_DOMAIN"}
SERVICES = [(file, name, one) for file, content in COMPOSE.items() for name, one in content["services"].items()]
NODES = [(file, name, one) for file, name, one in SERVICES if one.get("image") == "handelhub"]
systemd = shutil.which("systemd-analyze")


def ids(cases: list[tuple[str, str, Any]]) -> list[str]:
    return [f"{file}-{name}" for file, name, _ in cases]


def test_every_setting_that_a_file_names_is_one() -> None:
    for path in [*FOLDER.glob("*compose*.yaml"), *FOLDER.glob("*.service"), FOLDER / "Containerfile"]:
        assert set(re.findall(r"\bHUB_[A-Z_]+", path.read_text())) <= SETTINGS, path.name


def test_the_image_holds_what_the_hub_needs_and_nothing_that_is_not_there() -> None:
    copied = [line.split()[1:-1] for line in CONTAINERFILE.splitlines() if re.match(r"COPY (?!--)", line)]
    assert [name for names in copied for name in names] == ["requirements.lock", "main.py", "hub"]
    assert all((ROOT / name).exists() for names in copied for name in names)
    let_in = {line[1:] for line in (FOLDER / "Containerfile.dockerignore").read_text().splitlines() if line[0] == "!"}
    assert let_in == {name for names in copied for name in names}


def test_the_image_is_built_from_the_lock_alone_and_does_not_run_as_root() -> None:
    assert "--require-hashes" in CONTAINERFILE
    user = re.findall(r"^USER (\d+):(\d+)$", CONTAINERFILE, re.MULTILINE)
    assert user == [("10001", "10001")]
    assert CONTAINERFILE.index("USER ") < CONTAINERFILE.index("ENTRYPOINT ")


def test_the_images_python_is_one_that_the_project_takes() -> None:
    (wanted,) = re.findall(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert {int(minor) >= int(wanted) for minor in re.findall(r"FROM python:3\.(\d+)-slim", CONTAINERFILE)} == {True}


@pytest.mark.parametrize("image", sorted({one["image"] for _, _, one in SERVICES}))
def test_an_image_is_named_without_a_registrys_address(image: str) -> None:
    assert re.fullmatch(r"[a-z]+(/[a-z]+)?(:[\w.]+)?", image)


async def test_the_health_check_says_whether_a_node_lives(tmp_path: Path) -> None:
    (found,) = re.findall(r"HEALTHCHECK[^\n]*\n\s+CMD (\[.*\])", CONTAINERFILE)
    _, *words = json.loads(found)
    async with Shell(tmp_path).serving() as (process, url):
        port = {"HUB_PORT": url.rpartition(":")[2]}
        assert (await anyio.run_process([sys.executable, *words], env=port, check=False)).returncode == 0
        process.kill()
        await process.wait()
        gone = await anyio.run_process([sys.executable, *words], env=port, check=False)
        assert gone.returncode != 0


@pytest.mark.parametrize(("file", "name", "service"), NODES, ids=ids(NODES))
def test_a_node_may_do_little_and_has_time_to_leave(file: str, name: str, service: dict[str, Any]) -> None:
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].removesuffix("s")) > Settings().drain_seconds + 10
    assert service["build"]["dockerfile"] == "deploy/Containerfile"
    assert (FOLDER / service["build"]["context"]).resolve() == ROOT


@pytest.mark.parametrize("file", COMPOSE)
def test_what_services_use_is_declared(file: str) -> None:
    content = COMPOSE[file]
    for service in content["services"].values():
        assert set(service.get("secrets", ())) <= set(content.get("secrets", ()))
        assert set(service.get("depends_on", ())) <= set(content["services"])
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (FOLDER / source).exists() if source.startswith(".") else source in content["volumes"]


def test_three_nodes_are_told_apart_migrated_first_and_all_behind_the_proxy() -> None:
    services = COMPOSE["compose.postgres.yaml"]["services"]
    nodes = {name: one for name, one in services.items() if name.startswith("hub-")}
    assert len(nodes) == 3
    assert {one["environment"]["HUB_NODE"] for one in nodes.values()} == set(nodes)
    volume = re.findall(r"^VOLUME (\S+)$", (FOLDER / "Containerfile").read_text(), re.MULTILINE)
    assert {Path(one["environment"]["HUB_NODE_FILE"]).parent for one in nodes.values()} == {Path(volume[0])}
    assert all("volumes" not in one for one in nodes.values()), "each container has the image's volume for itself"
    assert all(one["depends_on"]["migrate"]["condition"] == "service_completed_successfully" for one in nodes.values())
    assert re.findall(r"(hub-\d):8000", (FOLDER / "Caddyfile").read_text()) == sorted(nodes)
    scraped = yaml.safe_load((FOLDER / "prometheus" / "prometheus.yaml").read_text())["scrape_configs"][0]
    assert scraped["dns_sd_configs"][0]["names"] == sorted(nodes)


def test_the_proxy_asks_a_door_that_is_there_and_keeps_the_metrics_in() -> None:
    rules = (FOLDER / "Caddyfile").read_text()
    assert "health_uri /health/ready" in rules
    assert "respond /metrics 404" in rules


@pytest.mark.skipif(systemd is None, reason="no systemd-analyze on PATH")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_the_unit(name: str, tmp_path: Path) -> None:
    """With this Python in the place of the one that will be there."""
    for one in UNITS:
        text = (FOLDER / one).read_text().replace("/opt/handelhub/.venv/bin/python", sys.executable)
        (tmp_path / one).write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", tmp_path / name], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if name.partition(".")[0] in line] == []


@pytest.mark.skipif(systemd is None, reason="no systemd-analyze on PATH")
def test_systemd_finds_little_that_the_hub_could_do_to_the_machine() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(FOLDER / "handelhub.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
