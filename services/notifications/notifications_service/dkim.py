"""The commands `dkim-key` and `dkim-record`: make a key that mails are signed with, and print what the DNS must say of it.

Both look at NOTIFICATIONS_DKIM_DIRECTORY only; nothing is sent, and no database is opened.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from service_kit.brands import read_brands
from service_kit.command_line import CommandFailed, OwnCommand
from service_kit.key_material import make_dkim_key

from notifications_service.channels.dkim_keys import CURRENT, SELECTOR, DkimKey, read_key
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.resources import SERVICE
from notifications_service.settings import NotificationsSettings

LONGEST_STRING = 255  # octets of one string of a TXT record (RFC 1035, 3.3)


async def make_key(settings: NotificationsSettings, arguments: Namespace) -> str:
    """Make a key of a domain and return its record; the first one of a domain signs at once."""
    folder = _folder(settings, arguments.domain)
    if not SELECTOR.fullmatch(arguments.selector):
        raise CommandFailed("a selector is lower-case letters, digits and hyphens, such as 2026-11")
    if (file := folder / f"{arguments.selector}.pem").exists():
        raise CommandFailed(f"{file} exists: choose another selector")
    make_dkim_key(folder, arguments.selector)
    return "\n".join(
        (
            _record(arguments.domain, read_key(file), signing=_signing(folder)),
            f"; publish it; once the DNS shows it, write {arguments.selector} into {folder / CURRENT}",
        )
    )


async def print_records(settings: NotificationsSettings, arguments: Namespace) -> str:
    """Return the records of all keys of one domain, or of every brand's, ready for a zone file."""
    brands = read_brands(settings.brands_directory, SERVICE, BrandSender).values()
    domains = [arguments.domain] if arguments.domain else sorted({brand.sender_domain for brand in brands})
    lines = [line for domain in domains for line in _records(_folder(settings, domain), domain)]
    return "\n".join(lines)


def _records(folder: Path, domain: str) -> list[str]:
    files = sorted(folder.glob("*.pem"))
    return [_record(domain, read_key(file), signing=_signing(folder)) for file in files] or [f"; {domain}: no key"]


def _record(domain: str, key: DkimKey, *, signing: list[str]) -> str:
    text = key.record()
    strings = (text[start : start + LONGEST_STRING] for start in range(0, len(text), LONGEST_STRING))
    use = "signs" if key.selector in signing else "does not sign"
    quoted = " ".join(f'"{one}"' for one in strings)
    return f"; {use}\n{key.selector}._domainkey.{domain}. IN TXT ( {quoted} )"


def _folder(settings: NotificationsSettings, domain: str) -> Path:
    if settings.dkim_directory is None:
        raise CommandFailed("NOTIFICATIONS_DKIM_DIRECTORY says where the keys are; it is not set")
    return settings.dkim_directory / domain


def _signing(folder: Path) -> list[str]:
    current = folder / CURRENT
    return current.read_text().split() if current.exists() else []


def _name_key(parser: ArgumentParser) -> None:
    parser.add_argument("domain", help="of the address that mails are from")
    parser.add_argument("selector", help="the key's name in the DNS, such as 2026-11")


def _name_domain(parser: ArgumentParser) -> None:
    parser.add_argument("domain", nargs="?", help="of every brand by default")


COMMANDS = (
    OwnCommand("dkim-key", "make a key that mails are signed with", make_key, _name_key),
    OwnCommand(
        "dkim-record", "print the DNS records of the keys that mails are signed with", print_records, _name_domain
    ),
)
