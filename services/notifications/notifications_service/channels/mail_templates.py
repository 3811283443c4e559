"""Mails in French: `templates/<purpose>/{subject.txt,body.txt,body.html}`, filled in with one set of values.

A brand's own templates take the places of those that ship with the service; `shipped/<place>` names the latter still, so that
a brand can extend what it does not want to write anew. They are words, not programs: Jinja's sandbox sees to that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import (
    BytecodeCache,
    ChoiceLoader,
    DictLoader,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    select_autoescape,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.nodes import FromImport, Import, Macro, Name, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications_service.domain.plain_lines import opening_of, wrapped

TEMPLATES = Path(__file__).parent.parent / "templates"
PARTS = ("subject.txt", "body.txt", "body.html")
NOTHING_OWN: Mapping[str, str] = {}


class TemplateUnusable(Exception):
    """A template is malformed, or asks for what its message does not have; `place` is its `<purpose>/<file>`.

    It names what is missing, and quotes nothing of what there is.
    """

    code = "template-unusable"

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.place = place


@dataclass(frozen=True)
class RenderedMail:
    """What a member reads."""

    subject: str
    text: str
    html: str


class _Compiled(BytecodeCache):
    """What was compiled in this process: brands mostly share their templates, and checks are repeated."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def _names_of_its_own(parsed: Template) -> Iterator[str]:
    """Yield what a template imports and defines: its blocks see it, which Jinja's own search for names forgets."""
    for imported in parsed.find_all(FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in imported.names)
    yield from (imported.target for imported in parsed.find_all(Import))
    yield from (macro.name for macro in parsed.find_all(Macro))
    yield from (name.name for name in parsed.find_all(Name) if name.ctx != "load")


class MailTemplates:
    """The templates of one brand; a value that is missing is an error, never a blank."""

    def __init__(self, own: Mapping[str, str] = NOTHING_OWN) -> None:
        shipped = FileSystemLoader(TEMPLATES)
        self._own = own
        self._environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([DictLoader(own), shipped, PrefixLoader({"shipped": shipped})]),
            autoescape=select_autoescape(("html",), disabled_extensions=("txt",), default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            bytecode_cache=_COMPILED,
        )

    def render(self, purpose: str, values: Mapping[str, Any]) -> RenderedMail:
        """Fill in the three parts; raise TemplateUnusable for a value that is missing.

        Lines of the text are at most 76 characters long, and the HTML part is also given its `opening`.
        """
        subject = self._part(f"{purpose}/subject.txt", values).strip()
        text = wrapped(self._part(f"{purpose}/body.txt", values))
        html = self._part(f"{purpose}/body.html", {**values, "opening": opening_of(text)})
        return RenderedMail(subject, text, html)

    def unknown_values(self, place: str, known: frozenset[str]) -> list[str]:
        """Return what a brand's own template asks for in any of its branches, beside the `known`; raise TemplateUnusable."""
        try:
            parsed = self._environment.parse(self._own[place])
        except TemplateSyntaxError as error:
            raise TemplateUnusable(place, f"line {error.lineno}: {error.message}") from None
        return sorted(find_undeclared_variables(parsed) - known - set(_names_of_its_own(parsed)))

    def _part(self, place: str, values: Mapping[str, Any]) -> str:
        try:
            return self._environment.get_template(place).render(values)
        except TemplateSyntaxError as error:
            raise TemplateUnusable(error.name or place, f"line {error.lineno}: {error.message}") from None
        except SecurityError:
            raise TemplateUnusable(place, "asks for what templates may not touch") from None
        except TemplateError as error:
            raise TemplateUnusable(place, error.message or type(error).__name__) from None
