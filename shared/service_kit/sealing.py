"""Sealing: the personal fields of an event travel in one JWE that only the services that hear it can open.

JWE JSON serialization (RFC 7516 § 7.2), `ECDH-ES+A256KW` with X25519 (RFC 8037) and `A256GCM`. A key's id is
`<service>.<label>`: a sender seals to the last listed key of each service, a receiver keeps its former private keys for
as long as old events may come, so keys rotate without downtime.

Sealing is written out on `cryptography`: an import makes thousands of events, and joserfc takes half as long again. Opening is
joserfc's, which has read every event so far: tests hold the one against the other.
"""

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

AGREEMENT, ENCRYPTION = "ECDH-ES+A256KW", "A256GCM"
ALGORITHMS = jwe.JWERegistry(algorithms=[AGREEMENT, ENCRYPTION])
# Characters of a sealed part (Base64): the library opens 64 KiB without being told, and a document is longer.
LONGEST_SEALED = 2 * 1024 * 1024
ALGORITHMS.max_ciphertext_length = LONGEST_SEALED
NONCE_BYTES, TAG_BYTES, KEY_BYTES = 12, 16, 32


class CannotSeal(Exception):
    """A service that hears an event has no public key in the recipients file, or the file is unusable."""


class CannotOpen(Exception):
    """A sealed part does not open with any key of this service: dead letter, or a key that was retired too early."""


def read_keys(file: Path) -> dict[str, OKPKey]:
    """Read a JWKS of X25519 keys: id → key, in the file's order."""
    try:
        return {key["kid"]: OKPKey.import_key(key) for key in json.loads(file.read_text())["keys"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, JoseError) as error:
        raise CannotSeal(f"{file}: {type(error).__name__}") from None


class Sealer:
    """Seals for services by name."""

    def __init__(self, public_keys: dict[str, OKPKey]) -> None:
        self._key_of = {kid.split(".", 1)[0]: (kid, _x25519(kid, key)) for kid, key in public_keys.items()}

    def seal(self, fields: dict[str, Any], *, recipients: tuple[str, ...]) -> str:
        """Return the JWE (a JSON text) of `fields` for `recipients`, names of services; raise CannotSeal."""
        if not recipients:
            raise CannotSeal("an event with sealed fields names nobody who may open them")
        content_key, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
        sealed = AESGCM(content_key).encrypt(nonce, orjson.dumps(fields), _PROTECTED.encode())
        ciphertext = _encoded(sealed[:-TAG_BYTES])
        if len(ciphertext) > LONGEST_SEALED:
            raise CannotSeal(f"{len(ciphertext)} characters, of which nobody would open more than {LONGEST_SEALED}")
        envelope = {
            "protected": _PROTECTED,
            "iv": _encoded(nonce),
            "ciphertext": ciphertext,
            "tag": _encoded(sealed[-TAG_BYTES:]),
            "recipients": [self._recipient(service, content_key) for service in recipients],
        }
        return orjson.dumps(envelope).decode()

    def _recipient(self, service: str, content_key: bytes) -> dict[str, Any]:
        if service not in self._key_of:
            raise CannotSeal(f"no public key of {service}")
        kid, key = self._key_of[service]
        # An ephemeral key is used once: RFC 7518 § 4.6 wants a new one for each agreement, also within one envelope.
        ephemeral = X25519PrivateKey.generate()
        public = {"crv": "X25519", "x": _encoded(ephemeral.public_key().public_bytes_raw()), "kty": "OKP"}
        wrapped = aes_key_wrap(_agreed_key(ephemeral.exchange(key)), content_key)
        return {"header": {"alg": AGREEMENT, "kid": kid, "epk": public}, "encrypted_key": _encoded(wrapped)}


def _x25519(kid: str, key: OKPKey) -> X25519PublicKey:
    if not isinstance(key.public_key, X25519PublicKey):
        raise CannotSeal(f"{kid} is no X25519 key")
    return key.public_key


def _agreed_key(secret: bytes) -> bytes:
    """Derive the key that wraps (RFC 7518 § 4.6.2): one round of Concat KDF, nobody's name in it."""
    return hashlib.sha256(b"\x00\x00\x00\x01" + secret + _KEY_PURPOSE).digest()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


_PROTECTED = _encoded(orjson.dumps({"enc": ENCRYPTION}))
_KEY_PURPOSE = b"".join(
    [len(AGREEMENT).to_bytes(4, "big"), AGREEMENT.encode(), bytes(4), bytes(4), (8 * KEY_BYTES).to_bytes(4, "big")]
)


class Opener:
    """Opens what was sealed for one service."""

    def __init__(self, private_keys: dict[str, OKPKey]) -> None:
        self._keys = private_keys

    def open(self, sealed: str) -> dict[str, Any]:
        """Return the fields; raise CannotOpen when no recipient is ours or the text was altered."""
        try:
            envelope = orjson.loads(sealed)
            # joserfc tries the given key on every recipient and fails: keep only ours.
            ours = [one for one in envelope["recipients"] if one["header"]["kid"] in self._keys]
            if not ours:
                raise CannotOpen("no recipient is this service")
            envelope["recipients"] = ours[-1:]
            opened = jwe.decrypt_json(envelope, self._keys[ours[-1]["header"]["kid"]], registry=ALGORITHMS)
            fields: dict[str, Any] = orjson.loads(opened.plaintext or b"{}")
            return fields
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise CannotOpen(type(error).__name__) from None
