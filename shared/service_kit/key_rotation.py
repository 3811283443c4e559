"""Exchanges keys without a pause: `python -m service_kit.key_material rotate-signing … | rotate-ring …`.

A new key is known everywhere before it is used, and a former one stays until nothing needs it. Each step says what comes
next, and refuses to be taken too early. What operators do around it is in docs/operating.md § Keys.

In a JWKS to sign with, the first key signs. `iat` says when a key was made, `nbf` since when it signs, `exp` when the last
token that it signed has ended (OpenID Federation 1.0 § 8.7.1). In a ring, `added_at` says since when a key waits.
"""

import argparse
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service_kit.key_files import fresh_ring_key, fresh_signing_key, public_part, write_keys
from service_kit.problems import SettingUnusable

KNOWN_SECONDS = 600  # caches keep the published keys for five minutes; files and instances need some more to follow
OVERLAP_SECONDS = 900  # a token lives ten minutes at most, and an instance may see the file some minutes late


class RotationRefused(Exception):
    """The step comes too early, or is not the next one. The text tells the operator."""


def add_signing_key(private_file: Path, public_file: Path, *, now: datetime) -> str:
    """Publish a fresh key that does not sign yet; return what to do next."""
    keys = _signing_keys(private_file)
    if waiting := _waiting(keys):
        raise RotationRefused(f"key {waiting['kid']} is published and waits: activate it")
    fresh = fresh_signing_key() | {"iat": _seconds(now)}
    _save(private_file, public_file, [*keys, fresh])
    from_then = _later(now, KNOWN_SECONDS)
    return f"key {fresh['kid']} is published. Bring {public_file.name} to every service; from {from_then} on: activate"


def activate_signing_key(private_file: Path, public_file: Path, *, now: datetime, at_once: bool = False) -> str:
    """Sign with the key that was added; the former one stays published. Return what to do next."""
    keys = _signing_keys(private_file)
    if (fresh := _waiting(keys)) is None:
        raise RotationRefused("no key waits to be activated: add one")
    _check_known(fresh["kid"], fresh.get("iat"), now=now, at_once=at_once)
    former = [
        key if "exp" in key else key | {"exp": _seconds(now) + OVERLAP_SECONDS} for key in keys if key is not fresh
    ]
    _save(private_file, public_file, [fresh | {"nbf": _seconds(now)}, *former])
    return (
        f"key {fresh['kid']} signs. From {_later(now, OVERLAP_SECONDS)} on, when no token of a former key lives: retire"
    )


def retire_signing_keys(private_file: Path, public_file: Path, *, now: datetime, at_once: bool = False) -> str:
    """Take out the former keys whose last token has ended, or with `at_once` all but the one that signs."""
    signer, *others = _signing_keys(private_file)
    leaving = [key for key in others if at_once or key.get("exp", float("inf")) <= _seconds(now)]
    if not leaving:
        ends = [_text(key["exp"]) for key in others if "exp" in key]
        raise RotationRefused(f"tokens of a former key live until {max(ends)}" if ends else "there is no former key")
    _save(private_file, public_file, [signer, *(key for key in others if key not in leaving)])
    names = ", ".join(key["kid"] for key in leaving)
    return f"gone: {names}. Bring {public_file.name} to every service, and keep a backup of {private_file.name}"


def add_ring_key(file: Path, *, now: datetime) -> str:
    """Put a fresh key on a ring that nothing is written with yet; return what to do next."""
    ring = _ring(file)
    if ring["added_at"]:
        raise RotationRefused(f"key {', '.join(ring['added_at'])} waits: promote it")
    name = _next_name(ring["keys"])
    ring["keys"][name], ring["added_at"][name] = fresh_ring_key(), _seconds(now)
    write_keys(file, ring)
    return (
        f"key {name} is on the ring. Back the file up, bring it to every instance of the service and restart them all; "
        f"then, from {_later(now, KNOWN_SECONDS)} on: promote"
    )


def promote_ring_key(file: Path, *, now: datetime, at_once: bool = False) -> str:
    """Write with the key that was added from the next start on; return what to do next."""
    ring = _ring(file)
    if len(ring["added_at"]) != 1:
        raise RotationRefused("no key waits to be promoted: add one")
    ((name, added),) = ring["added_at"].items()
    _check_known(name, added, now=now, at_once=at_once)
    former, ring["current"], ring["added_at"] = ring["current"], name, {}
    write_keys(file, ring)
    return (
        f"key {name} is current. Restart the instances, one after the other. Key {former} stays for what it has written"
    )


