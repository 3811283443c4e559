"""A mail's HTML part as a mail program sees it: elements with the styles that apply to them, in the light and in the dark."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

Scheme = Literal["light", "dark"]
VOID = {"meta", "br", "hr", "img", "link", "input"}
DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}", re.DOTALL)
RULE = re.compile(r"([^{}]+)\{([^}]*)\}")
CLASS = re.compile(r"^\.([a-z]+)$")
INHERITED = {"color", "font-size"}


@dataclass
class Element:
    """One element: `texts` are its own, in order with its children."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    content: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return all that is read inside, in one line; no-break spaces are spaces."""
        whole = "".join(one if isinstance(one, str) else one.text for one in self.content)
        return plain(whole)

    @property
    def style(self) -> dict[str, str]:
        """Return the element's own declarations."""
        return declarations(self.attributes.get("style", ""))

    @property
    def classes(self) -> set[str]:
        """Return the element's classes."""
        return set(self.attributes.get("class", "").split())

    def all(self, *tags: str) -> "list[Element]":
        """Return the elements inside with one of these tags, in reading order."""
        return [one for one in self.descendants() if not tags or one.tag in tags]

    def nearest(self, tag: str) -> "Element | None":
        """Return the innermost element around this one with that tag."""
        here = self.parent
        while here is not None and here.tag != tag:
            here = here.parent
        return here

    def descendants(self) -> "Iterator[Element]":
        """Yield what is inside, in reading order."""
        for one in self.content:
            if isinstance(one, Element):
                yield one
                yield from one.descendants()


class MailDocument(HTMLParser):
    """A parsed HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self._open = Element("", {})
        self.feed(html)
        self.close()
        assert self._open is self.root, f"<{self._open.tag}> is never closed"
        (style,) = self.root.all("style")
        (dark,) = DARK.findall(str(style.content[0]))
        self.dark: dict[str, dict[str, str]] = {}
        for selectors, body in RULE.findall(dark):
            for selector in selectors.split(","):
                found = CLASS.match(selector.strip())
                assert found, f"{selector.strip()}: only classes are looked at here"
                self.dark.setdefault(found[1], {}).update(declarations(body.replace("!important", "")))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.content.append(element)
        if tag not in VOID:
            self._open = element

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must be this one."""
        assert self._open.tag == tag, f"</{tag}> closes <{self._open.tag}>"
        assert self._open.parent is not None
        self._open = self._open.parent

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self._open.content.append(data)

    def read_texts(self) -> list[tuple[str, Element]]:
        """Return the texts that are shown, each with its element."""
        (body,) = self.root.all("body")
        shown = [body, *(one for one in body.descendants() if not self._hidden(one))]
        return [(plain(text), one) for one in shown for text in one.content if isinstance(text, str) and plain(text)]

    def value(self, element: Element, name: str, scheme: Scheme = "light") -> str:
        """Return what applies to an element, its own or what it inherits; for a background: the one that shows through."""
        here: Element | None = element
        while here is not None:
            own = here.style | (self._dark_of(here) if scheme == "dark" else {})
            if name in own:
                return own[name]
            here = here.parent
        raise AssertionError(f"nothing says {name} of <{element.tag}>")

    def _dark_of(self, element: Element) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, values in self.dark.items():
            found |= values if name in element.classes else {}
        return found

    @staticmethod
    def _hidden(element: Element | None) -> bool:
        while element is not None:
            if element.style.get("display") == "none":
                return True
            element = element.parent
        return False


def declarations(style: str) -> dict[str, str]:
    """Return property → value."""
    pairs = (one.split(":", 1) for one in style.split(";") if ":" in one)
    return {name.strip(): value.strip() for name, value in pairs}


def plain(text: str) -> str:
    """Return a text in one line, with plain spaces only."""
    return re.sub(r"\s+", " ", text).strip()
