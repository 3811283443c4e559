"""Mails in French: `templates/<purpose>/{subject.txt,body.txt,body.html}`, filled in with one set of values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True)
class RenderedMail:
    """What a member reads."""

    subject: str
    text: str
    html: str


class MailTemplates:
    """The templates of one directory; a value that is missing is an error, never a blank."""

    def __init__(self, directory: Path = TEMPLATES) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(directory),
            autoescape=select_autoescape(("html",), disabled_extensions=("txt",), default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )

    def render(self, purpose: str, values: Mapping[str, Any]) -> RenderedMail:
        """Fill in the three parts; raise jinja2.UndefinedError for a value that is missing."""
        subject, text, html = (
            self._environment.get_template(f"{purpose}/{part}").render(values)
            for part in ("subject.txt", "body.txt", "body.html")
        )
        return RenderedMail(subject.strip(), text, html)
