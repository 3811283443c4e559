"""Each service runs from its own lock: a shared environment would hide an import that nobody declared."""

import subprocess
import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

ROOT = Path(__file__).parents[2]
SERVICES = ["identity", "contracts", "notifications", "documents"]

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys

package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
importlib.import_module(sys.argv[1] + ".app")
importlib.import_module(sys.argv[1] + ".worker")
absent = [name for name in sys.argv[2:] if importlib.util.find_spec(name) is None]
print(*absent)
"""


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_installs_from_its_own_lock_and_imports_all_of_itself(service, tmp_path):
    uv("venv", "--python", sys.executable, str(tmp_path / "venv"))
    python = tmp_path / "venv" / "bin" / "python"
    into = ["pip", "install", "--python", str(python)]
    uv(*into, "--require-hashes", "-r", str(ROOT / "services" / service / "requirements.lock"))
    uv(*into, "--no-deps", str(ROOT / "shared"), str(ROOT / "services" / service))
    others = [f"{other}_service" for other in SERVICES if other != service]
    foreign = [*others, *([] if service == "identity" else ["argon2"])]
    command = [str(python), "-I", "-c", IMPORT_EVERYTHING, f"{service}_service", *foreign]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert answer.stderr == ""
    assert answer.stdout.split() == foreign


def uv(*arguments: str) -> None:
    command = [find_uv_bin(), "--quiet", *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise AssertionError(f"uv {' '.join(arguments)}: {answer.stderr}")
