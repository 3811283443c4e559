"""Reads the texts about terminations: what ships beside this file, and what a brand says instead. Read once, at start."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from service_kit.brands import BrandFileUnusable

from contracts_service.domain.brand_policy import BrandPolicy
from contracts_service.domain.termination.texts import TerminationTexts, TextsOfBrand, merged

SHIPPED = Path(__file__).with_name("termination.fr.toml")
OWN = "termination.fr.toml"


def read_termination_texts(brands_directory: Path, brands: Mapping[str, BrandPolicy]) -> dict[str, TextsOfBrand]:
    """Return brand → texts; raise BrandFileUnusable for a file that is malformed or names what nobody fills in."""
    return {brand: _texts_of(brands_directory / brand / OWN, policy) for brand, policy in brands.items()}


def _texts_of(own: Path, policy: BrandPolicy) -> TextsOfBrand:
    file = own if own.exists() else SHIPPED
    try:
        content = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
        if own.exists():
            content = merged(content, tomllib.loads(own.read_text(encoding="utf-8")))
        found = TextsOfBrand(TerminationTexts.model_validate(content), _facts(policy))
        found.check()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError, ValueError) as error:
        raise BrandFileUnusable(f"{file}: {error}") from None
    return found


def _facts(policy: BrandPolicy) -> dict[str, str]:
    rules = policy.termination
    return {
        "brand": policy.name,
        "phone": policy.phone,
        "email": policy.email,
        "hours": policy.hours,
        "letters_to": ", ".join(rules.letters_to or policy.return_address or [policy.name]),
        "mediation": rules.mediation,
        "withdrawal_days": str(rules.withdrawal_days),
        "read_only_years": str(policy.read_only_years),
    }
