"""`espace up` as a newcomer starts it: one command, one port, the journeys of the two documents, stop, start again."""

import asyncio
import json
import re
import socket
import subprocess
from pathlib import Path

import pytest

from tests.support.embedded_space import ESPACE, import_members, opened, start, until_heard
from tests.support.journeys import (
    ACTIVATION,
    RESET,
    WELCOME,
    ask_for_reset,
    look_around,
    redeem,
    sign_in,
    token_from_mail,
)
from tests.support.members import member_line

pytestmark = pytest.mark.slow


async def test_it_stops_cleanly_and_finds_everything_again_in_under_20_seconds(tmp_path: Path) -> None:
    email, passphrase = "retour.demain@example.org", "cheval agrafe batterie correcte"
    first = start(tmp_path / "state", "--no-demo")
    try:
        async with opened(first) as space:
            await import_members(first, space, "mgas", member_line(4, email=email))
            await ask_for_reset(space, "mgas", email)
            await redeem(space, "mgas", await token_from_mail(space, email), passphrase)
            before = await look_around(space, (await sign_in(space, "mgas", email, passphrase))["access_token"])
        status = first.stop()
        again = start(tmp_path / "state", "--no-demo")
        begun = asyncio.get_running_loop().time()
        try:
            async with opened(again) as space:
                seconds = asyncio.get_running_loop().time() - begun
                signed_in = await sign_in(space, "mgas", email, passphrase)
                after = await look_around(space, signed_in["access_token"])
                mails = [mail for mail in await space.mails_to(email) if RESET in mail.subject]
        finally:
            clean = again.stop()
    finally:
        first.stop()

    assert (status, clean) == (0, 0)
    assert after == before
    assert len(mails) == 1
    assert seconds < 20


async def test_the_demonstration_tells_who_there_is_and_what_to_try(tmp_path: Path) -> None:
    running = start(tmp_path / "state")
    try:
        async with opened(running) as space:
            told = running.output.read_text()
            emails = re.findall(r"\S+mgas@example\.org", told)
            tried = re.findall(r"curl (\S+) \\\n .*-d '(.*)'\n", told)
            await until_heard(running)
            answers = [await space.call("POST", url, json.loads(body), "") for url, body in tried]
            activation = await token_from_mail(space, "moi@example.org", about=ACTIVATION)
            welcome = await token_from_mail(space, emails[2], about=WELCOME)
            async with space.client.get(f"{running.base}/_desk/templates/mgas/welcome") as response:
                template = await response.text()
    finally:
        running.stop()

    assert told.count("adhésion") == 12
    assert answers[0] == (200, {"email": emails[0]})
    assert [status for status, _ in answers] == [200, 202]
    assert activation != welcome
    assert f"{running.base}/_desk/templates" in told
    assert "bienvenue, votre espace adhérent est ouvert" in template


async def test_a_folder_of_brands_that_is_not_one_is_told_in_one_line(tmp_path: Path) -> None:
    running = start(tmp_path / "state", "--no-demo", "--brands", str(tmp_path / "nowhere"))
    status = await asyncio.to_thread(running.process.wait, 30)

    assert status == 1
    assert "no <brand>.toml here" in running.output.read_text().splitlines()[-1]
    assert "Traceback" not in running.output.read_text()


async def test_a_state_directory_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    running = start(tmp_path / "file" / "state", "--no-demo", output=tmp_path / "out")
    status = await asyncio.to_thread(running.process.wait, 30)

    assert status == 1
    assert running.output.read_text().splitlines()[-1].startswith("espace: cannot write to ")


def test_a_token_needs_a_space_that_was_started_once(tmp_path: Path) -> None:
    command = [str(ESPACE), "token", "--brand", "mgas", "--role", "back-office", "--state", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("espace: no staff keys at ")


async def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = start(tmp_path / "state", "--no-demo", port=port)
        status = await asyncio.to_thread(running.process.wait, 20)

    assert status == 1
    assert running.output.read_text().splitlines() == [
        f"espace: port {port} is taken: stop what uses it or choose another with --port"
    ]


async def test_it_refuses_to_be_production(tmp_path: Path) -> None:
    running = start(tmp_path / "state", environment={"ENVIRONMENT": "production"})
    status = await asyncio.to_thread(running.process.wait, 20)

    assert status == 1
    assert "not for production" in running.output.read_text()
