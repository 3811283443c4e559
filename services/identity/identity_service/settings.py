"""Settings of identity: IDENTITY_… in the environment."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict
from service_kit.settings import ServiceSettings

from identity_service.domain.passkeys import belongs_to, host_of, is_origin

ONE_PASS_MEMORY_KIB = 47_104  # 46 MiB


class IdentitySettings(ServiceSettings):
    """What identity needs beside what every service needs."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_")

    pepper_file: Path = Field(
        description="key ring that passwords are keyed with before hashing; never in the database"
    )
    access_token_keys_file: Path = Field(description="JWKS with the private Ed25519 keys; the first one signs")
    access_token_seconds: int = Field(600, ge=60, le=600)
    hashing_threads: int = Field(2, ge=1, le=64, description="as many as cores: argon2's throughput falls beyond")
    hashing_queue: int = Field(64, ge=1, le=10_000, description="hashes that may wait before 503 is answered")
    hashing_memory_kib: int = Field(
        47_104, ge=19_456, le=4_194_304, description="Argon2id's memory for each hash, times hashing_threads at once"
    )
    hashing_passes: int = Field(2, ge=1, le=20, description="Argon2id's passes over that memory")
    breach_range_url: str | None = Field(
        None,
        pattern=r"^https?://.",
        description="asked for leaked passwords, by five digits of their SHA-1; not set: nobody is",
    )
    breach_range_seconds: float = Field(
        1.5, gt=0, le=10, description="how long it may take before the shipped list is enough"
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="networks of the proxies whose X-Forwarded-For is believed, separated by commas"
    )
    passkey_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="origins of the pages that members sign in on, separated by commas: https://…, or http://localhost:… for "
        "development; none: no passkeys",
    )
    passkey_rp_id: str | None = Field(
        None,
        validate_default=True,
        description="the domain that passkeys are bound to, for good; the first origin's host unless set",
    )

    @field_validator("hashing_passes")
    @classmethod
    def _as_hard_as_owasp_asks(cls, passes: int, info: ValidationInfo) -> int:
        # OWASP Password Storage Cheat Sheet: 46 MiB with one pass and 19 MiB with two are the same defence.
        if passes < 2 and info.data.get("hashing_memory_kib", ONE_PASS_MEMORY_KIB) < ONE_PASS_MEMORY_KIB:
            raise ValueError(f"one pass needs hashing_memory_kib of at least {ONE_PASS_MEMORY_KIB} (OWASP)")
        return passes

    @field_validator("trusted_proxies", "passkey_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("passkey_origins")
    @classmethod
    def _as_browsers_write_them(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [origin for origin in origins if not is_origin(origin)]:
            raise ValueError(
                f"{wrong[0]}: an origin is https://host or http://localhost, in lower case, with its port unless it is the "
                "ordinary one, and nothing after it; the host is a name, never an address"
            )
        return origins

    @field_validator("passkey_rp_id")
    @classmethod
    def _of_every_origin(cls, rp_id: str | None, info: ValidationInfo) -> str | None:
        origins = info.data.get("passkey_origins", ())
        domain = host_of(origins[0]) if origins and rp_id is None else rp_id
        if domain and (strangers := [one for one in origins if not belongs_to(host_of(one), domain)]):
            raise ValueError(f"{strangers[0]} is neither {domain} nor below it: browsers would refuse its passkeys")
        return domain
