"""The pages of the desk: HTML from `pages/`, never kept by browsers, framed by nobody else, without scripts."""

from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

PAGES = Path(__file__).parent / "pages"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# What is shown in a frame of a page of ours: it may have styles, and nothing else.
FRAMED = HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
}

_TEMPLATES = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)


def answer_page(template: str, **content: object) -> web.Response:
    """Return a page; `title` is what every page has."""
    text = _TEMPLATES.get_template(template).render(**content)
    return web.Response(text=text, content_type="text/html", headers=HEADERS)
