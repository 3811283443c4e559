"""Keys that mails are signed with: what a mail costs is measured with its signature."""

from pathlib import Path

from notifications_service.domain.brand_sender import BrandSender
from notifications_service.resources import SERVICE
from service_kit.brands import read_brands
from service_kit.key_material import make_dkim_key

from tests.support.notifications_fixtures import BRANDS


def dkim_keys(directory: Path) -> Path:
    """Make a key for each brand, and return the value of NOTIFICATIONS_DKIM_DIRECTORY."""
    for sender in read_brands(BRANDS, SERVICE, BrandSender).values():
        make_dkim_key(directory / "dkim" / sender.sender_domain, "bench")
    return directory / "dkim"
