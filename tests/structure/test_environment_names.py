"""docker compose, Kubernetes and the settings classes name the same variables, files and folders."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from service_kit.settings import ServiceSettings, load_settings, variable_name

from tests.support.orchestration import (
    ROOT,
    SERVICES,
    VERBS,
    Container,
    compose,
    compose_container,
    kubernetes_container,
    kubernetes_resource,
)

READERS = {"docker compose": compose_container, "Kubernetes": kubernetes_container}
EVERY_CONTAINER = [(where, service, verb) for where in READERS for service in SERVICES for verb in VERBS]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The secrets that the container `secrets` makes, by its own command line."""
    directory = tmp_path_factory.mktemp("secrets")
    given = [word for word in compose()["services"]["secrets"]["command"] if word != "--give-to-readers"]
    there = {"/secrets": str(directory), "/deploy/definitions.json": str(ROOT / "deploy/rabbitmq/definitions.json")}
    program = str(ROOT / "deploy" / "make_secrets.py")
    subprocess.run([sys.executable, program, *(there.get(word, word) for word in given)], check=True)
    return directory


def settings_class(service: str) -> type[ServiceSettings]:
    module = importlib.import_module(f"{service}_service.settings")
    found: type[ServiceSettings] = getattr(module, f"{service.capitalize()}Settings")
    return found


@pytest.mark.parametrize(("where", "service", "verb"), EVERY_CONTAINER)
def test_every_variable_that_is_set_is_a_setting(where: str, service: str, verb: str) -> None:
    settings = settings_class(service)
    known = {variable_name(settings, field) for field in settings.model_fields}

    assert READERS[where](service, verb).environment.keys() - known == set()


@pytest.mark.parametrize(("where", "service", "verb"), EVERY_CONTAINER)
def test_the_settings_load_from_what_the_container_has(
    where: str, service: str, verb: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = READERS[where](service, verb)
    loaded = load_from(container, service, secrets, monkeypatch)

    assert loaded.database_url.endswith(f"@postgres:5432/{service}")
    assert loaded.http_host == "0.0.0.0"  # noqa: S104 - a container's own


@pytest.mark.parametrize(("where", "service", "verb"), EVERY_CONTAINER)
def test_every_key_file_that_a_setting_names_is_where_it_says(
    where: str, service: str, verb: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = READERS[where](service, verb)
    loaded = load_from(container, service, secrets, monkeypatch)
    folders = {"/run/secrets": secrets / service, "/run/public-keys": secrets / "public"}
    files = [value for name in type(loaded).model_fields if name.endswith("_file") for value in [getattr(loaded, name)]]

    assert len(files) >= 5
    assert [file for file in files if str(file.parent) not in container.mounts] == []
    assert [file for file in files if not (folders[str(file.parent)] / file.name).is_file()] == []


@pytest.mark.parametrize(("where", "service", "verb"), EVERY_CONTAINER)
def test_brands_are_mounted_where_the_setting_says(
    where: str, service: str, verb: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = READERS[where](service, verb)
    loaded = load_from(container, service, secrets, monkeypatch)

    assert container.mounts[str(loaded.brands_directory)] in {"brands", "./deploy/brands"}


@pytest.mark.parametrize("where", READERS)
@pytest.mark.parametrize(
    ("service", "setting"), [("notifications", "letters_directory"), ("documents", "storage_directory")]
)
@pytest.mark.parametrize("verb", ["serve", "work"])
def test_what_is_kept_in_files_is_kept_on_a_volume(
    where: str, service: str, setting: str, verb: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = READERS[where](service, verb)
    directory: Path = getattr(load_from(container, service, secrets, monkeypatch), setting)

    assert str(directory.parent) in container.mounts


@pytest.mark.parametrize("service", SERVICES)
def test_the_ports_of_kubernetes_are_those_of_the_settings(service: str) -> None:
    fields = settings_class(service).model_fields
    ports = {
        verb: kubernetes_resource("Deployment", f"{service}-{verb}")["spec"]["template"]["spec"]["containers"][0][
            "ports"
        ]
        for verb in ("serve", "work")
    }

    assert [one["containerPort"] for one in ports["serve"]] == [fields["http_port"].default]
    assert [one["containerPort"] for one in ports["work"]] == [fields["work_health_port"].default]


def load_from(container: Container, service: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    settings = settings_class(service)
    for field in settings.model_fields:
        monkeypatch.delenv(variable_name(settings, field), raising=False)
    for name, value in container.environment.items():
        monkeypatch.setenv(name, value)
    return load_settings(settings, secrets_directory=secrets / service)
