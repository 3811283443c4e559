"""Invents the members that the demonstration starts with: a few of each oddity that real files hold.

`espace up` imports `demo_members` through the contracts service's own import, and prints `demo_people` for a
newcomer. Numbers come from a generator seeded with the brand's name, so that every start gives the same people, and a
second import on the same day changes nothing. Three dates follow the calendar year of `today`: the next renewal, the start
of a contract that is not yet in force, and the end of one that is over. Two contracts follow the day itself: one begins on it
(its member is welcomed by mail), the other on the next (its member stays outside until then).
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from contracts_service.domain.personal_text import fold
from contracts_service.domain.social_security_number import parse_social_security_number

from espace_embedded.demo_names import HOMES, LAST_NAMES, MEN, NOBLE_NAME, ODD_HOMES, WOMEN
from espace_embedded.desk_relay import REFUSED

BRANDS = ("safiag", "mgas", "demo")


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """What a member of the demonstration knows, to be printed for a newcomer."""

    first_name: str
    last_name: str
    membership_number: str
    social_security_number: str
    birth_date: str
    email: str | None
    statement_identifier: str
    effective_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dependant:
    """Somebody whom the contract covers; `place` is the birth place in the own number, None for no own number."""

    sex: Literal[1, 2]
    birth_date: str
    place: str | None = None
    relation: str = "child"
    birth_rank: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Profile:
    """One member's oddities; `place` is the département and commune, or country, of birth."""

    sex: Literal[1, 2]
    birth_date: str
    place: str
    email: bool = True
    mailbox: bool = True
    first_digit: str | None = None
    nir_month: str | None = None
    last_name: str | None = None
    first_name: str | None = None
    home: str | None = None
    period: Literal["in force", "not yet", "over", "today", "tomorrow"] = "in force"
    kind: str = "individual"
    responsible: bool = True
    dependants: tuple[_Dependant, ...] = ()


