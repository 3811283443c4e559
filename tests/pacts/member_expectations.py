"""What a consumer may expect of a member's state: fields with matchers, of which each consumer takes those that it reads."""

from typing import Any

from pact import match

from tests.support.pacts import a_day, an_id

FULL: dict[str, Any] = {
    "version": match.int(1),
    "brand": match.str("mgas"),
    "effective_date": a_day("2024-03-01"),
    "renewal_date": a_day("2027-02-28"),
    "end_date": a_day("2027-02-28"),
    "responsible": match.bool(True),
    "guarantees": match.each_like({"code": match.str("HOSP"), "level": match.str("200 % BR")}, min=1),
    "delivery_preference": match.regex("electronic", regex=r"electronic|paper"),
    "membership_number": match.regex("00412307", regex=r"[0-9]{8}"),
    "nir": match.regex("2840675111042", regex=r"[1-8][0-9]{4}([0-9]{2}|2A|2B)[0-9]{6}"),
    "title": match.str("Mme"),
    "last_name": match.str("Lefèvre"),
    "birth_name": match.str("D’Aubigné"),
    "first_name": match.str("Anne-Sophie"),
    "birth_date": a_day("1984-06-17"),
    "email": match.regex("anne.sophie@courriel.example", regex=r"[^@\s]+@[^@\s]+"),
    "statement_identifier": match.regex("0470160050", regex=r"[0-9]{10}"),
    "address": {
        "recipient": match.str("Chez M. Benali"),
        "complement": match.str("Boîte 4"),
        "building": match.str("Résidence Les Tilleuls"),
        "street": match.str("12 bis rue de l’Église"),
        "locality": None,  # an address block has six lines
        "postal_code": match.regex("75011", regex=r"[0-9]{5}"),
        "city": match.str("Paris"),
        "country": match.regex("FR", regex=r"[A-Z]{2}"),
    },
    "beneficiaries": match.each_like(
        {
            "first_name": match.str("Éloi"),
            "last_name": match.str("Lefèvre"),
            "birth_date": a_day("2015-03-09"),
            "birth_rank": match.int(1),
        },
        min=1,
    ),
}
# Of some members nothing more is known; what is not known is null, never left out and never "".
BARE: dict[str, Any] = FULL | {
    "brand": match.str("safiag"),
    "renewal_date": None,
    "end_date": None,
    "guarantees": [],
    "nir": match.regex("1489999351006", regex=r"[1-8][0-9]{4}([0-9]{2}|2A|2B)[0-9]{6}"),
    "title": None,
    "birth_name": None,
    "first_name": None,
    "birth_date": a_day("1948-00-00"),
    "email": None,
    "statement_identifier": None,
    "address": {
        "recipient": None,
        "complement": None,
        "building": None,
        "street": None,
        "locality": match.str("Le Bourg"),
        "postal_code": match.regex("20220", regex=r"[0-9]{5}"),
        "city": match.str("L’Île-Rousse"),
        "country": match.regex("FR", regex=r"[A-Z]{2}"),
    },
    "beneficiaries": [],
}
ALL_KNOWN = "all that can be known of a member is known"
LITTLE_KNOWN = "of a member only what must be known is known"


def member(fields: dict[str, Any], member_id: str, *names: str, **changes: Any) -> dict[str, Any]:
    """Return the fields of `names`, and who it is."""
    return {"member_id": an_id(member_id)} | {name: fields[name] for name in names} | changes
