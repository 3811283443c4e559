"""Brands are configuration: one `<brand>.toml` each, of which every service reads the shared part and its own section."""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")

Model = TypeVar("Model", bound=BaseModel)


class BrandFileUnusable(Exception):
    """A brand's file is missing, malformed, or lacks a key: the message names file and key."""


def read_brands(directory: Path, section: str, model: type[Model]) -> dict[str, Model]:
    """Return brand → `model`, read from the tables [brand] and [`section`] of each file, in one flat set of keys."""
    files = sorted(directory.glob("*.toml"))
    if not files:
        raise BrandFileUnusable(f"{directory}: no <brand>.toml here")
    return {file.stem: _read(file, section, model) for file in files}


def _read(file: Path, section: str, model: type[Model]) -> Model:
    if not NAME.fullmatch(file.stem):
        raise BrandFileUnusable(f"{file.name}: a brand's name is lower-case letters, digits and hyphens")
    try:
        content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        return model.model_validate({**content.get("brand", {}), **content.get(section, {})})
    except (OSError, TypeError) as error:  # TypeError: [brand] or the section is no table
        raise BrandFileUnusable(f"{file.name}: {type(error).__name__}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrandFileUnusable(f"{file.name}: {error}") from None
    except ValidationError as error:
        keys = ", ".join(f"{section}.{'.'.join(map(str, one['loc']))} ({one['msg']})" for one in error.errors())
        raise BrandFileUnusable(f"{file.name}: {keys}") from None
