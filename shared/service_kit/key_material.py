"""Makes the key files that services read: `python -m service_kit.key_material DIRECTORY SERVICE…`.

Existing files are kept, so that it can be run at every start. What it writes is in docs/operating.md § Keys.
"""

import argparse
import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

LABEL = "k1"


def make_key_material(directory: Path, services: list[str]) -> None:
    """Write what is missing below `directory`: a folder a service with its private files, and `public/` for all."""
    public = directory / "public"
    recipients = []
    for service in services:
        private_file = directory / service / "sealing-keys.json"
        if not private_file.exists():
            _write(private_file, {"keys": [_okp("X25519", f"{service}.{LABEL}")]})
        recipients += [_public(key) for key in json.loads(private_file.read_text())["keys"]]
        make_key_ring(directory / service / "data-keys.json")
    _write(public / "sealing-recipients.json", {"keys": recipients}, mode=0o644)


def make_key_ring(file: Path) -> None:
    """Write a key ring with one fresh key of 32 bytes unless `file` exists."""
    if not file.exists():
        _write(file, {"current": LABEL, "keys": {LABEL: base64.b64encode(secrets.token_bytes(32)).decode()}})


def make_signing_keys(private_file: Path, public_file: Path) -> None:
    """Write an Ed25519 key pair as two JWKS: one to sign with, one to verify with."""
    if not private_file.exists():
        _write(private_file, {"keys": [_okp("Ed25519", secrets.token_hex(4)) | {"alg": "EdDSA", "use": "sig"}]})
    keys = json.loads(private_file.read_text())["keys"]
    _write(public_file, {"keys": [_public(key) for key in keys]}, mode=0o644)


def _okp(curve: Any, kid: str) -> dict[str, Any]:
    return OKPKey.generate_key(curve, {"kid": kid}, private=True).as_dict(private=True)


def _public(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "d"}


def _write(file: Path, content: dict[str, Any], *, mode: int = 0o600) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as opened:
        json.dump(content, opened, indent=1)
    temporary.replace(file)  # a file that another process reads is never seen half written


def main() -> None:
    """Make key files from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("services", nargs="+")
    parser.add_argument("--access-token-signer", metavar="SERVICE", help="give this service the access token keys")
    parser.add_argument("--pepper", metavar="SERVICE", help="give this service a pepper")
    parser.add_argument(
        "--staff", action="store_true", help="make keys for a local staff token provider, not for production"
    )
    arguments = parser.parse_args()
    make_key_material(arguments.directory, arguments.services)
    public = arguments.directory / "public"
    if arguments.access_token_signer:
        signing = arguments.directory / arguments.access_token_signer / "access-token-keys.json"
        make_signing_keys(signing, public / "access-token-jwks.json")
    if arguments.pepper:
        make_key_ring(arguments.directory / arguments.pepper / "pepper.json")
    if arguments.staff:
        make_signing_keys(arguments.directory / "staff" / "signing-keys.json", public / "staff-jwks.json")


if __name__ == "__main__":
    main()
