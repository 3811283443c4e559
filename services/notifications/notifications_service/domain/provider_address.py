"""An address block as a print provider takes it that prints it by itself: six numbered lines, and the country's code.

The lines of the norm are numbered from the bottom: the town is the sixth, the person the second (the first is a company's),
whatever lies between them comes in its order. What is printed in the end is the same block.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service_kit.postal_address import AddressDoesNotFit
from service_kit.postal_countries import country_code

PLACES = {1: (2,), 2: (2, 4), 3: (2, 3, 4), 4: (1, 2, 3, 4), 5: (1, 2, 3, 4, 5)}  # lines above the town → their numbers
TOWN = 6

# Postcodes of France's overseas parts and of Monaco, by what they begin with (ISO 3166); a longer beginning goes first.
_OVERSEAS = {
    "97133": "BL",
    "97150": "MF",
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "980": "MC",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}


@dataclass(frozen=True, repr=False)
class ProviderAddress:
    """Numbered lines, 1 to 6, those that are blank left out; and an ISO 3166 code."""

    lines: dict[int, str]
    country_code: str


def provider_address(printed: Sequence[str]) -> ProviderAddress:
    """Number the lines of an address block, as `service_kit.postal_address` lays it out; raise AddressDoesNotFit."""
    country = country_code(printed[-1])
    *above, town = printed[:-1] if country else printed
    if len(above) not in PLACES:
        raise AddressDoesNotFit("recipient", "too_many_lines")
    lines = dict(zip(PLACES[len(above)], above, strict=True))
    return ProviderAddress(lines | {TOWN: town}, country or _french_part(town))


def _french_part(town: str) -> str:
    postal_code = town[:5]
    if not (postal_code.isascii() and postal_code.isdigit() and town[5:6] == " "):
        raise AddressDoesNotFit("country", "malformed")  # abroad, in a country whose code nobody knows
    return next((code for start, code in _OVERSEAS.items() if postal_code.startswith(start)), "FR")
