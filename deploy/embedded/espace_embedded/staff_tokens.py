"""Staff tokens for the embedded default and for tests: what the brand's OpenID provider would issue."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import OKPKey
from service_kit.access_tokens import SIGNATURE

ROLES = ("adviser", "back-office", "print-operator", "operator")
LIFETIME = timedelta(hours=8)
ISSUER, AUDIENCE = "staff", "espace-adherent"


class NoStaffKeys(Exception):
    """There are no staff keys where they are looked for."""


def staff_token(keys_file: Path, *, brand: str, role: str, now: datetime) -> str:
    """Return a token for a member of staff of `brand` in `role`, valid for eight hours."""
    try:
        key = OKPKey.import_key(json.loads(keys_file.read_text())["keys"][0])
    except OSError:
        raise NoStaffKeys(f"no staff keys at {keys_file}: start `espace up` with this state directory first") from None
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": f"{role}@{brand}",
        "brand": brand,
        "roles": [role],
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    return jwt.encode({"alg": SIGNATURE, "kid": key.kid}, claims, key, algorithms=[SIGNATURE])
