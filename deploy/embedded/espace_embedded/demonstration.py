"""Members to play with: loaded once through the import endpoint, as a back office would; and what to try with them."""

import json
from datetime import date, datetime
from pathlib import Path

import aiohttp
import orjson

from espace_embedded.demo_data import BRANDS, DemoPerson, demo_members, demo_people
from espace_embedded.demo_money import demo_contributions, demo_reimbursements
from espace_embedded.desk_relay import REFUSED
from espace_embedded.staff_tokens import staff_token
from espace_embedded.state import State

FILES = {"members": demo_members, "contributions": demo_contributions, "reimbursements": demo_reimbursements}
IDENTIFIER_LABELS = {
    "safiag": "n° de sécurité sociale + mot de passe à 6 chiffres",
    "mgas": "adresse e-mail + mot de passe",
    "demo": "adresse e-mail + mot de passe",
}
WITHOUT_EMAIL = {
    "safiag": "pas d’e-mail : un courrier",
    "mgas": "pas d’e-mail : crée son espace",
    "demo": "pas d’e-mail : crée son espace",
}


class DemonstrationRefused(Exception):
    """The demonstration's lines were not all taken: the message counts them."""


async def load_demonstration(state: State, base_url: str, *, now: datetime, today: date) -> date:
    """Import the lines of every brand unless it was done before; return the day on which it was done."""
    loaded_on = _loaded_on(state.demonstration_mark)
    if loaded_on is not None:
        return loaded_on
    async with aiohttp.ClientSession() as client:
        for brand in BRANDS:
            token = staff_token(state.staff_keys, brand=brand, role="back-office", now=now)
            for kind, lines in FILES.items():
                url = f"{base_url}/api/contracts/v1/{brand}/imports?kind={kind}"
                body = b"\n".join(orjson.dumps(line) for line in lines(brand, today=today))
                await _load(client, url, body, token)
    state.demonstration_mark.write_text(today.isoformat())
    return today


async def _load(client: aiohttp.ClientSession, url: str, body: bytes, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    async with client.post(url, data=body, headers=headers) as response:
        answer = await response.json(content_type=None)
        if response.status not in (200, 201, 202) or answer.get("refused"):
            raise DemonstrationRefused(f"{url}: {response.status}, {answer.get('refused')} refused")


def _loaded_on(mark: Path) -> date | None:
    """Return the day; None where nothing was loaded, or an earlier version did not write the day down."""
    try:
        return date.fromisoformat(mark.read_text().strip())
    except (FileNotFoundError, ValueError):
        return None


def describe_people(*, loaded_on: date) -> list[str]:
    """Return the lines that tell a newcomer who there is to play."""
    lines = []
    for brand in BRANDS:
        lines.append(f"  {brand} ({IDENTIFIER_LABELS[brand]})")
        for person in demo_people(brand, today=loaded_on):
            lines.append(
                f"    {person.first_name} {person.last_name}, naissance le {person.birth_date}, "
                f"adhésion {person.membership_number}, n° SS {person.social_security_number}"
            )
            way = person.email or WITHOUT_EMAIL[brand]
            lines.append(f"      {way}, identifiant du décompte {person.statement_identifier}")
            if note := _note(person, loaded_on):
                lines.append(f"      {note}")
    return lines


def _note(person: DemoPerson, loaded_on: date) -> str | None:
    if (person.email or "").endswith(f"@{REFUSED}"):
        return "cette boîte n’existe plus : un mail revient, et un courrier part à sa place"
    if person.effective_date == loaded_on.isoformat():
        return f"contrat depuis le {person.effective_date} : un mail de bienvenue l’attend"
    if person.effective_date > loaded_on.isoformat():
        return (
            f"contrat à partir du {person.effective_date} : rien ne s’ouvre avant, le mail de bienvenue part ce jour-là"
        )
    return None


def describe_tries(base_url: str, *, loaded_on: date, terms_version: str) -> list[str]:
    """Return commands to paste: mgas shows a forgotten address, and opens an access to who has given none."""
    known, unknown, *_ = demo_people("mgas", today=loaded_on)
    email = "moi@example.org"
    creation = {"email": email, "email_confirmation": email, "accepted_terms": terms_version}
    return [
        *_curl(
            f"{base_url}/api/identity/v1/mgas/identifier-lookups", _numbers(known) | {"birth_date": known.birth_date}
        ),
        *_curl(f"{base_url}/api/identity/v1/mgas/accounts", _numbers(unknown) | creation),
    ]


def _numbers(person: DemoPerson) -> dict[str, str]:
    return {"membership_number": person.membership_number, "nir": person.social_security_number[:13]}


def _curl(url: str, body: dict[str, str]) -> list[str]:
    return [f"  curl {url} \\", f"    -H 'Content-Type: application/json' -d '{json.dumps(body)}'"]