_PROFILES = (
    # The three that are printed: with an e-mail, without one, and born in Corsica.
    _Profile(sex=2, birth_date="1984-11-03", place="75112", dependants=(_Dependant(sex=1, birth_date="2019-03-04"),)),
    _Profile(sex=1, birth_date="1942-06-16", place="29158", email=False),
    _Profile(
        sex=2,
        birth_date="1979-02-24",
        place="2A004",
        dependants=(
            _Dependant(sex=1, birth_date="1977-07-09", place="2B033", relation="spouse"),
            _Dependant(sex=2, birth_date="2008-06-02", place="2A004"),
            _Dependant(sex=1, birth_date="2016-03-22"),
        ),
    ),
    # Contracts out of the ordinary.
    _Profile(sex=1, birth_date="1991-05-30", place="33063", period="not yet"),
    _Profile(sex=2, birth_date="1968-09-12", place="44109", period="over"),
    _Profile(sex=1, birth_date="1987-01-19", place="69383", kind="group_mandatory"),
    _Profile(sex=2, birth_date="1993-08-11", place="13055", kind="group_voluntary", responsible=False),
    # Numbers: abroad, overseas, Corsica before 1976, North Africa, an unknown month, incomplete records, waiting.
    _Profile(sex=1, birth_date="1961-04-01", place="99351", email=False),
    _Profile(sex=2, birth_date="1977-12-25", place="97411", home="overseas"),
    _Profile(sex=1, birth_date="1955-10-10", place="20004", email=False),
    _Profile(sex=2, birth_date="1949-03-08", place="91352", email=False),
    _Profile(sex=1, birth_date="1958-00-00", place="99350", nir_month="31", email=False),
    _Profile(sex=2, birth_date="1960-42-00", place="99395", nir_month="42"),
    _Profile(sex=1, birth_date="1999-07-14", place="99243", first_digit="7"),
    # Names: none but one, sixty characters and more, one letter.
    _Profile(sex=2, birth_date="1996-02-29", place="99231", first_name="X"),
    _Profile(sex=1, birth_date="1970-08-15", place="99312", first_name="SP", email=False),
    _Profile(sex=1, birth_date="1951-11-11", place="49007", last_name=NOBLE_NAME),
    _Profile(sex=2, birth_date="2004-07-14", place="80021", last_name="Y", home="one letter"),
    # Addresses.
    _Profile(sex=1, birth_date="1966-06-06", place="51108", home="long town", email=False),
    _Profile(sex=2, birth_date="1982-10-27", place="69266", home="long building"),
    _Profile(sex=1, birth_date="1974-02-12", place="61006", home="post box"),
    _Profile(sex=2, birth_date="1989-04-18", place="98818", home="cedex"),
    _Profile(sex=1, birth_date="1964-12-31", place="99138", home="monaco"),
    _Profile(sex=2, birth_date="1995-01-01", place="99131", home="abroad"),
    # A family: twins, a partner, a grown child with a number of her own; and one that moves with the armies.
    _Profile(
        sex=1,
        birth_date="1983-03-21",
        place="83137",
        home="army",
        dependants=(
            _Dependant(sex=2, birth_date="1985-08-30", place="97209", relation="civil_partner"),
            _Dependant(sex=2, birth_date="2007-09-17", place="83137"),
            _Dependant(sex=1, birth_date="2021-05-05", birth_rank=1),
            _Dependant(sex=1, birth_date="2021-05-05", birth_rank=2),
        ),
    ),
    # A mailbox that is gone; and two who have just joined.
    _Profile(sex=1, birth_date="1957-04-05", place="35238", mailbox=False),
    _Profile(sex=2, birth_date="1998-09-19", place="34172", period="today", first_name="Manon"),
    _Profile(sex=1, birth_date="2001-12-08", place="31555", period="tomorrow", first_name="Théo"),
)
_WITH_EMAIL, _WITHOUT, _CORSICAN = 0, 1, 2
_WITHOUT_MAILBOX, _FROM_TODAY, _FROM_TOMORROW = 25, 26, 27
_PRINTED = {
    "safiag": (_WITH_EMAIL, _WITHOUT, _CORSICAN, _WITHOUT_MAILBOX),
    "mgas": (_WITH_EMAIL, _WITHOUT, _CORSICAN, _FROM_TODAY, _FROM_TOMORROW),
    "demo": (_WITH_EMAIL, _WITHOUT, _CORSICAN),
}


def demo_members(brand: str, *, today: date) -> list[dict[str, Any]]:
    """Return the brand's members as lines of `kind=members`; `today` is the day on which they are imported.

    Raises ValueError for a brand that has no demonstration.
    """
    dealt = _Dealer(BRANDS.index(brand))
    numbers = random.Random(f"demonstration of {brand}")  # noqa: S311 - invented people have no secrets
    return [
        _member(profile, place, brand, dealt=dealt, numbers=numbers) | {"contract": _contract(profile, place, today)}
        for place, profile in enumerate(_PROFILES)
    ]


def demo_people(brand: str, *, today: date) -> list[DemoPerson]:
    """Return the members to print: with an e-mail, without one, born in Corsica (with one), then those the brand shows best."""
    members = demo_members(brand, today=today)
    return [
        DemoPerson(
            first_name=member["first_name"],
            last_name=member["last_name"],
            membership_number=member["membership_number"],
            social_security_number=parse_social_security_number(member["nir"]).number15,
            birth_date=member["birth_date"],
            email=member["email"],
            statement_identifier=member["statement_identifier"],
            effective_date=member["contract"]["effective_date"],
        )
        for member in (members[place] for place in _PRINTED[brand])
    ]


class _Dealer:
    """Gives each place of the list other names and another home in each brand."""

    def __init__(self, brand_place: int) -> None:
        self._brand = brand_place

    def last_name(self, place: int) -> str:
        return LAST_NAMES[(place + 9 * self._brand) % len(LAST_NAMES)]

    def first_name(self, place: int, sex: int) -> str:
        names = MEN if sex == 1 else WOMEN
        return names[(place + 4 * self._brand) % len(names)]

    def home(self, place: int) -> dict[str, str]:
        return HOMES[(place + 3 * self._brand) % len(HOMES)]


