"""Fresh keys, and the files that hold them: who reads one at any moment reads the former or the new content, never half."""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import OKPKey

KEY_BYTES = 32
RSA_BITS = 2048  # what every verifier of DKIM takes (RFC 8301), and a DNS answer still holds
RSA_EXPONENT = 65537
# What everybody may know of a key: not its private part, nor when it is to be exchanged.
PUBLISHED = ("kty", "crv", "x", "kid", "alg", "use")


def fresh_okp_key(curve: Any, key_id: str) -> dict[str, Any]:
    """Return a private JWK of `curve`, Ed25519 or X25519."""
    return OKPKey.generate_key(curve, {"kid": key_id}, private=True).as_dict(private=True)


def fresh_signing_key() -> dict[str, Any]:
    """Return a private JWK to sign tokens with."""
    return fresh_okp_key("Ed25519", secrets.token_hex(4)) | {"alg": "EdDSA", "use": "sig"}


def fresh_ring_key() -> str:
    """Return 32 random bytes in Base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def fresh_rsa_key() -> str:
    """Return a private RSA key of 2048 bits: a PEM text (PKCS 8)."""
    key = rsa.generate_private_key(RSA_EXPONENT, RSA_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_part(key: dict[str, Any]) -> dict[str, Any]:
    """Return what is published of a JWK."""
    return {name: key[name] for name in PUBLISHED if name in key}


def write_keys(file: Path, content: dict[str, Any], *, mode: int = 0o600) -> None:
    """Put `content`, as JSON, in the place of `file` and on the disk; a file that is there keeps its owner and mode."""
    write_text(file, json.dumps(content, indent=1), mode=mode)


def write_text(file: Path, text: str, *, mode: int = 0o600) -> None:
    """Put `text` in the place of `file` and on the disk; a file that is there keeps its owner and mode."""
    file.parent.mkdir(parents=True, exist_ok=True)
    former = file.stat() if file.exists() else None
    temporary = file.with_name(f"{file.name}.new")
    temporary.unlink(missing_ok=True)  # of a run that was cut short
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w") as opened:
            if former is not None:
                os.fchmod(descriptor, former.st_mode & 0o777)
                if (former.st_uid, former.st_gid) != (os.geteuid(), os.getegid()):
                    os.fchown(descriptor, former.st_uid, former.st_gid)
            opened.write(text)
            opened.flush()
            os.fsync(descriptor)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    # The name, too, must be on the disk: a key that signed, or sealed, must not be gone after a power cut.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
