"""Settings: a process that cannot be configured says so, by each variable's name, and ends with status 2."""

from collections.abc import Callable
from pathlib import Path

import pytest
from service_kit.settings import variable_name

from tests.support.tiny_fixtures import Place
from tests.support.tiny_service import TinySettings
from tests.support.warm_program import WarmProgram

Refusal = Callable[..., list[str]]

URL = "postgresql://somebody:canary-pw@127.0.0.1:1/nothing"
REQUIRED = [name for name, field in TinySettings.model_fields.items() if field.is_required()]

WRONG = {
    "log_level": "LOUD",
    "database_url": "mysql://somebody:canary-pw@127.0.0.1/x",
    "database_pool_size": "1",
    "database_statement_cache_size": "-1",
    "broker_url": "http://somebody:canary-pw@127.0.0.1/",
    "http_port": "70000",
    "work_health_port": "eighty",
    "wake_by_notify": "perhaps",
    "poll_seconds": "0",
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Keys and brands."""
    return Place.make(tmp_path)


@pytest.fixture
def refusal(tiny_program: WarmProgram) -> Refusal:
    """Runs the process and gives the lines with which it ended with status 2."""

    def run(environment: dict[str, str], *arguments: str) -> list[str]:
        status, written = tiny_program.run(*(arguments or ["serve"]), environment=environment)

        assert status == 2
        assert "canary" not in written
        return written.splitlines()

    return run


def test_the_settings_name_their_variables() -> None:
    assert variable_name(TinySettings, "database_url") == "TINY_DATABASE_URL"


@pytest.mark.parametrize("verb", ["serve", "work", "migrate", "dead-letters"])
def test_every_missing_variable_is_named_at_once(verb: str, place: Place, refusal: Refusal) -> None:
    environment = {name: value for name, value in place.environment(URL).items() if not name.startswith("TINY_")}
    arguments = ["dead-letters", "list"] if verb == "dead-letters" else [verb]

    assert sorted(refusal(environment, *arguments)) == sorted(
        f"{variable_name(TinySettings, name)}: Field required" for name in REQUIRED
    )


def test_every_wrong_variable_is_named_at_once_and_no_value_is_shown(place: Place, refusal: Refusal) -> None:
    lines = refusal(place.environment(URL) | {variable_name(TinySettings, name): WRONG[name] for name in WRONG})
    named = [line.partition(": ")[0] for line in lines]

    assert sorted(named) == sorted(variable_name(TinySettings, name) for name in WRONG)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_variable_that_is_set_to_nothing_is_missing(name: str, place: Place, refusal: Refusal) -> None:
    variable = variable_name(TinySettings, name)

    assert refusal(place.environment(URL) | {variable: ""}) == [f"{variable}: Field required"]


def test_a_brand_that_cannot_be_used_is_named_by_file_and_key(place: Place, refusal: Refusal) -> None:
    file = place.brands / "alpha.toml"
    for content, words in {"[brand]\n": "tiny.name", "[brand": "Expected", "brand = 5\n": "TypeError"}.items():
        file.write_text(content)
        [line] = refusal(place.environment(URL))

        assert line.startswith("tiny: alpha.toml: ")
        assert words in line


def test_brands_that_are_not_there_are_told(place: Place, tmp_path: Path, refusal: Refusal) -> None:
    (tmp_path / "empty").mkdir()
    for directory in ("empty", "none"):
        [line] = refusal(place.environment(URL, brands_directory=tmp_path / directory))

        assert line == f"tiny: {tmp_path / directory}: no <brand>.toml here"


def test_an_unknown_verb_is_told(place: Place, refusal: Refusal) -> None:
    lines = refusal(place.environment(URL), "dance")

    assert "invalid choice: 'dance'" in lines[-1]
