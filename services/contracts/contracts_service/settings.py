"""Settings of contracts: CONTRACTS_… in the environment."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict
from service_kit.settings import ServiceSettings


class ContractsSettings(ServiceSettings):
    """What contracts needs beside what every service needs."""

    model_config = SettingsConfigDict(env_prefix="CONTRACTS_")

    # Every list is read from an index in its order, and no further than a page. Left to itself PostgreSQL expects few lines of
    # each person, reads them all and sorts them: a hundred times slower for those who have many. (JIT would add to what remains.)
    # A plan is made once for each connection: for each call anew, over all the years' partitions, costs more than the reading.
    database_planner: ClassVar[Mapping[str, str]] = {
        "enable_seqscan": "off",
        "enable_bitmapscan": "off",
        "jit": "off",
        "plan_cache_mode": "force_generic_plan",
    }

    import_max_bytes: int = Field(4 * 1024**3, ge=1, description="longest file of an import")
    import_max_lines: int = Field(5_000_000, ge=1, description="most lines of an import")
    import_idle_seconds: float = Field(30.0, gt=0, le=60, description="an upload that pauses for longer has broken off")
    import_call_seconds: float = Field(
        20.0, ge=0, le=60, description="an import that takes longer is answered with 202 and done in the background"
    )
    document_uploads_at_once: int = Field(
        6, ge=1, le=100, description="supporting documents that one process receives at a time; each is in memory"
    )
    data_exports_at_once: int = Field(2, ge=1, le=20, description="archives of people's own data made at a time")
    document_idle_seconds: float = Field(20.0, gt=0, le=60, description="a document whose upload pauses has broken off")
    document_upload_seconds: float = Field(120.0, gt=0, le=600, description="longest upload of a supporting document")
    document_upload_grace_seconds: float = Field(
        5.0, gt=0, le=60, description="an upload of a supporting document may be as slow as it likes for so long"
    )
    document_upload_bytes_a_second: int = Field(
        16 * 1024, ge=1, description="and is given up where it is slower than this, on the whole, afterwards"
    )
    document_uploads_a_day: int = Field(
        60,
        ge=1,
        le=10_000,
        description="supporting documents of one person that one process receives a day, good and bad",
    )
    document_cleaning_seconds: float = Field(20.0, gt=0, le=60, description="longest cleaning of a supporting document")
    document_cleaning_mebibytes: int = Field(
        640, ge=256, le=4096, description="most memory of the process that cleans a supporting document"
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="networks of the proxies whose X-Forwarded-For is believed, separated by commas"
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
