"""A decoder that a file has taken over tries to get at keys, at the network and at the service: it gets at nothing."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from contracts_service.security import document_cleaner
from contracts_service.security.confinement import SCOPES, TCP_VERSION, landlock_version
from contracts_service.security.document_cleaner import DocumentCleaner

from tests.support import document_files as files

pytestmark = [pytest.mark.unit, pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")]

TAKEN_OVER = """
import errno, json, os, resource, signal, socket
from contracts_service.security import clean_pdf, cleaning_process
from contracts_service.security.confinement import landlock_version

def tried(what):
    try:
        return repr(what())
    except OSError as error:
        return errno.errorcode[error.errno]

def everything():
    service = os.getppid()
    return {{
        "key": tried(lambda: open({key!r}).read()),
        "environment": tried(lambda: open(f"/proc/{{service}}/environ").read()),
        "memory": tried(lambda: open(f"/proc/{{service}}/mem", "rb")),
        "directory": tried(lambda: os.listdir("/")),
        "file": tried(lambda: open({key!r} + ".new", "w")),
        "tcp": tried(lambda: socket.create_connection(("127.0.0.1", {port}), 2)),
        "udp": tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", {port}))),
        "unix": tried(lambda: socket.socket(socket.AF_UNIX)),
        "signal": tried(lambda: os.kill(service, 0)),
    }}

def attack(raw):
    said = {{"tried": everything(), "came in": tried(lambda: os.read(0, 1))}}
    return json.dumps(said).encode()

clean_pdf.clean_pdf = attack
cleaning_process.main()
"""
ROOT = """
import resource, types
from contracts_service.security import confinement
# Root may undo this fence: here it was never put up.
confinement.resource = types.SimpleNamespace(setrlimit=lambda *_: None, RLIMIT_NOFILE=resource.RLIMIT_NOFILE)
"""


async def said_by_the_attacker(monkeypatch: pytest.MonkeyPatch, key: Path, before: str = "") -> dict[str, Any]:
    key.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        program = before + TAKEN_OVER.format(key=str(key), port=listening.getsockname()[1])
        monkeypatch.setattr(document_cleaner, "PROGRAM", (*document_cleaner.PROGRAM[:3], "-c", program))
        answer = await DocumentCleaner(seconds=20, mebibytes=512).clean(files.good_pdf())
    found: dict[str, Any] = json.loads(answer.content)
    return found


async def test_a_decoder_that_was_taken_over_can_open_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    said = await said_by_the_attacker(monkeypatch, tmp_path / "key.json")
    signal = said["tried"].pop("signal")

    assert set(said["tried"].values()) == {"EMFILE"}, said
    assert said["came in"] == "EBADF"
    assert signal == ("EPERM" if landlock_version() >= min(SCOPES) else "None")


@pytest.mark.skipif(landlock_version() < TCP_VERSION, reason="this kernel does not offer it")
async def test_also_as_root_it_reads_no_key_and_reaches_nobody_by_tcp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    said = (await said_by_the_attacker(monkeypatch, tmp_path / "key.json", ROOT))["tried"]
    denied = {name: said[name] for name in ("key", "environment", "memory", "directory", "file", "tcp")}

    assert set(denied.values()) == {"EACCES"}, said


def test_the_process_that_has_the_keys_is_not_readable_for_others_of_its_user():
    program = """
import ctypes
from contracts_service.security.confinement import hide_this_process
read = lambda: ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)  # PR_GET_DUMPABLE
before = read()
hide_this_process()
print(before, read())
"""
    said = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True).stdout

    assert said.splitlines()[-1] == "1 0"
