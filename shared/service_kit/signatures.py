"""Signed tokens (JWS in compact form, RFC 7515), verified with the public keys of a JWKS (RFC 7517).

The key says which algorithm it verifies, never the token (RFC 8725 § 3.1): a token that names another is refused, and so is
one that names no known key, or wants something that is critical to understand.
"""

import hashlib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, OctKey, OKPKey, RSAKey

from service_kit.problems import SettingUnusable

EDDSA = ("EdDSA", "Ed25519")  # RFC 8037's name, which every verifier knows, and RFC 9864's
MOST_FOUND = 4096  # tokens, of some kilobyte
LEAST_RSA_BITS = 2048  # RFC 7518 § 3.3
PUBLIC_NAMES = {"OKP": ("crv", "x"), "EC": ("crv", "x", "y"), "RSA": ("n", "e")}
# By kind of key and curve: a key is used for nothing else.
ALGORITHMS = {("OKP", "Ed25519"): EDDSA, ("EC", "P-256"): ("ES256",), ("RSA", None): ("RS256",)}

warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


class TokenRefused(Exception):
    """The token is malformed, not signed by a known key, expired, or for somebody else. The reason is for logs only."""


@dataclass(frozen=True)
class Signed:
    """What was signed, once the signature was found right."""

    header: Mapping[str, Any]
    payload: bytes


@dataclass(frozen=True)
class VerificationKey:
    """A public key and the algorithms that it verifies."""

    key_id: str | None
    algorithms: tuple[str, ...]
    key: OKPKey | ECKey | RSAKey


class VerificationKeys:
    """The keys of a JWKS that verify signatures with Ed25519, ES256 or RS256; others in it are never used."""

    def __init__(self, keys: Iterable[VerificationKey]) -> None:
        self._keys = list(keys)
        self._found: dict[tuple[bytes, tuple[str, ...], bool], Signed] = {}

    @classmethod
    def of(cls, jwks: Any) -> "VerificationKeys":
        """Return the keys of a decoded JWKS; raise SettingUnusable when there is none to verify with."""
        listed = jwks.get("keys") if isinstance(jwks, dict) else None
        found = [key for jwk in listed if (key := _usable(jwk))] if isinstance(listed, list) else []
        if not found:
            raise SettingUnusable("no key of Ed25519, P-256 or RSA with 2048 bits to verify signatures with")
        return cls(found)

    def verified(self, token: str, *, algorithms: tuple[str, ...], key_named: bool) -> Signed:
        """Return what `token` says once its signature is right; raise TokenRefused.

        `algorithms` are those that this kind of token may have. A token that names no key is taken only where `key_named`
        is not asked for and there is but one key. Whoever calls often brings the same token: what was found of it is kept, by
        its digest, as long as these keys are.
        """
        known = hashlib.sha256(token.encode(errors="surrogatepass")).digest(), algorithms, key_named
        found = self._found.get(known)
        if found is None:
            found = self._verified(token, algorithms, key_named)
            if len(self._found) >= MOST_FOUND:
                del self._found[next(iter(self._found))]  # the oldest
            self._found[known] = found
        return found

    def _verified(self, token: str, algorithms: tuple[str, ...], key_named: bool) -> Signed:
        registry = jws.JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
        try:
            found = jws.deserialize_compact(
                token, lambda one: self._key_for(one.headers(), key_named), registry=registry
            )
        except TokenRefused:
            raise
        except Exception as error:  # the library raises whatever a crafted header makes it stumble over
            raise TokenRefused(type(error).__name__) from None
        if found.payload is None:
            raise TokenRefused("nothing is signed")
        return Signed(found.headers(), found.payload)

    def _key_for(self, header: Mapping[str, Any], key_named: bool) -> OKPKey | ECKey | RSAKey:
        if "crit" in header or "b64" in header:  # RFC 7515 § 4.1.11, RFC 7797: nothing that we understand
            raise TokenRefused("something critical")
        if "kid" not in header:
            found = [] if key_named or len(self._keys) != 1 else self._keys
        else:
            found = [one for one in self._keys if one.key_id == header["kid"]]
        fitting = [one for one in found if header.get("alg") in one.algorithms]
        if len(fitting) != 1:  # two keys of one name are a mistake that somebody may have made us make
            raise TokenRefused("no key" if not found else "another algorithm than the key's")
        return fitting[0].key


def _usable(jwk: Any) -> VerificationKey | None:
    try:
        kind, algorithms = jwk["kty"], ALGORITHMS[jwk["kty"], jwk.get("crv")]
        if (
            jwk.get("use", "sig") != "sig"
            or "verify" not in jwk.get("key_ops", ["verify"])
            or jwk.get("alg") not in (None, *algorithms)
            or (kind == "RSA" and len(jwk["n"]) * 6 < LEAST_RSA_BITS)  # before the library warns of it
        ):
            return None
        # Only what makes the public key: what else the file says of it was looked at here.
        key = JWKRegistry.import_key({name: jwk[name] for name in ("kty", *PUBLIC_NAMES[kind])})
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        return None  # RFC 7517 § 5: a key that is not understood is passed over
    if isinstance(key, OctKey) or (isinstance(key, RSAKey) and key.public_key.key_size < LEAST_RSA_BITS):
        return None
    return VerificationKey(jwk.get("kid"), algorithms, key)
