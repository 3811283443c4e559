"""Members to play with: loaded once through the import endpoint, as a back office would."""

from datetime import date, datetime

import aiohttp
import orjson

from espace_embedded.demo_data import BRANDS, demo_members, demo_people
from espace_embedded.staff_tokens import staff_token
from espace_embedded.state import State

IDENTIFIER_LABELS = {
    "safiag": "n° de sécurité sociale + mot de passe à 6 chiffres",
    "mgas": "adresse e-mail + mot de passe",
    "demo": "adresse e-mail + mot de passe",
}


class DemonstrationRefused(Exception):
    """The demonstration's members were not all taken: the message counts them."""


async def load_demonstration(state: State, base_url: str, *, now: datetime, today: date) -> int:
    """Import the members of every brand and return how many there are; a second call does nothing."""
    if state.demonstration_mark.exists():
        return 0
    total = 0
    async with aiohttp.ClientSession() as client:
        for brand in BRANDS:
            lines = demo_members(brand, today=today)
            token = staff_token(state.staff_keys, brand=brand, role="back-office", now=now)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
            body = b"\n".join(orjson.dumps(line) for line in lines)
            url = f"{base_url}/api/contracts/v1/{brand}/imports?kind=members"
            async with client.post(url, data=body, headers=headers) as response:
                answer = await response.json(content_type=None)
                if response.status not in (200, 201, 202) or answer.get("refused"):
                    raise DemonstrationRefused(f"{brand}: {response.status}, {answer.get('refused')} refused")
            total += len(lines)
    state.demonstration_mark.touch()
    return total


def describe_people(*, today: date) -> list[str]:
    """Return the lines that tell a newcomer who there is to play."""
    lines = []
    for brand in BRANDS:
        lines.append(f"  {brand} ({IDENTIFIER_LABELS[brand]})")
        for person in demo_people(brand, today=today):
            lines.append(
                f"    {person.first_name} {person.last_name}, naissance le {person.birth_date}, "
                f"adhésion {person.membership_number}, n° SS {person.social_security_number}"
            )
            email = person.email or "pas d’e-mail : courrier"
            lines.append(f"      {email}, identifiant du décompte {person.statement_identifier}")
    return lines
