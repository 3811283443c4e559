"""The command `preview` as a brand's editor runs it: nothing but the brands' folder is needed, and a mistake is named."""

import email
import email.policy
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest
from notifications_service.domain.message_kinds import LETTERS, MAILS
from notifications_service.preview import COMMAND, PreviewSettings
from notifications_service.rendering.samples import kinds, samples
from notifications_service.settings import NotificationsSettings
from service_kit.command_line import CommandFailed

pytestmark = pytest.mark.unit

BRANDS = Path(__file__).parents[3] / "deploy" / "brands"


async def asked(
    out: Path, *, brands: Path = BRANDS, brand: list[str] | None = None, purpose: list[str] | None = None
) -> str:
    return await COMMAND.run(
        PreviewSettings(brands_directory=brands, public_url=None), Namespace(out=out, brand=brand, purpose=purpose)
    )


@pytest.mark.slow
def test_every_message_of_a_brand_is_written_in_every_form(tmp_path: Path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NOTIFICATIONS_")}
    done = subprocess.run(
        [sys.executable, "-m", "notifications_service", "preview", "--brand", "mgas", "--out", str(tmp_path)],
        env=environment | {"NOTIFICATIONS_BRANDS_DIRECTORY": str(BRANDS)},
        capture_output=True,
        text=True,
        check=False,
    )
    endings = {"email": ("html", "txt", "eml"), "letter": ("pdf",)}
    expected = {f"{one.name}.{ending}" for kind in kinds() for one in samples(kind) for ending in endings[kind.channel]}

    assert (done.returncode, done.stderr) == (0, "")
    assert {file.name for file in (tmp_path / "mgas").iterdir()} == expected
    assert all(file.stat().st_size > 100 for file in (tmp_path / "mgas").iterdir())
    mail = email.message_from_bytes((tmp_path / "mgas" / "welcome.eml").read_bytes(), policy=email.policy.default)
    text = mail.get_body(("plain",))
    assert mail["Subject"] == "MGAS\u202f: bienvenue, votre espace adhérent est ouvert"
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == (tmp_path / "mgas" / "welcome.txt").read_text(encoding="utf-8")


async def test_one_brand_and_one_message_can_be_asked_for(tmp_path: Path):
    told = await asked(tmp_path, brand=["safiag"], purpose=["access_requested"])

    assert told == f"5 messages of safiag in {tmp_path}"
    assert [folder.name for folder in tmp_path.iterdir()] == ["safiag"]
    assert {file.name.split(".")[0] for file in (tmp_path / "safiag").iterdir()} == {"access_requested"}
    assert "access_requested" in MAILS.keys() & LETTERS.keys()


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ({"brand": ["safiga"]}, "there is no brand safiga; there are demo, mgas, safiag"),
        ({"purpose": ["welcom"]}, "there is no purpose welcom; there are password_reset, "),
    ],
)
async def test_what_there_is_not_is_named_with_what_there_is(tmp_path: Path, what: dict[str, list[str]], told: str):
    with pytest.raises(CommandFailed, match=f"^{told}"):
        await asked(tmp_path, **what)


async def test_a_value_that_is_missing_is_named_with_brand_and_file(tmp_path: Path):
    brands = shutil.copytree(BRANDS, tmp_path / "brands")
    (brands / "mgas" / "templates" / "welcome" / "body.txt").write_text("Bonjour {{ prenom }}")

    with pytest.raises(CommandFailed, match=r"^mgas: welcome/body.txt: 'prenom' is undefined$"):
        await asked(tmp_path / "out", brands=brands, purpose=["welcome"])


def test_its_settings_are_some_of_the_services():
    both = PreviewSettings.model_fields.keys() & NotificationsSettings.model_fields.keys()

    assert both == PreviewSettings.model_fields.keys()
    assert PreviewSettings.model_config["env_prefix"] == NotificationsSettings.model_config["env_prefix"]
