"""Sealing: the personal fields of an event travel in one JWE that only the services that hear it can open.

JWE JSON serialization (RFC 7516 § 7.2), `ECDH-ES+A256KW` with X25519 (RFC 8037) and `A256GCM`. A key's id is
`<service>.<label>`: a sender seals to the last listed key of each service, a receiver keeps its former private keys for
as long as old events may come, so keys rotate without downtime.
"""

import json
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

ALGORITHMS = jwe.JWERegistry(algorithms=["ECDH-ES+A256KW", "A256GCM"])


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
        self._key_of = {kid.split(".", 1)[0]: (kid, key) for kid, key in public_keys.items()}

    def seal(self, fields: dict[str, Any], *, recipients: tuple[str, ...]) -> str:
        """Return the JWE (a JSON text) of `fields` for `recipients`, names of services; raise CannotSeal."""
        if not recipients:
            raise CannotSeal("an event with sealed fields names nobody who may open them")
        envelope = jwe.GeneralJSONEncryption({"enc": "A256GCM"}, orjson.dumps(fields))
        for service in recipients:
            if service not in self._key_of:
                raise CannotSeal(f"no public key of {service}")
            kid, key = self._key_of[service]
            envelope.add_recipient({"alg": "ECDH-ES+A256KW", "kid": kid}, key)
        return orjson.dumps(jwe.encrypt_json(envelope, None, registry=ALGORITHMS)).decode()


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
