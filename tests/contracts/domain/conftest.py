"""One good enrolment line to change, and the reader that the tests of the domain drive."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from contracts_service.domain.enrolment_line import (
    BrandRules,
    EnrolmentLine,
    LineProblems,
    parse_enrolment_line,
)

TODAY = date(2026, 11, 21)
RULES = BrandRules(membership_number=re.compile(r"[0-9]{8}"), statement_identifier=re.compile(r"[0-9]{10}"))


@pytest.fixture
def read() -> Callable[[Any], EnrolmentLine | LineProblems]:
    """Read a line on 21 November 2026 under the rules of a brand with 8 and 10 digits."""
    return lambda raw: parse_enrolment_line(raw, RULES, today=TODAY)


@pytest.fixture
def line() -> dict[str, Any]:
    """A good line: a member in Corsica and two children, one with a number of her own."""
    return {
        "membership_number": "00412307",
        "nir": "2 69 05 2A 004 018",
        "title": "Mme",
        "last_name": "d'Arc",
        "birth_name": "Œuvrard",
        "first_name": "Maëlys",
        "birth_date": "1969-05-17",
        "email": "maelys@example.org",
        "phone": "+33612345678",
        "address": {
            "recipient": None,
            "complement": "Appartement 12",
            "building": "Résidence Les Tilleuls, Bâtiment C",
            "street": "2 bis, rue des Écoles",
            "locality": "Lieu-dit Kerouz",
            "postal_code": "20000",
            "city": "Ajaccio",
            "country": "FR",
        },
        "statement_identifier": "0470160050",
        "contract": {
            "product": "Sérénité",
            "kind": "individual",
            "effective_date": "2019-06-08",
            "renewal_date": "2026-12-31",
            "end_date": None,
            "responsible": True,
            "guarantees": [{"code": "HOSP", "level": "200%"}, {"code": "OPTI", "level": "250 EUR"}],
        },
        "beneficiaries": [
            {
                "first_name": "Loïc",
                "last_name": "d'Arc",
                "birth_date": "2016-03-22",
                "birth_rank": 1,
                "relation": "child",
                "nir": None,
            },
            {
                "first_name": "Zoë",
                "last_name": "d'Arc",
                "birth_date": "2008-01-13",
                "birth_rank": 2,
                "relation": "child",
                "nir": "208012B033051",
            },
        ],
    }
