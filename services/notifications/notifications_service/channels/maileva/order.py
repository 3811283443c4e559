"""What is ordered of the print provider for one letter, in its fields. Nothing is archived there, no one is told by e-mail."""

from typing import Any
from uuid import UUID

from notifications_service.channels.letter_folder import PrintedLetter
from notifications_service.channels.maileva.settings import MailevaSettings
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.provider_address import ProviderAddress, provider_address


def sending_of(letter: PrintedLetter, brand: BrandSender, settings: MailevaSettings) -> dict[str, Any]:
    """Return the sending of a letter: our id for it, how it is printed, and to whom it is returned.

    A page that shows its address leaves no window in which the provider could print it: a sheet goes in front of it then.
    """
    is_covered = settings.maileva_address == "provider" and letter.shows_address
    sender = {f"sender_{name}": value for name, value in _fields(provider_address(brand.return_address)).items()}
    return sender | {
        "name": str(letter.id),
        "custom_id": str(letter.id),
        "color_printing": True,
        "duplex_printing": False,  # one page
        "optional_address_sheet": settings.maileva_address == "sheet" or is_covered,
        "envelope_windows_type": "SIMPLE",  # our page says above the window who writes
        "print_sender_address": False,
        "postage_type": brand.letters.postage,
        "archiving_duration": 0,
        "treat_undelivered_mail": settings.maileva_undelivered,
        "with_health_data": settings.maileva_health_data,
    }


def recipient_of(letter_id: UUID, address: ProviderAddress) -> dict[str, str]:
    """Return the recipient of a letter; its own id has 32 characters at most."""
    return _fields(address) | {"custom_id": letter_id.hex}


def _fields(address: ProviderAddress) -> dict[str, str]:
    lines = {f"address_line_{number}": line for number, line in address.lines.items()}
    return lines | {"country_code": address.country_code}
