"""What identity's problems say beside what went wrong: whom to call, and what to check when signing in fails."""

from collections.abc import Callable, Mapping

from service_kit.http.problems import NO_EXTENSION

from identity_service.domain.brand_policy import BrandPolicy
from identity_service.domain.errors import WrongCredentials
from identity_service.domain.sign_in_checks import as_json, sign_in_checks
from identity_service.http.sign_in_policy import Help


def extensions_of(brands: Mapping[str, BrandPolicy]) -> Callable[[str, str], Mapping[str, object]]:
    """Return (brand, code) → members; made once, the same for whoever asks."""
    helps: dict[str, Mapping[str, object]] = {
        brand: {"help": Help.of(policy).model_dump()} for brand, policy in brands.items()
    }
    checks: dict[str, Mapping[str, object]] = {
        brand: {**helps[brand], "checks": as_json(sign_in_checks(policy))} for brand, policy in brands.items()
    }

    def extension(brand: str, code: str) -> Mapping[str, object]:
        return (checks if code == WrongCredentials.code else helps).get(brand, NO_EXTENSION)

    return extension
