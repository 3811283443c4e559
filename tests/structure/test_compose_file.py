"""docker-compose.yml and the Dockerfile: accepted by their own tools, closed to the outside, one reader for each secret."""

import shutil
import subprocess
from typing import Any

import pytest

from tests.support.orchestration import ROOT, SERVICES, VERBS, compose, tool

OURS = [f"{service}-{verb}" for service in SERVICES for verb in VERBS]


def containers() -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = compose()["services"]
    return services


def mounts(name: str) -> list[list[str]]:
    """Return a container's mounts as [what, where, "ro" where it may not write]."""
    return [mount.split(":") for mount in containers()[name].get("volumes", [])]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def docker_compose_is_there() -> bool:
    return shutil.which("docker") is not None and run("docker", "compose", "version").returncode == 0


def test_hadolint_has_nothing_to_say_about_the_dockerfile() -> None:
    done = run(tool("hadolint"), "--failure-threshold", "style", str(ROOT / "deploy" / "Dockerfile"))

    assert (done.returncode, done.stdout) == (0, "")


def test_docker_compose_accepts_the_file() -> None:
    if not docker_compose_is_there():
        pytest.skip("docker compose is not installed here; the other tests still read the file")
    done = run("docker", "compose", "--project-directory", str(ROOT), "config", "--quiet")

    assert (done.returncode, done.stderr) == (0, "")


def test_ports_are_published_on_this_machine_only() -> None:
    published = [port for one in containers().values() for port in one.get("ports", [])]

    assert len(published) == 3
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", [*OURS, "gateway", "secrets"])
def test_a_container_may_nothing_that_it_need_not(name: str) -> None:
    container = containers()[name]

    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container.get("cap_add", []) == (["CHOWN", "DAC_OVERRIDE"] if name == "secrets" else [])
    assert container.get("user", "the image's") == {"secrets": "0:0", "gateway": "101:101"}.get(name, "the image's")


def test_whoever_makes_the_secrets_has_no_network() -> None:
    assert containers()["secrets"]["network_mode"] == "none"


@pytest.mark.parametrize("service", SERVICES)
def test_private_keys_of_a_service_are_mounted_by_that_service_alone_and_read_only(service: str) -> None:
    readers = {name: mount[1:] for name in containers() for mount in mounts(name) if mount[0] == f"{service}-secrets"}

    assert readers.pop("secrets") == [f"/secrets/{service}"]
    assert readers == {f"{service}-{verb}": ["/run/secrets", "ro"] for verb in VERBS}


@pytest.mark.parametrize(("volume", "reader"), [("postgres-secrets", "postgres"), ("rabbitmq-secrets", "rabbitmq")])
def test_the_passwords_of_a_server_are_mounted_by_that_server_alone(volume: str, reader: str) -> None:
    readers = {name for name in containers() for mount in mounts(name) if mount[0] == volume}

    assert readers == {"secrets", reader}


def test_nobody_but_its_maker_mounts_the_key_that_signs_staff_tokens() -> None:
    readers = {name for name in containers() for mount in mounts(name) if mount[0] == "staff-secrets"}

    assert readers == {"secrets"}


def test_nobody_but_its_maker_may_write_public_keys() -> None:
    writers = {
        name for name in containers() for mount in mounts(name) if mount[0] == "public-keys" and "ro" not in mount
    }

    assert writers == {"secrets"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_after_its_migration_and_its_worker_after_the_broker(service: str) -> None:
    migrated = {f"{service}-migrate": {"condition": "service_completed_successfully"}}
    after_servers = {
        "secrets": {"condition": "service_completed_successfully"},
        "postgres": {"condition": "service_healthy"},
    }

    assert containers()[f"{service}-migrate"]["depends_on"] == after_servers
    assert containers()[f"{service}-serve"]["depends_on"] == migrated
    assert containers()[f"{service}-work"]["depends_on"] == migrated | {"rabbitmq": {"condition": "service_healthy"}}


def test_the_gateway_reaches_services_and_neither_database_nor_broker() -> None:
    on_edge = {name for name, one in containers().items() if "edge" in one.get("networks", [])}

    assert containers()["gateway"]["networks"] == ["edge"]
    assert on_edge == {"gateway", *(f"{service}-serve" for service in SERVICES)}


def test_the_network_of_database_and_broker_has_no_way_out() -> None:
    assert compose()["networks"]["backend"] == {"internal": True}


def test_no_password_is_written_down() -> None:
    values = [value for one in containers().values() for value in one.get("environment", {}).values()]

    assert [value for value in values if "@" in value or "password" in value.lower()] == [
        "/run/secrets/superuser-password"
    ]
