"""What docker compose and Kubernetes start: containers with their environment and mounts, read from the files themselves."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "contracts", "notifications", "documents")
VERBS = ("migrate", "serve", "work")


@dataclass(frozen=True)
class Container:
    """One container of a service: its variables, and where which volume is mounted."""

    environment: dict[str, str]
    mounts: dict[str, str]


def tool(name: str) -> str:
    """Return the path of a development tool: from this environment, or else from PATH."""
    own = Path(sys.executable).parent / name
    found = str(own) if own.exists() else shutil.which(name)
    assert found is not None, f"{name} is missing: make .venv/.development installs it"
    return found


@cache
def compose() -> dict[str, Any]:
    """Return docker-compose.yml, its anchors and merges resolved."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return content


@cache
def kubernetes() -> list[dict[str, Any]]:
    """Return the resources of the kustomize base as an API server would get them."""
    command = [tool("kubectl"), "kustomize", str(ROOT / "deploy" / "kubernetes" / "base")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def kubernetes_resource(kind: str, name: str) -> dict[str, Any]:
    """Return the one resource of that kind and name."""
    return next(one for one in kubernetes() if (one["kind"], one["metadata"]["name"]) == (kind, name))


def compose_container(service: str, verb: str) -> Container:
    """Return what docker compose starts for `python -m <service>_service <verb>`."""
    content = compose()["services"][f"{service}-{verb}"]
    assert content["command"] == [verb]
    environment = _env_file(ROOT / content["env_file"]) | _by_default(content.get("environment", {}))
    mounts = [volume.split(":") for volume in content["volumes"]]
    return Container(environment, {place: name for name, place, *_ in mounts})


def kubernetes_container(service: str, verb: str) -> Container:
    """Return what Kubernetes starts for `python -m <service>_service <verb>`."""
    pod = kubernetes_resource("Job" if verb == "migrate" else "Deployment", f"{service}-{verb}")["spec"]["template"][
        "spec"
    ]
    (content,) = pod["containers"]
    assert content["args"] == [verb]
    environment: dict[str, str] = {}
    for source in content["envFrom"]:
        environment |= kubernetes_resource("ConfigMap", source["configMapRef"]["name"])["data"]
    environment |= {one["name"]: one["value"] for one in content.get("env", [])}
    return Container(environment, {one["mountPath"]: one["name"] for one in content["volumeMounts"]})


def _by_default(environment: dict[str, str]) -> dict[str, str]:
    """Put in what `${NAME:-default}` is unless somebody sets NAME."""
    return {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for name, value in environment.items()}


def _env_file(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
