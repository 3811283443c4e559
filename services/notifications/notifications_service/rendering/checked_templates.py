"""The check at start: every template of every brand is filled in with samples, before anybody waits for a message."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from service_kit.brands import BrandFileUnusable

from notifications_service.channels.brand_templates import FOLDER, BrandTemplates, Own, read_own_templates
from notifications_service.channels.letter_pdf import LetterPress
from notifications_service.channels.mail_templates import TemplateUnusable
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.message_kinds import LETTERS, MAILS
from notifications_service.rendering.previews import BrandPreviews
from notifications_service.rendering.samples import samples

FRAME = "frame"
ADDRESS_TO_TYPE = "posted_code"  # the letter with the brand's longest address: it may be too long for the page
GIVEN_TO_EVERY_HTML = frozenset({"opening"})


def open_templates(brands_directory: Path, brands: Mapping[str, BrandSender]) -> BrandTemplates:
    """Read the brands' own templates and check them all; raise BrandFileUnusable."""
    own = read_own_templates(brands_directory, brands.keys())
    check_templates(brands, own)
    return BrandTemplates(own)


def check_templates(brands: Mapping[str, BrandSender], own: Mapping[str, Own]) -> None:
    """Raise BrandFileUnusable for a template that cannot be filled in, by brand and file, with what it lacks."""
    for name, brand in brands.items():
        _check(name, brand.model_dump_json(), tuple(own[name].items()))


@lru_cache(maxsize=64)  # once a process for the same brand
def _check(name: str, brand: str, own: tuple[tuple[str, str], ...]) -> None:
    previews = BrandPreviews(BrandSender.model_validate_json(brand), dict(own), public_url=None)
    try:
        _check_mails(previews)
        _check_letters(previews)
    except TemplateUnusable as error:
        raise BrandFileUnusable(f"{name}/{FOLDER}/{error}") from None


def _check_mails(previews: BrandPreviews) -> None:
    known: dict[str, frozenset[str]] = {}
    for purpose, kind in MAILS.items():
        given = [previews.mail_words(sample) for sample in samples(kind)]
        known[purpose] = frozenset[str]().union(*given)
        for sample in samples(kind):
            previews.mail(sample)
    # In branches that no sample takes, too.
    known[FRAME] = frozenset.intersection(*known.values())
    for place in previews.own:
        folder, _, file = place.partition("/")
        if not file.endswith(".typ"):
            more = GIVEN_TO_EVERY_HTML if file.endswith(".html") else frozenset()
            unknown = previews.unknown_values(place, known[folder] | more)
            if unknown:
                raise TemplateUnusable(place, f"asks for {', '.join(unknown)}, which {folder} does not have")


def _check_letters(previews: BrandPreviews) -> None:
    press = LetterPress()
    own = {place.partition("/")[0] for place in previews.own if place.endswith(".typ")}
    for purpose, kind in LETTERS.items():
        # Drawing all of them takes a third of a second; tests do, for those that ship with the service.
        if FRAME in own or purpose in own | {ADDRESS_TO_TYPE}:
            for sample in samples(kind):
                previews.letter(press, sample)
