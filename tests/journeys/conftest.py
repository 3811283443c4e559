"""One embedded space for all journeys through it: its start costs more than any of them."""

from collections.abc import Iterator

import pytest

from tests.support.embedded_space import Running, start


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A space without members, for the journeys of this folder."""
    space = start(tmp_path_factory.mktemp("espace") / "state", "--no-demo")
    yield space
    space.stop()
