"""The desk's pages of templates: every message of every brand can be looked at, and nothing that is shown can do anything."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from espace_embedded.template_pages import TemplatePages
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.message_kinds import LETTERS, MAILS
from notifications_service.rendering.samples import samples
from service_kit.brands import read_brands
from service_kit.process import listening

pytestmark = pytest.mark.unit

BRANDS = Path(__file__).parents[2] / "deploy" / "brands"
LINKS = re.compile(r'(?:href|src)="(/_desk/templates[^"]*)"')


@pytest.fixture
async def desk() -> AsyncIterator[aiohttp.ClientSession]:
    senders = read_brands(BRANDS, "notifications", BrandSender)
    application = web.Application()
    application.add_routes(TemplatePages(BRANDS, senders, public_url="http://127.0.0.1:8080").routes())
    async with (
        listening(application, host="127.0.0.1", port=0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        yield client


async def read(desk: aiohttp.ClientSession, path: str) -> str:
    async with desk.get(path) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html"), path
        return await answer.text()


@pytest.mark.slow
async def test_every_message_of_every_brand_is_one_click_away(desk: aiohttp.ClientSession):
    listed = set(LINKS.findall(await read(desk, "/_desk/templates"))) - {"/_desk/templates"}

    assert listed == {
        f"/_desk/templates/{brand}/{purpose}"
        for brand in ("demo", "mgas", "safiag")
        for purpose in MAILS.keys() | LETTERS
    }
    for path in listed:
        await read(desk, path)


async def test_a_message_is_shown_in_every_variant_and_both_schemes_in_frames_that_can_do_nothing(
    desk: aiohttp.ClientSession,
):
    page = await read(desk, "/_desk/templates/mgas/access_requested")
    frames = re.findall(r"<iframe ([^>]*)>", page)
    links = [html.unescape(link) for link in LINKS.findall(page)]
    variants = [sample.name for sample in samples(MAILS["access_requested"])]

    assert [link for link in links if ".html" in link] == [
        f"/_desk/templates/mgas/{name}.html?scheme={scheme}" for name in variants for scheme in ("light", "dark")
    ]
    assert [link for link in links if link.endswith(".pdf")] == [
        f"/_desk/templates/mgas/{sample.name}.pdf" for sample in samples(LETTERS["access_requested"])
    ]
    assert len(frames) == 2 * len(variants)
    assert all(re.match(r"sandbox [^=]*loading", frame) for frame in frames)
    assert "Bonjour Madame Martin-Gœtz,\n\n" in html.unescape(page)


async def test_a_mail_is_shown_as_in_the_dark_whatever_the_browser_prefers(desk: aiohttp.ClientSession):
    light, dark = [
        await read(desk, f"/_desk/templates/safiag/new_device_code.html?scheme={scheme}")
        for scheme in ("light", "dark")
    ]
    async with desk.get("/_desk/templates/safiag/new_device_code.html") as answer:
        policy = answer.headers["Content-Security-Policy"]

    assert ("@media all {" in dark, "@media all {" in light) == (True, False)
    assert ("@media not all {" in dark, "@media not all {" in light) == (False, True)
    assert "prefers-color-scheme" not in light + dark
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


async def test_letters_are_drawn_side_by_side(desk: aiohttp.ClientSession):
    async def draw(name: str) -> tuple[int, str, bytes]:
        async with desk.get(f"/_desk/templates/demo/{name}.pdf") as answer:
            return answer.status, answer.content_type, (await answer.read())[:5]

    drawn = await asyncio.gather(*(draw(sample.name) for kind in LETTERS.values() for sample in samples(kind)))

    assert set(drawn) == {(200, "application/pdf", b"%PDF-")}


@pytest.mark.parametrize(
    "path",
    ["nobody/welcome", "mgas/nothing", "mgas/nothing.html", "mgas/welcome.pdf", "mgas/welcome.html?scheme=pink"],
)
async def test_what_there_is_not_is_not_found(desk: aiohttp.ClientSession, path: str):
    async with desk.get(f"/_desk/templates/{path}") as answer:
        assert answer.status == 404