def retire_ring_key(file: Path, key_id: str, *, unused: bool) -> str:
    """Take a former key off a ring. What was written with it is lost, hence `unused`: the operator has looked."""
    ring = _ring(file)
    if key_id not in ring["keys"]:
        raise RotationRefused(f"no key {key_id} on the ring: {', '.join(ring['keys'])}")
    if key_id == ring["current"]:
        raise RotationRefused(f"key {key_id} is current: add and promote another one first")
    if not unused:
        raise RotationRefused(
            f"whatever was written with key {key_id} would be lost, and nothing is written anew by itself but what peppers key. "
            "docs/operating.md § Keys tells how to see that nothing needs it any more; say so with --unused"
        )
    del ring["keys"][key_id]
    ring["added_at"].pop(key_id, None)
    write_keys(file, ring)
    return f"gone: {key_id}. Restart the instances, one after the other"


def add_arguments(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the two commands to argparse."""
    signing = verbs.add_parser("rotate-signing", help="exchange the key that signs tokens")
    signing.add_argument("private_jwks", type=Path)
    signing.add_argument("public_jwks", type=Path)
    signing.add_argument("step", choices=["add", "activate", "retire"])
    signing.add_argument("--at-once", action="store_true", help="a key has leaked: do not wait")
    ring = verbs.add_parser("rotate-ring", help="exchange a data key or a pepper")
    ring.add_argument("file", type=Path)
    steps = ring.add_subparsers(dest="step", required=True)
    steps.add_parser("add", help="put a fresh key on the ring")
    promote = steps.add_parser("promote", help="write with the key that was added")
    promote.add_argument("--at-once", action="store_true", help="every instance has been restarted already")
    retire = steps.add_parser("retire", help="take a former key off the ring")
    retire.add_argument("key_id")
    retire.add_argument("--unused", action="store_true", help="nothing that was written with it is there any more")


def run(given: argparse.Namespace, *, now: datetime) -> str:
    """Take the step that the arguments name; return what to do next, or raise RotationRefused or SettingUnusable."""
    if given.verb == "rotate-signing":
        files = given.private_jwks, given.public_jwks
        if given.step == "add":
            return add_signing_key(*files, now=now)
        step = activate_signing_key if given.step == "activate" else retire_signing_keys
        return step(*files, now=now, at_once=given.at_once)
    if given.step == "add":
        return add_ring_key(given.file, now=now)
    if given.step == "promote":
        return promote_ring_key(given.file, now=now, at_once=given.at_once)
    return retire_ring_key(given.file, given.key_id, unused=given.unused)


def _signing_keys(file: Path) -> list[dict[str, Any]]:
    keys = _read(file).get("keys")
    if (
        not isinstance(keys, list)
        or not keys
        or not all(isinstance(key, dict) and "d" in key and "kid" in key for key in keys)
    ):
        raise SettingUnusable(f"{file}: a JWKS of private keys, each with its kid, is needed")
    return keys


def _save(private_file: Path, public_file: Path, keys: list[dict[str, Any]]) -> None:
    # The public file first: a key that is published and does not sign does no harm, the reverse locks everybody out.
    write_keys(public_file, {"keys": [public_part(key) for key in keys]}, mode=0o644)
    write_keys(private_file, {"keys": keys})


def _waiting(keys: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((key for key in keys[1:] if "exp" not in key), None)


def _ring(file: Path) -> dict[str, Any]:
    ring = _read(file)
    if not isinstance(ring.get("keys"), dict) or ring.get("current") not in ring["keys"]:
        raise SettingUnusable(f"{file}: a key ring with its current key is needed")
    return {"current": ring["current"], "keys": ring["keys"], "added_at": ring.get("added_at", {})}


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text())
    except ValueError as error:
        raise SettingUnusable(f"{file}: {type(error).__name__}") from None
    if not isinstance(content, dict):
        raise SettingUnusable(f"{file}: a JSON object is needed")
    return content


def _check_known(name: str, added: int | None, *, now: datetime, at_once: bool) -> None:
    if at_once:
        return
    if added is None:
        raise RotationRefused(f"nobody knows since when key {name} is there: if it is known everywhere, say --at-once")
    if now.timestamp() < added + KNOWN_SECONDS:
        raise RotationRefused(f"key {name} may not be known everywhere before {_text(added + KNOWN_SECONDS)}")


def _next_name(keys: dict[str, str]) -> str:
    numbers = [int(name[1:]) for name in keys if name[:1] == "k" and name[1:].isascii() and name[1:].isdigit()]
    return f"k{max(numbers, default=0) + 1}"


def _later(now: datetime, seconds: int) -> str:
    return _text(_seconds(now) + seconds)


def _text(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _seconds(now: datetime) -> int:
    return math.ceil(now.timestamp())
