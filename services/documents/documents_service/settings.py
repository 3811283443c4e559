"""Settings of documents: DOCUMENTS_… in the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from service_kit.settings import ServiceSettings


class DocumentsSettings(ServiceSettings):
    """What documents needs beside what every service needs."""

    model_config = SettingsConfigDict(env_prefix="DOCUMENTS_")

    storage_directory: Path = Field(
        description="folder of the issued documents, encrypted; `serve` and `work` share it"
    )
    render_threads: int = Field(
        1,
        ge=1,
        le=64,
        description="PDFs drawn at the same time, each on a core of its own; never more than there are cores",
    )
