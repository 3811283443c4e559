"""Settings that are secrets come from files, by the names of their variables."""

from pathlib import Path

import pytest
from pydantic_settings import BaseSettings, SettingsConfigDict
from service_kit.settings import load_settings

pytestmark = pytest.mark.unit


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="KITCHEN_")

    database_url: str


def test_a_file_named_like_the_variable_sets_it(tmp_path: Path) -> None:
    (tmp_path / "kitchen_database_url").write_text("postgresql://cook@stove/kitchen\n")

    assert load_settings(Settings, secrets_directory=tmp_path).database_url == "postgresql://cook@stove/kitchen"


def test_the_environment_goes_before_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kitchen_database_url").write_text("from the file")
    monkeypatch.setenv("KITCHEN_DATABASE_URL", "from the environment")

    assert load_settings(Settings, secrets_directory=tmp_path).database_url == "from the environment"


def test_without_files_a_missing_variable_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        load_settings(Settings, secrets_directory=tmp_path / "none")

    assert capsys.readouterr().err == "KITCHEN_DATABASE_URL: Field required\n"
