"""Plain members for tests: as many as wanted, each with numbers of its own, in the import format."""

from typing import Any


def member_line(number: int, *, email: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return one line of `kind=members`; `number` (0 to 999,999) decides every identifier."""
    nir13 = f"1{60 + number % 35:02}{number % 12 + 1:02}75{number % 900 + 100:03}{number // 900 % 999 + 1:03}"
    line: dict[str, Any] = {
        "membership_number": f"{10_000_000 + number}",
        "nir": f"{nir13}{97 - int(nir13) % 97:02}",
        "title": "M.",
        "last_name": f"Durand{'abcdefghij'[number % 10]}",
        "birth_name": None,
        "first_name": "Loïc",
        "birth_date": f"19{60 + number % 35:02}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "email": email,
        "phone": None,
        "address": {
            "recipient": None,
            "complement": None,
            "building": None,
            "street": f"{number % 200 + 1} rue de l'Église",
            "locality": None,
            "postal_code": "75011",
            "city": "Paris",
            "country": "FR",
        },
        "statement_identifier": f"{5_000_000_000 + number}",
        "contract": {
            "product": "Essentielle",
            "kind": "individual",
            "effective_date": "2020-01-01",
            "renewal_date": "2026-12-31",
            "end_date": None,
            "responsible": True,
            "guarantees": [{"code": "HOSP", "level": "200%"}],
        },
        "beneficiaries": [],
    }
    return line | changes
