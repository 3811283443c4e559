"""The tests of this folder run where they are asked for by name: they build images and start fifteen containers."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.compose_stack import Stack, running_stack


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark them `compose`; leave them out of a run that names neither the marker nor the folder."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.compose)
    if "compose" not in f"{config.option.markexpr} {' '.join(config.args)}":
        config.hook.pytest_deselected(items=here)
        items[:] = [item for item in items if item not in here]


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole product, up and healthy."""
    answer = subprocess.run(["docker", "info"], capture_output=True, check=False)
    assert answer.returncode == 0, "these tests need a Docker engine with Compose: start one, or set DOCKER_HOST"
    with running_stack() as running:
        yield running
