"""Makes the key files that services read, and exchanges their keys: `python -m service_kit.key_material make | rotate-…`.

Existing files are kept, so that `make` can be run at every start. What it writes is in docs/operating.md § Keys.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from service_kit import key_rotation
from service_kit.key_files import (
    fresh_okp_key,
    fresh_ring_key,
    fresh_rsa_key,
    fresh_signing_key,
    public_part,
    write_keys,
    write_text,
)
from service_kit.problems import SettingUnusable

LABEL = "k1"


def make_key_material(directory: Path, services: list[str]) -> None:
    """Write what is missing below `directory`: a folder a service with its private files, and `public/` for all."""
    public = directory / "public"
    recipients = []
    for service in services:
        private_file = directory / service / "sealing-keys.json"
        if not private_file.exists():
            write_keys(private_file, {"keys": [fresh_okp_key("X25519", f"{service}.{LABEL}")]})
        recipients += [public_part(key) for key in json.loads(private_file.read_text())["keys"]]
        make_key_ring(directory / service / "data-keys.json")
    write_keys(public / "sealing-recipients.json", {"keys": recipients}, mode=0o644)


def make_key_ring(file: Path) -> None:
    """Write a key ring with one fresh key of 32 bytes unless `file` exists."""
    if not file.exists():
        write_keys(file, {"current": LABEL, "keys": {LABEL: fresh_ring_key()}})


def make_signing_keys(private_file: Path, public_file: Path) -> None:
    """Write an Ed25519 key pair as two JWKS: one to sign with, one to verify with."""
    if not private_file.exists():
        write_keys(private_file, {"keys": [fresh_signing_key()]})
    keys = json.loads(private_file.read_text())["keys"]
    write_keys(public_file, {"keys": [public_part(key) for key in keys]}, mode=0o644)


def make_dkim_key(folder: Path, selector: str) -> None:
    """Put a fresh key that DKIM signs with into a domain's folder, as `<selector>.pem`; `current` names the first one there."""
    write_text(folder / f"{selector}.pem", fresh_rsa_key())
    if not (current := folder / "current").exists():
        write_text(current, f"{selector}\n")


def main() -> None:
    """Make or exchange keys from the command line; what comes too early ends with status 1, an unusable file with 2."""
    parser = argparse.ArgumentParser(prog="python -m service_kit.key_material", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    _add_make(verbs.add_parser("make", help="make the key files that are missing"))
    key_rotation.add_arguments(verbs)
    given = parser.parse_args()
    try:
        if given.verb == "make":
            _make(given)
        else:
            print(key_rotation.run(given, now=datetime.now(UTC)))
    except key_rotation.RotationRefused as error:
        print(f"refused: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except (OSError, SettingUnusable) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def _add_make(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path)
    parser.add_argument("services", nargs="+")
    parser.add_argument("--access-token-signer", metavar="SERVICE", help="give this service the access token keys")
    parser.add_argument("--pepper", metavar="SERVICE", help="give this service a pepper")
    parser.add_argument(
        "--staff", action="store_true", help="make keys for a local staff token provider, not for production"
    )


def _make(given: argparse.Namespace) -> None:
    make_key_material(given.directory, given.services)
    public = given.directory / "public"
    if given.access_token_signer:
        signing = given.directory / given.access_token_signer / "access-token-keys.json"
        make_signing_keys(signing, public / "access-token-jwks.json")
    if given.pepper:
        make_key_ring(given.directory / given.pepper / "pepper.json")
    if given.staff:
        make_signing_keys(given.directory / "staff" / "signing-keys.json", public / "staff-jwks.json")


if __name__ == "__main__":
    main()
