"""The desk, embedded only: a start page, the mails and the letters, as HTML for people and JSON for programs."""

from aiohttp import web
from identity_service.domain.brand_policy import BrandPolicy
from notifications_service.domain.brand_sender import BrandSender

from espace_embedded.desk_pages import HEADERS, PAGES, answer_page
from espace_embedded.letterbox import Letterbox
from espace_embedded.mailbox import Mailbox


class Desk:
    """What a demonstration needs to see of the world outside: the member's mailbox and the printer's tray."""

    def __init__(
        self,
        mailbox: Mailbox,
        letterbox: Letterbox,
        *,
        services: tuple[str, ...],
        brands: dict[str, BrandPolicy],
        senders: dict[str, BrandSender],
    ) -> None:
        self._mailbox, self._letterbox, self._services = mailbox, letterbox, services
        self._brands, self._senders = brands, senders

    def routes(self) -> list[web.RouteDef]:
        """Return the desk's routes."""
        return [
            web.get("/", self.start),
            web.get("/_desk/style.css", self.style),
            web.get("/_desk/mails", self.mails),
            web.get("/_desk/letters", self.letters),
            web.get("/_desk/letters/{id}.pdf", self.letter),
            *(web.get(f"/{brand}/{{page:.+}}", self.later) for brand in self._brands),
        ]

    async def start(self, _request: web.Request) -> web.Response:
        """Say what is here."""
        return answer_page("start.html", title="Bienvenue", services=self._services, brands=self._brands)

    async def style(self, _request: web.Request) -> web.Response:
        """Answer the style sheet."""
        return web.Response(
            text=(PAGES / "style.css").read_text(encoding="utf-8"), content_type="text/css", headers=HEADERS
        )

    async def mails(self, request: web.Request) -> web.Response:
        """Answer the mails: oldest first for programs, newest first for people."""
        mails = self._mailbox.mails()
        if _wants_json(request):
            return web.json_response([mail.as_dict() for mail in mails], headers=HEADERS)
        return answer_page("mails.html", title="Mails envoyés", mails=mails[:-101:-1])

    async def letters(self, request: web.Request) -> web.Response:
        """Answer the letters: oldest first for programs, newest first for people."""
        letters = self._letterbox.letters()
        if _wants_json(request):
            return web.json_response([letter.as_dict() for letter in letters], headers=HEADERS)
        return answer_page("letters.html", title="Courriers remis", letters=letters[::-1])

    async def letter(self, request: web.Request) -> web.Response:
        """Answer a letter's PDF."""
        pdf = self._letterbox.pdf(request.match_info["id"])
        if pdf is None:
            raise web.HTTPNotFound
        return web.Response(body=pdf, content_type="application/pdf", headers=HEADERS)

    async def later(self, request: web.Request) -> web.Response:
        """Say what to do in place of a member's page, which comes with the portal."""
        brand = request.path.split("/")[1]
        page, token = _page_and_token(self._senders[brand], request.path)
        content = {
            "brand": brand,
            "page": page,
            "token": token,
            "host": request.host,
            "terms": self._brands[brand].terms_version,
        }
        return answer_page("later.html", title="Cette page arrive bientôt", **content)


def _wants_json(request: web.Request) -> bool:
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def _page_and_token(sender: BrandSender, path: str) -> tuple[str, str]:
    """Return which of the brand's pages a path is, "" for none that mails or letters name, and the token at its end."""
    pages = {
        sender.reset_path: "password",
        sender.activation_path: "password",
        sender.undo_email_path: "former-address",
        sender.first_connection_path: "first-connection",
        sender.sign_in_path: "sign-in",
    }
    place, _, token = path.rpartition("/")
    return (pages[path], "") if path in pages else (pages.get(place, ""), token)
