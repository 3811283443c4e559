"""The commands of docs/operating.md § Kubernetes, as an operator copies them: they lose nothing on the way."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure.test_kubernetes import OLDEST
from tests.support.orchestration import ROOT, SERVICES

pytestmark = pytest.mark.unit

PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## Kubernetes\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
COMMANDS = [shlex.split(line, comments=True) for block in BLOCKS for line in block.replace("\\\n", " ").splitlines()]


def commands_of(program: str) -> list[list[str]]:
    return [command[1:] for command in COMMANDS if command and command[0] == program]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The folder that the documented command fills."""
    (arguments,) = (one for one in commands_of(".venv/bin/python") if one[0] == "deploy/make_secrets.py")
    given = [str(tmp_path) if one == "deploy/secrets" else one for one in arguments]
    subprocess.run([sys.executable, *given], cwd=ROOT, check=True)
    return tmp_path


def test_the_secrets_that_are_made_hold_the_policies_of_the_queues(made: Path) -> None:
    definitions = json.loads((made / "rabbitmq" / "definitions.json").read_text())
    policies = {one["name"]: one["definition"] for one in definitions["policies"]}
    expected = json.loads((ROOT / "deploy" / "rabbitmq" / "definitions.json").read_text())

    assert definitions["policies"] == expected["policies"]
    assert policies["queues"].items() >= {
        ("delivery-limit", 50),
        ("dead-letter-strategy", "at-least-once"),
        ("overflow", "reject-publish"),
    }
    assert {one["name"] for one in definitions["users"]} == {*SERVICES, "operator"}


def test_the_policies_are_brought_into_the_broker() -> None:
    (importing,) = (one for one in commands_of("kubectl") if "import_definitions" in one)

    assert importing[importing.index("<") + 1] == "deploy/secrets/rabbitmq/definitions.json"
    assert "-i" in importing


def test_every_service_gets_the_folder_that_was_made_for_it(made: Path) -> None:
    (loop,) = commands_of("for")
    (secret,) = (one for one in commands_of("kubectl") if one[:3] == ["create", "secret", "generic"])

    assert [one.strip(";") for one in loop[2:] if one != "do"] == list(SERVICES)
    assert secret[3] == "$service-secrets"
    assert secret[-1] == "--from-file=deploy/secrets/$service"
    assert all((made / service).is_dir() for service in SERVICES)


def test_every_command_says_which_namespace_and_the_namespace_is_made() -> None:
    kubectl = commands_of("kubectl")
    somewhere = [one for one in kubectl if one[0] != "apply" and one[:2] != ["create", "namespace"]]
    overlay = re.search(r"^namespace: (\w+)$", SECTION, re.MULTILINE)

    assert overlay is not None
    assert ["create", "namespace", overlay[1]] in kubectl
    assert len(somewhere) >= 6
    assert [one for one in somewhere if one[one.index("-n") + 1 : one.index("-n") + 2] != [overlay[1]]] == []


def test_the_oldest_version_that_the_base_fits_is_named() -> None:
    assert f"Kubernetes {OLDEST} or newer" in SECTION
