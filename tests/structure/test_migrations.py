"""Migrations: numbered without a gap, never changed once they are committed, free of what squawk warns about.

The digests are in `migrations.sha256`, in the format of `sha256sum --check`.
"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from espace_embedded.catalogue import ROOT, commands_of
from espace_embedded.state import SERVICES
from service_kit.migrate import KIT_MIGRATIONS, MigrationRefused, read_migrations

DIGESTS = Path(__file__).with_name("migrations.sha256")
SQUAWK = Path(sys.executable).with_name("squawk")
DIRECTORIES = {"kit": KIT_MIGRATIONS, **{service: commands_of(service).migrations for service in SERVICES}}
FILES = [file for directory in DIRECTORIES.values() for file in sorted(directory.glob("*.sql"))]


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


def committed_digests() -> dict[str, str]:
    """Return path below the project → SHA-256."""
    lines = [line.split("  ", 1) for line in DIGESTS.read_text().splitlines()]
    return {path: digest for digest, path in lines}


@pytest.mark.parametrize("source", DIRECTORIES)
def test_migrations_are_numbered_from_1_without_a_gap(source: str):
    directory = DIRECTORIES[source]

    assert [one.name for one in read_migrations(source, directory)] == sorted(file.name for file in directory.iterdir())


def test_a_missing_number_is_refused(tmp_path: Path):
    (tmp_path / "0001_first.sql").write_text("SELECT 1;")
    (tmp_path / "0003_third.sql").write_text("SELECT 3;")

    with pytest.raises(MigrationRefused):
        read_migrations("source", tmp_path)


def test_no_committed_migration_was_changed_or_removed():
    present = {relative(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in FILES}
    known = committed_digests()
    changed = [path for path, digest in known.items() if present.get(path) != digest]

    assert changed == [], "databases have run it as it was: put it back, and write another migration"
    assert sorted(present.keys() - known.keys()) == [], f"add the output of `sha256sum <file>` to {relative(DIGESTS)}"


def test_squawk_finds_nothing_to_say():
    # The rules that are left out, and why, are in .squawk.toml.
    command = [str(SQUAWK), "--reporter", "gcc", *map(relative, FILES)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (answer.stdout, answer.returncode) == ("", 0), answer.stderr


def test_squawk_would_say_something(tmp_path: Path):
    bad = tmp_path / "0002_bad.sql"
    bad.write_text("ALTER TABLE members DROP COLUMN brand;\nCREATE TABLE numbers (id serial PRIMARY KEY);\n")
    command = [str(SQUAWK), "--reporter", "gcc", "--config", str(ROOT / ".squawk.toml"), str(bad)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert "ban-drop-column" in answer.stdout
    assert "prefer-identity" in answer.stdout


def test_rows_are_never_numbered_in_32_bits():
    numbered = [
        relative(file) for file in FILES if re.search(r"\b(int|integer|smallint)\s+GENERATED", file.read_text())
    ]

    assert numbered == []