def _member(profile: _Profile, place: int, brand: str, *, dealt: _Dealer, numbers: random.Random) -> dict[str, Any]:
    last = profile.last_name or dealt.last_name(place)
    first = profile.first_name or dealt.first_name(place, profile.sex)
    home = ODD_HOMES[profile.home] if profile.home else dealt.home(place)
    return {
        "membership_number": _digits(numbers, 8),
        "nir": _written_nir(_member_nir(profile, numbers), place),
        "title": "M." if profile.sex == 1 else "Mme",
        "last_name": last,
        "birth_name": dealt.last_name(place + 1) if profile.sex == 2 and place % 3 == 0 else None,
        "first_name": first,
        "birth_date": profile.birth_date,
        "email": _email(first, last, brand, mailbox=profile.mailbox) if profile.email else None,
        "phone": f"+3363998{_digits(numbers, 4)}" if place % 4 else None,
        "address": _ADDRESS | home,
        "statement_identifier": _digits(numbers, 10),
        "beneficiaries": [
            _beneficiary(dependant, last, dealt.first_name(place + nth, dependant.sex), numbers)
            for nth, dependant in enumerate(profile.dependants, start=1)
        ],
    }


_ADDRESS = dict.fromkeys(
    ("recipient", "complement", "building", "street", "locality", "postal_code", "city")
) | {"country": "FR"}  # fmt: skip


def _beneficiary(dependant: _Dependant, last: str, first: str, numbers: random.Random) -> dict[str, Any]:
    born = dependant.birth_date
    return {
        "first_name": first,
        "last_name": last,
        "birth_date": born,
        "birth_rank": dependant.birth_rank,
        "relation": dependant.relation,
        "nir": _nir(dependant.sex, f"{born[2:4]}{born[5:7]}", dependant.place, numbers) if dependant.place else None,
    }


def _contract(profile: _Profile, place: int, today: date) -> dict[str, Any]:
    later = {"not yet": date(today.year + 1, 7, 1), "today": today, "tomorrow": today + timedelta(days=1)}
    starts = later.get(profile.period, date(2012 + place % 10, 1 + place % 12, 1))
    ends = date(today.year - 1, 6, 30) if profile.period == "over" else None
    return {
        "product": ("Essentielle", "Équilibre", "Sérénité")[place % 3],
        "kind": profile.kind,
        "effective_date": starts.isoformat(),
        "renewal_date": date(today.year, 12, 31).isoformat(),
        "end_date": ends and ends.isoformat(),
        "responsible": profile.responsible,
        "guarantees": [
            {"code": "HOSP", "level": "200%"},
            {"code": "OPTI", "level": "250 EUR"},
            {"code": "DENT", "level": "125%"},
        ],
    }


def _member_nir(profile: _Profile, numbers: random.Random) -> str:
    month = profile.nir_month or profile.birth_date[5:7]
    return _nir(profile.first_digit or profile.sex, profile.birth_date[2:4] + month, profile.place, numbers)


def _nir(first_digit: str | int, year_and_month: str, place: str, numbers: random.Random) -> str:
    return f"{first_digit}{year_and_month}{place}{1 + int(numbers.random() * 998):03d}"


def _written_nir(nir: str, place: int) -> str:
    """Write every other number with its key, as files from different origins do."""
    return parse_social_security_number(nir).number15 if place % 2 else nir


def _digits(numbers: random.Random, length: int) -> str:
    # Of all methods of a generator, only random() is promised to give the same numbers in every version of Python.
    return f"{int(numbers.random() * 10**length):0{length}d}"


def _email(first: str, last: str, brand: str, *, mailbox: bool) -> str:
    names = (fold(name).encode("ascii", "ignore").decode().replace(" ", "-") for name in (first, last))
    return ".".join((*names, brand))[:60] + ("@example.org" if mailbox else f"@{REFUSED}")
