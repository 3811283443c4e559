"""The secrets of an installation: made once, kept, each in its reader's folder."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy import make_secrets

pytestmark = pytest.mark.unit

POLICIES = {"policies": [{"name": "queues"}]}


def make_everything(directory: Path) -> None:
    make_secrets.make_keys(directory, staff=True)
    make_secrets.make_addresses(directory, postgres="db:5432", rabbitmq="mq:5672", smtp_url="smtp://relay:25")
    make_secrets.make_broker_definitions(directory / "rabbitmq", POLICIES)


def contents(directory: Path) -> dict[str, str]:
    return {str(file.relative_to(directory)): file.read_text() for file in directory.rglob("*") if file.is_file()}


def test_a_second_run_keeps_every_key_and_password(tmp_path: Path) -> None:
    make_everything(tmp_path)
    before = contents(tmp_path)
    make_everything(tmp_path)
    after = contents(tmp_path)

    assert before.pop("rabbitmq/definitions.json") != after.pop("rabbitmq/definitions.json")  # salted afresh
    assert after == before


def test_each_reader_has_its_own_files_and_no_more(tmp_path: Path) -> None:
    make_everything(tmp_path)
    common = {"sealing-keys.json", "data-keys.json"}
    found = {folder.name: {file.name for file in folder.iterdir()} for folder in tmp_path.iterdir()}

    assert found == {
        "identity": {
            *common,
            "identity_database_url",
            "identity_broker_url",
            "pepper.json",
            "access-token-keys.json",
        },
        "contracts": {*common, "contracts_database_url", "contracts_broker_url"},
        "notifications": {
            *common,
            "notifications_database_url",
            "notifications_broker_url",
            "notifications_smtp_url",
        },
        "documents": {*common, "documents_database_url", "documents_broker_url"},
        "postgres": {"superuser-password", *(f"{service}-password" for service in make_secrets.SERVICES)},
        "rabbitmq": {
            "definitions.json",
            "operator-password",
            *(f"{service}-password" for service in make_secrets.SERVICES),
        },
        "public": {"sealing-recipients.json", "access-token-jwks.json", "staff-jwks.json"},
        "staff": {"signing-keys.json"},
    }


def test_private_files_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    make_everything(tmp_path)
    private = [file for file in tmp_path.rglob("*") if file.is_file() and file.parent.name != "public"]

    assert {file.stat().st_mode & 0o777 for file in private} == {0o600}


def test_public_files_hold_no_private_key(tmp_path: Path) -> None:
    make_everything(tmp_path)
    keys = [key for file in (tmp_path / "public").iterdir() for key in json.loads(file.read_text())["keys"]]

    assert len(keys) == len(make_secrets.SERVICES) + 2
    assert [key for key in keys if "d" in key] == []


def test_an_address_carries_the_password_that_its_server_was_given(tmp_path: Path) -> None:
    make_everything(tmp_path)
    database = urlsplit((tmp_path / "contracts" / "contracts_database_url").read_text())

    assert (database.username, database.hostname, database.port, database.path) == (
        "contracts",
        "db",
        5432,
        "/contracts",
    )
    assert database.password == (tmp_path / "postgres" / "contracts-password").read_text()
    assert len({(tmp_path / "postgres" / f"{service}-password").read_text() for service in make_secrets.SERVICES}) == 4


def test_the_broker_gets_the_policies_and_one_user_for_each_service(tmp_path: Path) -> None:
    make_everything(tmp_path)
    definitions = json.loads((tmp_path / "rabbitmq" / "definitions.json").read_text())
    tags = {user["name"]: user["tags"] for user in definitions["users"]}

    assert definitions["policies"] == POLICIES["policies"]
    assert tags == {**{service: [] for service in make_secrets.SERVICES}, "operator": ["administrator"]}


@pytest.mark.parametrize("right", ["configure", "write", "read"])
def test_a_service_has_no_right_to_the_queues_of_another(right: str) -> None:
    pattern = make_secrets.service_permission("identity")[right]

    assert re.search(pattern, "identity.member.enrolled.v1.dead")
    assert re.search(pattern, "member-space")
    assert not re.search(pattern, "contracts.email.changed.v1")
    assert not re.search(pattern, "contracts.identity.looked-up.v1")
