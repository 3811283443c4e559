"""The command `preview`: every mail and letter of every brand with sample data, as files to look at.

It reads the brands' directory only: no database, no broker, no relay. For a mail it writes what is read in HTML and in plain
text, and the whole as it would be sent (.eml); for a letter its PDF.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from service_kit.brands import read_brands
from service_kit.command_line import CommandFailed, OwnCommand

from notifications_service.channels.brand_templates import read_own_templates
from notifications_service.channels.letter_pdf import LetterPress
from notifications_service.channels.mail_templates import TemplateUnusable
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.rendering.previews import BrandPreviews
from notifications_service.rendering.samples import Sample, SampleMissing, kinds, samples

SERVICE = "notifications"
DEFAULT_DIRECTORY = Path("previews")


class PreviewSettings(BaseSettings):
    """What a preview needs of the settings of notifications."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", env_ignore_empty=True)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    brands_directory: Path = Field(description="folder of <brand>.toml")
    public_url: str | None = Field(None, pattern=r"^https?://\S+$")


async def preview(settings: PreviewSettings, arguments: Namespace) -> str:
    """Write the previews and return where; raise CommandFailed with the template at fault and what it lacks."""
    brands = read_brands(settings.brands_directory, SERVICE, BrandSender)
    own = read_own_templates(settings.brands_directory, brands.keys())
    asked = _asked("brand", arguments.brand, list(brands))
    purposes = _asked("purpose", arguments.purpose, list(dict.fromkeys(kind.purpose for kind in kinds())))
    count, press = 0, LetterPress()
    for name in asked:
        previews = BrandPreviews(brands[name], own[name], settings.public_url)
        try:
            for sample in _samples(purposes):
                _write(arguments.out / name, sample, _files(previews, press, sample))
                count += 1
        except (TemplateUnusable, SampleMissing) as error:
            raise CommandFailed(f"{name}: {error}") from None
    return f"{count} messages of {', '.join(asked)} in {arguments.out}"


def _asked(what: str, asked: list[str] | None, known: list[str]) -> list[str]:
    unknown = [one for one in asked or [] if one not in known]
    if unknown:
        raise CommandFailed(f"there is no {what} {', '.join(unknown)}; there are {', '.join(known)}")
    return asked or known


def _samples(purposes: list[str]) -> Iterator[Sample]:
    for kind in kinds():
        if kind.purpose in purposes:
            yield from samples(kind)


def _files(previews: BrandPreviews, press: LetterPress, sample: Sample) -> dict[str, bytes]:
    """Return ending → content."""
    if sample.kind.channel == "letter":
        return {"pdf": previews.letter(press, sample)}
    mail = previews.mail(sample)
    return {"html": mail.html.encode(), "txt": mail.text.encode(), "eml": previews.mail_bytes(mail, sample)}


def _write(folder: Path, sample: Sample, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for ending, content in files.items():
        (folder / f"{sample.name}.{ending}").write_bytes(content)


def _describe(parser: ArgumentParser) -> None:
    parser.add_argument("--brand", action="append", help="this brand only; may be said several times")
    parser.add_argument(
        "--purpose", action="append", help="this message only, such as welcome; may be said several times"
    )
    parser.add_argument("--out", type=Path, default=DEFAULT_DIRECTORY, help="where to write (previews)")


COMMAND = OwnCommand("preview", "write every mail and letter with sample data", preview, _describe, PreviewSettings)
