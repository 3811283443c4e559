"""Makes every secret of an installation, once: `python deploy/make_secrets.py DIRECTORY`. What exists is kept.

One folder for each reader, mounted at /run/secrets there and nowhere else: a service's private keys and its addresses with
passwords; the passwords that PostgreSQL and RabbitMQ start with; and `public`, which everybody may read. docker compose
runs it in a container of its own; for Kubernetes it is run by hand (docs/operating.md § Secrets).
"""

import argparse
import base64
import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from service_kit.key_material import make_key_material, make_key_ring, make_signing_keys

SERVICES = ("identity", "contracts", "notifications", "documents")
OURS, SERVERS = 10001, 999  # user ids: of our images; of the official images of PostgreSQL and RabbitMQ alike
OWNERS = {"postgres": SERVERS, "rabbitmq": SERVERS}
SALT_BYTES = 4
# Without policies a queue has no limit, and may lose what it sets aside.
POLICIES = Path(__file__).parent / "rabbitmq" / "definitions.json"


def make_keys(directory: Path, *, staff: bool) -> None:
    """Make the keys that services read; with `staff`, also those of a local provider of staff tokens."""
    make_key_material(directory, list(SERVICES))
    make_key_ring(directory / "identity" / "pepper.json")
    public = directory / "public"
    make_signing_keys(directory / "identity" / "access-token-keys.json", public / "access-token-jwks.json")
    if staff:
        make_signing_keys(directory / "staff" / "signing-keys.json", public / "staff-jwks.json")


def make_addresses(directory: Path, *, postgres: str, rabbitmq: str, smtp_url: str | None) -> None:
    """Write each service's addresses with their passwords, as files that are named like settings.

    `postgres` and `rabbitmq` are `host:port`. The servers' own folders get the same passwords.
    """
    password(directory / "postgres" / "superuser-password")
    for service in SERVICES:
        database = password(directory / "postgres" / f"{service}-password")
        broker = password(directory / "rabbitmq" / f"{service}-password")
        folder = directory / service
        write(folder / f"{service}_database_url", f"postgresql://{service}:{database}@{postgres}/{service}")
        write(folder / f"{service}_broker_url", f"amqp://{service}:{broker}@{rabbitmq}/")
    if smtp_url is not None:
        write(directory / "notifications" / "notifications_smtp_url", smtp_url)


def make_broker_definitions(directory: Path, policies: dict[str, Any]) -> None:
    """Write RabbitMQ's definitions: `policies`, a user for each service, and one for the operator.

    A service may touch the exchanges and its own queues, and nobody else's.
    """
    users = [broker_user(service, password(directory / f"{service}-password"), tags=[]) for service in SERVICES]
    users.append(broker_user("operator", password(directory / "operator-password"), tags=["administrator"]))
    permissions = [service_permission(service) for service in SERVICES]
    permissions.append({"user": "operator", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"})
    write(directory / "definitions.json", json.dumps(policies | {"users": users, "permissions": permissions}, indent=1))


def broker_user(name: str, clear: str, *, tags: list[str]) -> dict[str, Any]:
    """Return a user as RabbitMQ keeps it: a salted SHA-256, since a password of 192 random bits needs no slow hash."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = base64.b64encode(salt + hashlib.sha256(salt + clear.encode()).digest()).decode()
    return {"name": name, "password_hash": digest, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": tags}


def service_permission(service: str) -> dict[str, str]:
    """Return what a service may do on the broker; the default exchange is how it puts back its own dead letters."""
    own = rf"^(member-space(\.dead)?|{service}\..+)$"
    written = rf"^(member-space(\.dead)?|amq\.default|{service}\..+)$"
    return {"user": service, "vhost": "/", "configure": own, "write": written, "read": own}


def password(file: Path) -> str:
    """Return the password in `file`; make one of 192 random bits, which no address needs to escape, where there is none."""
    if not file.exists():
        write(file, secrets.token_urlsafe(24))
    return file.read_text()


def write(file: Path, content: str) -> None:
    """Write a file that only its owner may read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(content)
    temporary.replace(file)


def give_to_readers(directory: Path) -> None:
    """Make each folder belong to the user who reads it in its container."""
    for folder in directory.iterdir():
        for place in (folder, *folder.iterdir()):
            os.chown(place, *(OWNERS.get(folder.name, OURS),) * 2)


def main() -> None:
    """Make what is missing, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--postgres", default="postgres:5432", metavar="HOST:PORT")
    parser.add_argument("--rabbitmq", default="rabbitmq:5672", metavar="HOST:PORT")
    parser.add_argument("--smtp-url", help="smtp://user:password@host:port of the mail relay")
    parser.add_argument(
        "--policies", type=Path, default=POLICIES, help="RabbitMQ's definitions without users (default: %(default)s)"
    )
    parser.add_argument(
        "--staff", action="store_true", help="make staff keys too: for development, where no provider is"
    )
    parser.add_argument("--give-to-readers", action="store_true", help="change owners to the containers' user ids")
    given = parser.parse_args()
    make_keys(given.directory, staff=given.staff)
    make_addresses(given.directory, postgres=given.postgres, rabbitmq=given.rabbitmq, smtp_url=given.smtp_url)
    make_broker_definitions(given.directory / "rabbitmq", json.loads(given.policies.read_text()))
    if given.give_to_readers:
        give_to_readers(given.directory)


if __name__ == "__main__":
    main()
