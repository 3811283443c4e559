"""What identity's decisions work with: opened once a process, closed in the reverse order."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from service_kit.brands import BrandFileUnusable, read_brands
from service_kit.clock import Clock
from service_kit.database import Connection, Database
from service_kit.entropy import Entropy
from service_kit.foundation import Foundation, open_foundation
from service_kit.http.health import Check
from service_kit.key_rings import Cipher, Digests, KeyRing
from service_kit.outbox import Outbox

from identity_service.domain.brand_policy import BrandPolicy
from identity_service.domain.deeds import Deed
from identity_service.security.breach_ranges import BreachRanges, open_breach_ranges
from identity_service.security.deed_chain import DeedChain
from identity_service.security.digests import IdentityDigests
from identity_service.security.password_hashing import Figures, PasswordHashing
from identity_service.security.proof_of_work import ProofOfWork
from identity_service.security.relying_party import RelyingParty
from identity_service.security.token_signing import TokenSigning
from identity_service.settings import IdentitySettings
from identity_service.store import terms_texts
from identity_service.store.deeds import DeedBook

SERVICE = "identity"
MIGRATIONS = Path(__file__).parent / "migrations"

log = structlog.get_logger()


@dataclass(frozen=True)
class Terms:
    """A brand's terms of use, word for word."""

    version: str
    text: str

    @property
    def digest(self) -> bytes:
        """Return the SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).digest()


@dataclass(frozen=True)
class Identity:
    """Everything a use case of identity may need."""

    foundation: Foundation
    brands: dict[str, BrandPolicy]
    terms: dict[str, Terms]
    digests: IdentityDigests
    guesses: Digests  # of passwords and codes that failed lately, for counting
    proof_of_work: ProofOfWork
    addresses: Cipher
    hashing: PasswordHashing
    signing: TokenSigning
    settings: IdentitySettings
    breach_ranges: BreachRanges | None
    deeds: DeedBook
    relying_party: RelyingParty | None  # None: no passkeys here
    passkey_labels: Cipher

    @property
    def database(self) -> Database:
        """Return identity's own database."""
        return self.foundation.database

    @property
    def outbox(self) -> Outbox:
        """Return the outbox."""
        return self.foundation.outbox

    @property
    def entropy(self) -> Entropy:
        """Return where tokens and ids come from."""
        return self.foundation.entropy

    async def record(self, connection: Connection, deed: Deed, *, now: datetime) -> None:
        """Write a deed in the caller's transaction."""
        await self.record_all(connection, [deed], now=now)

    async def record_all(self, connection: Connection, deeds: list[Deed], *, now: datetime) -> None:
        """Write several deeds in the caller's transaction, in one round trip."""
        await self.deeds.record_all(connection, [(self.entropy.new_id(), deed) for deed in deeds], now=now)


@asynccontextmanager
async def open_identity(
    settings: IdentitySettings, *, broker_answers: Check | None = None, clock: Clock | None = None
) -> AsyncIterator[Identity]:
    """Open identity's resources; a missing or malformed file is told before anything waits."""
    brands = read_brands(settings.brands_directory, SERVICE, BrandPolicy)
    terms = {brand: _read_terms(settings.brands_directory, brand, policy) for brand, policy in brands.items()}
    pepper = KeyRing.read(settings.pepper_file)
    hashing, signing = _hashing(settings, pepper), _signing(settings)
    try:
        async with (
            open_foundation(
                SERVICE, settings, migrations=MIGRATIONS, broker_answers=broker_answers, clock=clock
            ) as foundation,
            open_breach_ranges(settings.breach_range_url, seconds=settings.breach_range_seconds) as breach_ranges,
        ):
            await _keep_terms(foundation, terms)
            yield Identity(
                foundation=foundation,
                brands=brands,
                terms=terms,
                digests=IdentityDigests.on(foundation.data_keys),
                guesses=Digests(pepper, "guess"),
                proof_of_work=ProofOfWork(foundation.data_keys),
                addresses=Cipher(foundation.data_keys, "account.email"),
                hashing=hashing,
                signing=signing,
                settings=settings,
                breach_ranges=breach_ranges,
                deeds=DeedBook(Cipher(foundation.data_keys, "deed"), DeedChain(foundation.data_keys)),
                relying_party=_relying_party(settings),
                passkey_labels=Cipher(foundation.data_keys, "passkey.label"),
            )
    finally:
        hashing.close()


async def _keep_terms(foundation: Foundation, terms: dict[str, Terms]) -> None:
    """Keep the words of the terms in force; tell operators of a version whose words were changed: members are asked again."""
    async with foundation.database.transaction() as connection:
        for brand, one in terms.items():
            now = foundation.clock.now()
            if await terms_texts.keep(connection, brand, one.version, digest=one.digest, content=one.text, now=now):
                log.error("terms_changed_without_a_version", brand=brand, version=one.version)


def _hashing(settings: IdentitySettings, pepper: KeyRing) -> PasswordHashing:
    return PasswordHashing(
        pepper,
        Figures(settings.hashing_memory_kib, settings.hashing_passes),
        threads=settings.hashing_threads,
        queue=settings.hashing_queue,
    )


def _signing(settings: IdentitySettings) -> TokenSigning:
    return TokenSigning(
        settings.access_token_keys_file,
        issuer=settings.access_token_issuer,
        audience=settings.access_token_audience,
        seconds=settings.access_token_seconds,
    )


def _relying_party(settings: IdentitySettings) -> RelyingParty | None:
    if not settings.passkey_origins or settings.passkey_rp_id is None:
        return None
    return RelyingParty(settings.passkey_rp_id, settings.passkey_origins)


def _read_terms(directory: Path, brand: str, policy: BrandPolicy) -> Terms:
    file = directory / f"{brand}.terms.fr.md"
    try:
        return Terms(policy.terms_version, file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BrandFileUnusable(f"{file.name}: {type(error).__name__}") from None
