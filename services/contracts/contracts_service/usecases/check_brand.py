"""Is a file the brand's that it was sent to? Reads import_lines and the members of every brand of the deployment.

Asked by `process_imports` before the first line is processed. Looked at are the file's first chunks, and others spread over
the rest: some thousand lines of a long file, every line of a short one.
"""

from dataclasses import dataclass

from service_kit.database import Connection
from service_kit.time_slices import TimeSlices

from contracts_service.domain.brand_evidence import BrandEvidence
from contracts_service.domain.line_json import decode_line
from contracts_service.domain.social_security_number import SocialSecurityNumberError, parse_social_security_number
from contracts_service.resources import Contracts
from contracts_service.store import import_lines, members_by_brand
from contracts_service.store.import_claims import Claim
from contracts_service.usecases.import_kinds import KINDS
from contracts_service.usecases.staged_lines import open_lines

SAMPLE_LINES = 4000  # at the beginning, and as many in the rest of the file


@dataclass(frozen=True, slots=True)
class _Named:
    """A member whom a line names, and the social-security number where the line has one."""

    membership_number: str
    nir: str | None


async def is_of_another_brand(service: Contracts, claim: Claim) -> bool:
    """Tell whether more of the members that the file names are known to another brand than to this one."""
    others = [brand for brand in service.brands if brand != claim.brand]
    if not others:
        return False
    kind = KINDS[claim.kind]
    evidence, seen = BrandEvidence(claim.brand, is_certain=kind.names_nir), set[str]()
    rows = SAMPLE_LINES // kind.chunk_lines
    async with service.database.connection() as connection:
        for place in await import_lines.sample(connection, claim.import_id, first=rows, later=rows):
            named = await _named(service, connection, claim, place=place)
            new = [one for number, one in named.items() if number not in seen]
            seen.update(named)
            await _weigh(service, connection, evidence, new)
    return evidence.says_another_brand()


async def _named(service: Contracts, connection: Connection, claim: Claim, *, place: int) -> dict[str, _Named]:
    """Return the members whom a chunk's lines name, by membership number; what cannot be read names nobody."""
    row = await import_lines.read_after(connection, claim.import_id, after=place - 1)
    found: dict[str, _Named] = {}
    slices = TimeSlices()
    for line in [] if row is None else open_lines(service.seals, claim.import_id, row):
        decoded = None if line.content is None else decode_line(line.content)
        if isinstance(decoded, dict) and isinstance(number := decoded.get("membership_number"), str):
            nir = decoded.get("nir")
            found[number.strip()] = _Named(number.strip(), nir if isinstance(nir, str) else None)
        await slices.pause()
    return found


async def _weigh(service: Contracts, connection: Connection, evidence: BrandEvidence, named: list[_Named]) -> None:
    known = await members_by_brand.nir_digests(
        connection, brands=list(service.brands), membership_numbers=[one.membership_number for one in named]
    )
    slices = TimeSlices()
    for one in named:
        digests = known.get(one.membership_number, {})
        if evidence.is_certain:
            evidence.count({brand for brand, digest in digests.items() if _fits(service, brand, digest, one.nir)})
        else:
            evidence.count(set(digests))
        await slices.pause()


def _fits(service: Contracts, brand: str, digest: bytes, nir: str | None) -> bool:
    try:
        number = parse_social_security_number(nir or "")
    except SocialSecurityNumberError:
        return False
    return digest in service.seals.nir_digests.all_of(brand, number.number13)
