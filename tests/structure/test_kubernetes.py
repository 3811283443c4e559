"""The kustomize base: valid for the API, nothing privileged, nobody reaches whom they need not."""

import re
import tomllib
from typing import Any

import kubernetes_validate
import pytest

from tests.support.orchestration import ROOT, SERVICES, kubernetes, kubernetes_resource

OLDEST = "1.30"  # `preStop.sleep` begins there
NEWEST = kubernetes_validate.latest_version()

Labels = dict[str, str]


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [one for one in kubernetes() if one["kind"] in kinds]


def name_of(resource: dict[str, Any]) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


def pods() -> list[tuple[str, dict[str, Any], Labels]]:
    """Return name, pod specification and labels of everything that runs."""
    workloads = of_kind("Deployment", "Job")
    templates = [(name_of(one), one["spec"]["template"]) for one in workloads]
    return [(name, template["spec"], template["metadata"]["labels"]) for name, template in templates]


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_resource_fits_the_schema_of_the_api(version: str) -> None:
    for resource in kubernetes():
        kubernetes_validate.validate(resource, version, strict=True)


def test_every_service_serves_works_and_migrates() -> None:
    expected = {f"Deployment/{service}-{verb}" for service in SERVICES for verb in ("serve", "work")}
    expected |= {f"Job/{service}-migrate" for service in SERVICES} | {"Deployment/gateway"}

    assert {name for name, _, _ in pods()} == expected


def test_no_secret_is_contained() -> None:
    assert of_kind("Secret") == []


@pytest.mark.parametrize(("name", "pod"), [(name, pod) for name, pod, _ in pods()])
def test_a_pod_may_nothing_that_it_need_not(name: str, pod: dict[str, Any]) -> None:
    user = pod["securityContext"]

    assert user["runAsNonRoot"] is True
    assert user["runAsUser"] > 0
    assert user["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"].keys() == {"memory"}
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}


@pytest.mark.parametrize("deployment", of_kind("Deployment"), ids=name_of)
def test_a_deployment_is_probed_and_not_emptied_by_maintenance(deployment: dict[str, Any]) -> None:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    budgets = [one for one in of_kind("PodDisruptionBudget") if matches(one["spec"]["selector"], labels)]

    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys()
    assert matches(deployment["spec"]["selector"], labels)
    assert [one["spec"]["minAvailable"] for one in budgets] == [1]
    assert deployment["spec"]["replicas"] > 1


@pytest.mark.parametrize("service", of_kind("Service"), ids=name_of)
def test_a_service_finds_the_pods_of_one_deployment(service: dict[str, Any]) -> None:
    selector = {"matchLabels": service["spec"]["selector"]}
    found = [one for one in of_kind("Deployment") if matches(selector, one["spec"]["template"]["metadata"]["labels"])]

    assert len(found) == 1


def test_the_gateway_asks_services_by_names_that_exist() -> None:
    configuration = (ROOT / "deploy" / "gateway" / "nginx.conf").read_text(encoding="utf-8")
    asked = set(re.findall(r"^\s+server ([a-z-]+):8080;", configuration, re.MULTILINE))

    assert asked == {f"{service}-serve" for service in SERVICES}
    assert asked <= {one["metadata"]["name"] for one in of_kind("Service")}


def test_images_carry_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    images = {pod["containers"][0]["image"] for _, pod, _ in pods()}

    assert images == {f"espace-adherent/{service}:{version}" for service in SERVICES} | {"nginx:1"}


def test_every_file_of_every_brand_is_there() -> None:
    (brands,) = [one for one in of_kind("ConfigMap") if one["metadata"]["name"].startswith("brands-")]
    files = {*(ROOT / "deploy/brands").glob("*.toml"), *(ROOT / "deploy/brands").glob("*.md")}

    assert brands["data"].keys() == {file.name for file in files} - {"README.md"}


@pytest.mark.parametrize("name", ["notifications-serve", "notifications-work"])
def test_notifications_find_the_brands_files_in_the_folders_that_they_lie_in_here(name: str) -> None:
    (volume,) = [
        one
        for one in kubernetes_resource("Deployment", name)["spec"]["template"]["spec"]["volumes"]
        if one["name"] == "brands"
    ]
    laid_out: dict[str, str] = {}
    for source in volume["projected"]["sources"]:
        data = kubernetes_resource("ConfigMap", source["configMap"]["name"])["data"]
        items = source["configMap"].get("items", [{"key": key, "path": key} for key in data])
        laid_out |= {item["path"]: data[item["key"]] for item in items}
    here = ROOT / "deploy" / "brands"
    files = [*here.glob("*.toml"), *here.glob("*.terms.fr.md"), *here.glob("*/templates/*/*")]

    assert laid_out == {str(file.relative_to(here)): file.read_text(encoding="utf-8") for file in files}
    assert "mgas/templates/welcome/body.html" in laid_out


