"""A postal address as a person gives it: a merge patch onto the former one, read, and laid out as letters will print it.

What no envelope takes is refused here, where the person can still put it right, and not weeks later when a letter leaves:
six lines of 38 characters, seven with the country (NF Z 10-011; the lay-out itself is `service_kit.postal_address`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from service_kit.postal_abbreviations import BUILDING_WORDS, SAINTS, STREET_TITLES, STREET_TYPES
from service_kit.postal_address import LINE_LIMIT, AddressDoesNotFit, PostalAddress, address_lines
from service_kit.postal_capitals import NotPostalLettersError, postal_capitals, printable_words
from service_kit.problems import FieldProblem

from contracts_service.domain.enrolment_fields import Reading
from contracts_service.domain.enrolment_line import AddressPart
from contracts_service.domain.line_problems import problems_of

_LINES = {
    "recipient": "destinataire",
    "complement": "appartement, étage",
    "building": "bâtiment, résidence",
    "street": "numéro et voie",
    "locality": "lieu-dit, boîte postale",
    "city": "code postal et commune",
    "country": "pays",
    "postal_code": "code postal",
}
_ABBREVIATIONS: Mapping[str, Mapping[str, str]] = {
    "complement": BUILDING_WORDS,
    "building": BUILDING_WORDS,
    "street": STREET_TYPES | STREET_TITLES,
    "locality": BUILDING_WORDS | SAINTS,
    "city": SAINTS,
}
SHORT_NAME = "X"  # stands for a name that fits


class AddressRefused(ValueError):
    """The address cannot be kept, or not be printed: `problems` says which of its fields, and what to do."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__("address-refused")
        self.problems = problems


@dataclass(frozen=True, repr=False)
class Named:
    """Whom letters to the address are for."""

    title: str | None
    last_name: str
    first_name: str | None


def patched_address(
    former: Mapping[str, Any], patch: Mapping[str, str | None], named: Named, reading: Reading
) -> dict[str, Any]:
    """Return `former` with the fields of `patch` (null takes one away, RFC 7396); raise AddressRefused."""
    merged = {name: value for name, value in {**former, **patch}.items() if value is not None}
    try:
        address = AddressPart.model_validate(merged, context=reading).model_dump(mode="json")
    except ValidationError as error:
        raise AddressRefused(tuple(_of_address(problem) for problem in problems_of(error).fields)) from None
    _check_prints(address, named)
    return address


def printed_lines(address: Mapping[str, Any], named: Named) -> list[str] | None:
    """Return the lines that a letter's window shows; None where they do not fit, which only a file can have brought."""
    try:
        return _lines(address, named)
    except AddressDoesNotFit:
        return None


def _check_prints(address: Mapping[str, Any], named: Named) -> None:
    try:
        _lines(address, named)
    except AddressDoesNotFit as error:
        if error.field == "name" and named.last_name != SHORT_NAME:
            # Nobody chooses a name here: the back office hears of it when a letter leaves.
            return _check_prints(address, Named(None, SHORT_NAME, None))
        raise AddressRefused((_problem(error, address),)) from None


def _lines(address: Mapping[str, Any], named: Named) -> list[str]:
    postal = PostalAddress(**{**address, "postal_code": address["postal_code"] or ""})
    return address_lines(named.title, named.last_name, named.first_name, postal)


def _of_address(problem: FieldProblem) -> FieldProblem:
    return FieldProblem(f"address.{problem.field}", problem.code, problem.detail)


def _problem(error: AddressDoesNotFit, address: Mapping[str, Any]) -> FieldProblem:
    field = f"address.{error.field}"
    if error.reason == "too_many_lines":
        words = "Cette adresse a trop de lignes\u202f: une enveloppe en prend six, et une de plus pour le pays."
        return FieldProblem(field, "too-many-lines", f"{words} Réunissez-en deux, ou retirez le destinataire.")
    if error.reason == "too_long":
        return FieldProblem(field, "line-too-long", _too_long(error.field, address))
    words = "Cette ligne contient un caractère que la poste ne sait pas lire. Écrivez-la en lettres latines."
    return FieldProblem(field, "not-postal-letters", words)


def _too_long(field: str, address: Mapping[str, Any]) -> str:
    short = "\u202f; ".join(f"{word}\u202f→\u202f{abbreviation}" for word, abbreviation in _shortened(field, address))
    even = f", même avec les abréviations de la norme ({short})" if short else ""
    return (
        f"La ligne «\u202f{_LINES[field]}\u202f» est trop longue\u202f: une enveloppe prend {LINE_LIMIT} caractères "
        f"par ligne{even}. Raccourcissez-la, ou mettez-en une partie sur une autre ligne."
    )


def _shortened(field: str, address: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return which words of a line the norm abbreviates, and how: words of its lists, so that nothing personal is repeated."""
    try:
        words = f" {postal_capitals(printable_words(address.get(field)))} "
    except NotPostalLettersError:
        return []
    return [(word, short) for word, short in _ABBREVIATIONS.get(field, {}).items() if f" {word} " in words]
