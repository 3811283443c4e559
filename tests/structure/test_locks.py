"""The locks: what each installation pins is exactly what the pyproject files ask for, and nothing else decides."""

import importlib.metadata
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SERVICES = ["identity", "contracts", "notifications", "documents"]
LOCKS = {
    "requirements-uv.lock": "group setup",
    "requirements-dev.lock": "group dev",
    "deploy/embedded/requirements.lock": "espace-embedded",
    **{f"services/{service}/requirements.lock": f"{service}-service" for service in SERVICES},
}
each_lock = pytest.mark.parametrize("lock", LOCKS)


class Pin(NamedTuple):
    name: str
    version: str
    marker: Marker | None
    hashes: list[str]


def pins(lock: str) -> list[Pin]:
    """Read a lock: for every platform and Python, so one name may come twice."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return [_pin(entry) for entry in entries]


def _pin(entry: str) -> Pin:
    requirement = Requirement(entry.partition(" --hash")[0])
    [version] = requirement.specifier
    hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})(?:\s|$)", entry)
    return Pin(canonicalize_name(requirement.name), version.version, requirement.marker, hashes)


def pinned_here(lock: str) -> dict[str, str]:
    """Read what a lock means on this platform and Python: name → version."""
    return {pin.name: pin.version for pin in pins(lock) if applies(pin.marker)}


def workspace() -> dict[str, list[Requirement]]:
    """Read what our own distributions ask for: name → requirements."""
    places = ["shared", "deploy/embedded", *(f"services/{service}" for service in SERVICES)]
    projects = [tomllib.loads((ROOT / place / "pyproject.toml").read_text())["project"] for place in places]
    return {project["name"]: [Requirement(line) for line in project["dependencies"]] for project in projects}


def group(name: str) -> list[Requirement]:
    """Read a dependency group of the root's pyproject.toml, with the groups that it includes."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    found: list[Requirement] = []
    for entry in groups[name]:
        found += group(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
    return found


def asked_for(lock: str) -> list[Requirement]:
    kind, _, name = LOCKS[lock].rpartition(" ")
    return group(name) if kind == "group" else [Requirement(name)]


def graph(requirements: Iterable[Requirement]) -> Iterator[Requirement]:
    """Walk all that these requirements need on this platform, ours by pyproject, others by their installed metadata."""
    ours, seen = workspace(), set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        known = (name, frozenset(requirement.extras))
        if known in seen:
            continue
        seen.add(known)
        yield requirement
        lines = importlib.metadata.requires(name) or [] if name not in ours else []
        needs = ours.get(name) or [Requirement(line) for line in lines]
        waiting += [need for need in needs if applies(need.marker, requirement.extras)]


def applies(marker: Marker | None, extras: Iterable[str] = ()) -> bool:
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


@each_lock
def test_a_lock_pins_exactly_what_the_pyproject_files_need_here(lock):
    needed = {canonicalize_name(requirement.name) for requirement in graph(asked_for(lock))}

    assert pinned_here(lock).keys() == needed - workspace().keys()


@each_lock
def test_every_requirement_is_satisfied_by_the_version_that_is_pinned(lock):
    pinned = pinned_here(lock)
    broken = [
        f"{requirement} but {pinned[name]}"
        for requirement in graph(asked_for(lock))
        if (name := canonicalize_name(requirement.name)) in pinned
        and not requirement.specifier.contains(pinned[name], prereleases=True)
    ]

    assert broken == []


@each_lock
def test_all_locks_come_from_one_resolution_and_it_is_the_one_installed_here(lock):
    everything = pinned_here("requirements-dev.lock")
    here = pinned_here(lock)

    assert here == {name: everything.get(name) for name in here}
    assert here == {name: importlib.metadata.version(name) for name in here}


@each_lock
def test_every_pin_has_its_hashes(lock):
    assert [pin.name for pin in pins(lock) if not pin.hashes] == []


@each_lock
def test_a_lock_names_no_address(lock):
    text = (ROOT / lock).read_text()

    assert re.findall(r"://|\bfile:|^-\S+|@", text, re.MULTILINE) == []


def test_the_environments_of_services_do_not_carry_each_others_weight():
    identity = pinned_here("services/identity/requirements.lock")

    assert "argon2-cffi" in identity
    assert "argon2-cffi" not in pinned_here("services/notifications/requirements.lock")
    assert "typst" not in identity
