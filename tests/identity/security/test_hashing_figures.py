"""How hard a hash is, is a setting: never weaker than OWASP's Password Storage Cheat Sheet allows."""

from pathlib import Path

import pytest
from identity_service.resources import open_identity
from identity_service.security.password_hashing import Figures
from identity_service.settings import IdentitySettings
from service_kit.settings import load_settings

from tests.support.identity_fixtures import identity_settings
from tests.support.identity_process import environment


def with_environment(monkeypatch: pytest.MonkeyPatch, directory: Path, **values: str) -> IdentitySettings:
    for name, value in environment(identity_settings(directory, "postgresql://nobody")).items():
        monkeypatch.setenv(name, value)
    for name in ("MEMORY_KIB", "PASSES"):
        monkeypatch.delenv(f"IDENTITY_HASHING_{name}")
    for name, value in values.items():
        monkeypatch.setenv(f"IDENTITY_HASHING_{name}", value)
    return load_settings(IdentitySettings)


@pytest.mark.parametrize(
    ("values", "figures"),
    [
        ({}, Figures(47_104, 2)),
        ({"MEMORY_KIB": "19456"}, Figures(19_456, 2)),
        ({"MEMORY_KIB": "19456", "PASSES": "3"}, Figures(19_456, 3)),
        ({"MEMORY_KIB": "47104", "PASSES": "1"}, Figures(47_104, 1)),
        ({"PASSES": "1"}, Figures(47_104, 1)),
    ],
)
def test_figures_as_owasp_lists_them_or_harder_are_taken(monkeypatch, tmp_path, values, figures):
    settings = with_environment(monkeypatch, tmp_path, **values)

    assert Figures(settings.hashing_memory_kib, settings.hashing_passes) == figures


@pytest.mark.parametrize(
    ("values", "named", "said"),
    [
        ({"MEMORY_KIB": "19455"}, "IDENTITY_HASHING_MEMORY_KIB", "19456"),
        ({"MEMORY_KIB": "12288", "PASSES": "3"}, "IDENTITY_HASHING_MEMORY_KIB", "19456"),
        ({"MEMORY_KIB": "47103", "PASSES": "1"}, "IDENTITY_HASHING_PASSES", "47104"),
        ({"PASSES": "0"}, "IDENTITY_HASHING_PASSES", "1"),
    ],
)
def test_weaker_figures_end_the_process_with_the_variable_at_fault(monkeypatch, tmp_path, capsys, values, named, said):
    with pytest.raises(SystemExit) as end:
        with_environment(monkeypatch, tmp_path, **values)
    (line,) = capsys.readouterr().err.splitlines()

    assert end.value.code == 2
    assert line.startswith(f"{named}: ")
    assert said in line


async def test_new_passwords_are_hashed_with_the_figures_of_the_settings(identity_database, tmp_path):
    settings = identity_settings(tmp_path, identity_database, hashing_memory_kib=20_480, hashing_passes=3)
    async with open_identity(settings) as identity:
        with identity.hashing.place() as place:
            stored = await place.hash("cheval agrafe batterie correcte")

    assert Figures.of(stored.partition(":")[2]) == Figures(20_480, 3)