# Who reaches whom, by the rules that a cluster's network applies: all that no policy selects is open, the rest is closed
# but for what some policy allows, on both ends.

IDENTITY_WORK = {"app.kubernetes.io/name": "identity", "app.kubernetes.io/component": "work"}
IDENTITY_SERVE = {**IDENTITY_WORK, "app.kubernetes.io/component": "serve"}
IDENTITY_MIGRATE = {**IDENTITY_WORK, "app.kubernetes.io/component": "migrate"}
IDENTITY_DATABASE = {**IDENTITY_WORK, "app.kubernetes.io/component": "database"}
CONTRACTS_SERVE = {"app.kubernetes.io/name": "contracts", "app.kubernetes.io/component": "serve"}
CONTRACTS_DATABASE = {**CONTRACTS_SERVE, "app.kubernetes.io/component": "database"}
NOTIFICATIONS_WORK = {"app.kubernetes.io/name": "notifications", "app.kubernetes.io/component": "work"}
BROKER = {"app.kubernetes.io/name": "rabbitmq"}
GATEWAY = {"app.kubernetes.io/name": "gateway"}


@pytest.mark.parametrize(
    ("source", "target", "port"),
    [
        (GATEWAY, IDENTITY_SERVE, 8080),
        (GATEWAY, CONTRACTS_SERVE, 8080),
        (IDENTITY_SERVE, IDENTITY_DATABASE, 5432),
        (IDENTITY_WORK, IDENTITY_DATABASE, 5432),
        (IDENTITY_MIGRATE, IDENTITY_DATABASE, 5432),
        (IDENTITY_SERVE, BROKER, 5672),
        (IDENTITY_WORK, BROKER, 5672),
    ],
)
def test_who_must_be_reached_is_reached(source: Labels, target: Labels, port: int) -> None:
    assert reaches(source, target, port)


@pytest.mark.parametrize(
    ("source", "target", "port"),
    [
        (IDENTITY_WORK, CONTRACTS_DATABASE, 5432),
        (CONTRACTS_SERVE, IDENTITY_DATABASE, 5432),
        (IDENTITY_SERVE, CONTRACTS_SERVE, 8080),
        (IDENTITY_WORK, CONTRACTS_SERVE, 8080),
        (IDENTITY_MIGRATE, BROKER, 5672),
        (IDENTITY_DATABASE, BROKER, 5672),
        (GATEWAY, IDENTITY_DATABASE, 5432),
        (GATEWAY, BROKER, 5672),
        (GATEWAY, IDENTITY_WORK, 8081),
        (GATEWAY, IDENTITY_SERVE, 8081),
    ],
)
def test_who_need_not_be_reached_is_not(source: Labels, target: Labels, port: int) -> None:
    assert not reaches(source, target, port)


def test_what_is_not_allowed_is_closed_for_every_pod_in_both_directions() -> None:
    closed = [one["spec"] for one in of_kind("NetworkPolicy") if one["metadata"]["name"] == "nobody-talks"]

    assert closed == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]


def test_only_the_worker_of_notifications_sends_mail() -> None:
    senders = [name for name, _, labels in pods() if lets("egress", labels, {"somewhere": "else"}, 587)]

    assert senders == ["Deployment/notifications-work"]
    assert lets("egress", NOTIFICATIONS_WORK, {"somewhere": "else"}, 25)


def reaches(source: Labels, target: Labels, port: int) -> bool:
    return lets("egress", source, target, port) and lets("ingress", target, source, port)


def lets(direction: str, here: Labels, there: Labels, port: int) -> bool:
    """Tell whether some policy on the pod `here` allows `direction` with the pod `there` of the same namespace."""
    policies = [one["spec"] for one in of_kind("NetworkPolicy") if matches(one["spec"]["podSelector"], here)]
    governing = [one for one in policies if direction.capitalize() in one["policyTypes"]]
    assert governing, "no policy selects this pod: everything is open"
    rules = [rule for policy in governing for rule in policy.get(direction, [])]
    return any(_rule_lets(rule, "to" if direction == "egress" else "from", there, port) for rule in rules)


def _rule_lets(rule: dict[str, Any], peers: str, there: Labels, port: int) -> bool:
    right_port = any(one["port"] == port for one in rule["ports"])
    # Peers with a namespaceSelector are in other namespaces; no peers at all means everybody.
    right_peer = peers not in rule or any(
        "namespaceSelector" not in peer and matches(peer["podSelector"], there) for peer in rule[peers]
    )
    return right_port and right_peer


def matches(selector: dict[str, Any], labels: Labels) -> bool:
    """Tell whether a label selector selects something with these labels."""
    expressions = selector.get("matchExpressions", [])
    assert all(one["operator"] == "In" for one in expressions)
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        labels.get(one["key"]) in one["values"] for one in expressions
    )
