"""Members by number, as an enrolment file tells them: everything about one is computed from the number, ids included."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as QuickUUID  # a uuid.UUID that is made in a fifth of the time
from contracts_service.domain.insured_people import MEMBERS_RANK, InsuredContract, InsuredPerson

BRAND = "mgas"
FAMILIES = (0,) * 12 + (1,) * 4 + (2,) * 3 + (3,)  # 0.65 beneficiaries a member, so 1.65 persons
ADULT_EVERY = 10  # beneficiaries: a tenth are known apart from the member (code de la mutualité, L114-2)
TOWNS = (("75011", "Paris"), ("20217", "Canari"), ("94240", "L’Haÿ-les-Roses"), ("97410", "Saint-Pierre"))
NAMES = ("Durand", "N’Guyen", "Lefèvre", "d’Arc", "Œuvrard", "Le Gall", "Saint-Exupéry", "Martin")
FIRST_NAMES = ("Maëlys", "Loïc", "Fañch", "Anne", "Gaël", "Inès", "Zoé", "Jean-François")


@dataclass(frozen=True)
class Someone:
    """A beneficiary: the rest is in the enrolment line."""

    id: UUID
    birth_date: str
    is_adult: bool


def id_of(kind: str, number: int, place: int = 0) -> UUID:
    """Return the id of a member, a contract or a beneficiary, as scattered as a random one."""
    return QuickUUID(hashlib.blake2b(f"{kind}:{number}:{place}".encode(), digest_size=16).digest())


def membership_number(number: int) -> str:
    """Return the membership number (8 digits) of member `number`."""
    return f"{10_000_000 + number}"


def birth_date(number: int) -> str:
    """Return a member's date of birth: an adult's."""
    return f"{1935 + number % 70}-{number // 70 % 12 + 1:02}-{number // 840 % 28 + 1:02}"


def family(number: int, today: date) -> list[Someone]:
    """Return the beneficiaries of member `number`, no two of the same birth: children under 16, and a tenth of adults."""
    found = []
    for place in range(FAMILIES[number % len(FAMILIES)]):
        is_adult = (number // len(FAMILIES) + place) % ADULT_EVERY == 0
        year = 1950 + number % 40 if is_adult else today.year - 15 + (number + 5 * place) % 15
        month, day = number // 3 % 12 + 1, number // 36 % 28 + 1
        found.append(
            Someone(
                id_of("beneficiary", number, place),
                f"{year}-{month:02}-{day:02}" if is_adult or year < today.year else f"{year}-01-01",
                is_adult,
            )
        )
    return found


def insured(number: int, today: date) -> InsuredContract:
    """Return a contract and its people, as lines of money name them."""
    member = InsuredPerson(id_of("member", number), birth_date(number), MEMBERS_RANK, True)
    others = [InsuredPerson(one.id, one.birth_date, 1, True) for one in family(number, today)]
    return InsuredContract(id_of("contract", number), (member, *others))


def enrolment(number: int, today: date) -> dict[str, Any]:
    """Return the line of `kind=members` that enrols member `number`."""
    postal_code, city = TOWNS[number % len(TOWNS)]
    last_name = NAMES[number % len(NAMES)]
    return {
        "membership_number": membership_number(number),
        "nir": _nir(birth_date(number), number),
        "title": ("M.", "Mme")[number % 2],
        "last_name": last_name,
        "birth_name": None,
        "first_name": FIRST_NAMES[number // 8 % len(FIRST_NAMES)],
        "birth_date": birth_date(number),
        "email": f"personne.{number}@example.org" if number % 4 else None,
        "phone": f"06{number:08}",
        "address": {
            "recipient": None,
            "complement": None,
            "building": None,
            "street": f"{number % 200 + 1} rue de l’Église",
            "locality": None,
            "postal_code": postal_code,
            "city": city,
            "country": "FR",
        },
        "statement_identifier": f"{5_000_000_000 + number}",
        "contract": {
            "product": ("Essentielle", "Sérénité")[number % 2],
            "kind": "individual",
            "effective_date": f"{2010 + number % 10}-01-01",
            "renewal_date": f"{today.year}-12-31",
            "end_date": None,
            "responsible": True,
            "guarantees": [{"code": "HOSP", "level": "200 %"}, {"code": "OPTI", "level": "250 EUR"}],
        },
        "beneficiaries": [
            {
                "first_name": FIRST_NAMES[(number + place + 3) % len(FIRST_NAMES)],
                "last_name": last_name,
                "birth_date": one.birth_date,
                "birth_rank": 1,
                "relation": "spouse" if one.is_adult else "child",
                "nir": _nir(one.birth_date, number + 500 * place + 7),
            }
            for place, one in enumerate(family(number, today))
        ],
    }


def _nir(born: str, number: int) -> str:
    return f"{number % 2 + 1}{born[2:4]}{born[5:7]}75{number % 900 + 100:03}{number // 900 % 999 + 1:03}"


def iban_of(number: int) -> str:
    """Return a French IBAN of 27 characters (ISO 13616; the account's own key is not computed)."""
    account = f"3000600001{number:011}00"
    return f"FR{98 - int(f'{account}152700') % 97:02}{account}"  # F = 15, R = 27
