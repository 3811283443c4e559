"""The desk's pages of templates: every message of every brand with sample data, in the light and in the dark."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web
from notifications_service.channels.brand_templates import read_own_templates
from notifications_service.channels.letter_pdf import LetterPress
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.message_kinds import LETTERS, MAILS
from notifications_service.domain.message_titles import TITLES
from notifications_service.rendering.previews import BrandPreviews
from notifications_service.rendering.samples import Sample, samples

from espace_embedded.desk_pages import FRAMED, HEADERS, answer_page

DARK_RULES = "@media (prefers-color-scheme: dark)"
BOTH_SCHEMES = "light dark"
# A mail as it looks to who prefers one scheme, whatever this browser prefers: its own rule → what it becomes.
SCHEMES = {
    "light": {DARK_RULES: "@media not all", BOTH_SCHEMES: "light"},
    "dark": {DARK_RULES: "@media all", BOTH_SCHEMES: "dark"},
}


class TemplatePages:
    """What members would read, without waiting for an occasion."""

    def __init__(self, brands_directory: Path, senders: Mapping[str, BrandSender], *, public_url: str) -> None:
        own = read_own_templates(brands_directory, senders.keys())
        self._previews = {name: BrandPreviews(sender, own[name], public_url) for name, sender in senders.items()}
        self._mails = {sample.name: sample for kind in MAILS.values() for sample in samples(kind)}
        self._letters = {sample.name: sample for kind in LETTERS.values() for sample in samples(kind)}
        self._press = LetterPress()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/_desk/templates", self.every),
            web.get("/_desk/templates/{brand}/{name}.html", self.mail),
            web.get("/_desk/templates/{brand}/{name}.pdf", self.letter),
            web.get("/_desk/templates/{brand}/{purpose}", self.one),
        ]

    async def every(self, _request: web.Request) -> web.Response:
        """List every message of every brand, with the ways in which it is told."""
        ways = {
            purpose: [way for way, kinds in (("mail", MAILS), ("courrier", LETTERS)) if purpose in kinds]
            for purpose in TITLES
        }
        return answer_page(
            "templates.html", title="Mails et courriers types", titles=TITLES, ways=ways, brands=self._brands()
        )

    async def one(self, request: web.Request) -> web.Response:
        """Show one message of one brand in each of its variants."""
        previews, purpose = self._of_brand(request), request.match_info["purpose"]
        mails, letters = (self._of_purpose(found, purpose) for found in (self._mails, self._letters))
        if not mails and not letters:
            raise web.HTTPNotFound
        return answer_page(
            "template.html",
            title=TITLES[purpose].words,
            brand=request.match_info["brand"],
            purpose=purpose,
            brands=self._brands(),
            mails=[(sample, previews.mail(sample)) for sample in mails],
            letters=letters,
        )

    async def mail(self, request: web.Request) -> web.Response:
        """Answer the HTML part of a mail as in the `scheme`."""
        sample, changes = self._mails.get(request.match_info["name"]), SCHEMES.get(request.query.get("scheme", "light"))
        if sample is None or changes is None:
            raise web.HTTPNotFound
        html = self._of_brand(request).mail(sample).html
        for rule, becomes in changes.items():
            html = html.replace(rule, becomes)
        return web.Response(text=html, content_type="text/html", headers=FRAMED)

    async def letter(self, request: web.Request) -> web.Response:
        """Answer a letter's PDF."""
        previews, sample = self._of_brand(request), self._letters.get(request.match_info["name"])
        if sample is None:
            raise web.HTTPNotFound
        pdf = await asyncio.to_thread(previews.letter, self._press, sample)
        return web.Response(body=pdf, content_type="application/pdf", headers=HEADERS)

    def _of_brand(self, request: web.Request) -> BrandPreviews:
        previews = self._previews.get(request.match_info["brand"])
        if previews is None:
            raise web.HTTPNotFound
        return previews

    def _brands(self) -> dict[str, str]:
        return {name: previews.brand.name for name, previews in self._previews.items()}

    @staticmethod
    def _of_purpose(found: Mapping[str, Sample], purpose: str) -> list[Sample]:
        return [sample for sample in found.values() if sample.kind.purpose == purpose]
