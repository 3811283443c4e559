"""A member asks for somebody to be covered, and the back office decides: what a test does about it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts_service.usecases.apply_beneficiary_request import apply_due_requests
from contracts_service.usecases.lapse_beneficiary_requests import lapse_beneficiary_requests

from tests.support.contracts_fixtures import enrolment_line
from tests.support.document_files import good_pdf
from tests.support.household import Answered, Household

PATH = "/v1/me/beneficiary-requests"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
NEWBORN = {
    "change": "addition",
    "relation": "child",
    "first_name": "Canarine",
    "last_name": "Canariensis-d’Arc",
    "birth_date": "2026-11-10",
}
SPOUSE = {
    "change": "addition",
    "relation": "spouse",
    "first_name": "Yves",
    "last_name": "Le Goff",
    "birth_date": "1967-03-02",
    "nir": "167032B033051",
}
WHY = "Livret de famille vérifié."
REFUSAL = "L’acte de naissance n’est pas lisible\u202f: la date manque. Envoyez-nous une autre copie."


@dataclass
class Asking:
    """A household whose member asks."""

    household: Household
    member_id: UUID

    @classmethod
    async def of(cls, household: Household, *people: dict[str, Any], **changes: Any) -> "Asking":
        """Import the member with these people."""
        await household.file_says(*people, **changes)
        return cls(household, await household.member_id())

    def headers(self, **changes: Any) -> dict[str, str]:
        """Return the member's token."""
        return self.household.contracts.member(self.member_id, **changes)

    async def ask(self, body: dict[str, Any], headers: dict[str, str] | None = None) -> Answered:
        """Ask for a change of beneficiaries."""
        return await self.household.call("POST", PATH, body, self.headers() | (headers or {}))

    async def asked(self, body: dict[str, Any]) -> str:
        """Ask, and return the request's id."""
        status, answer = await self.ask(body)
        assert status == 201, answer
        return str(answer["id"])

    async def send(
        self,
        request_id: str,
        content: Any,
        kind: str = "birth_certificate",
        *,
        media_type: str = "application/pdf",
        headers: dict[str, str] | None = None,
    ) -> Answered:
        """Send a document."""
        contracts = self.household.contracts
        url = f"{contracts.url}{PATH}/{request_id}/supporting-documents/{kind}"
        every = {"Content-Type": media_type, **(headers or self.headers())}
        async with contracts.client.put(url, data=content, headers=every) as got:
            return got.status, await got.json(content_type=None)

    async def submitted(self, body: dict[str, Any] = NEWBORN) -> str:
        """Ask for somebody, send what is required, and return the request's id."""
        status, answer = await self.ask(body)
        assert status == 201, answer
        for one in answer["documents"]:
            if one["required"]:
                status, sent = await self.send(answer["id"], good_pdf(), one["kind"])
                assert status == 200, sent
        return str(answer["id"])

    async def shown(self, request_id: str) -> dict[str, Any]:
        """Return a request as its member sees it."""
        return (await self.household.contracts.get(f"{PATH}/{request_id}", self.headers()))[1]

    async def cancel(self, request_id: str) -> Answered:
        """Take a request back."""
        return await self.household.call("POST", f"{PATH}/{request_id}/cancellation", None, self.headers())

    async def accept(self, request_id: str, day: str = "2026-11-10", **changes: Any) -> Answered:
        """Accept a request."""
        body = {"effective_date": day, "reason": WHY, **changes}
        return await self.household.staff(f"beneficiary-requests/{request_id}/acceptance", body)

    async def refuse(self, request_id: str, reason: str = REFUSAL, **changes: Any) -> Answered:
        """Refuse a request."""
        return await self.household.staff(f"beneficiary-requests/{request_id}/refusal", {"reason": reason, **changes})

    async def document(self, request_id: str, kind: str = "birth_certificate", **staff: Any) -> tuple[int, bytes, Any]:
        """Return a document as the back office gets it: status, bytes and headers."""
        contracts = self.household.contracts
        url = f"{contracts.url}/v1/mgas/staff/beneficiary-requests/{request_id}/supporting-documents/{kind}"
        async with contracts.client.get(url, headers=contracts.staff(**staff)) as got:
            return got.status, await got.read(), got.headers

    async def news(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what was told of the member since the enrolment, with what travels sealed to notifications."""
        opener = self.household.contracts.opener("notifications")
        return [
            (one.type, {**one.data, **(opener.open(one.sealed) if one.sealed else {})})
            for one in await self.household.contracts.envelopes()
            if one.data.get("member_id") == str(self.member_id) and one.type != "member.enrolled.v1"
        ]

    async def kept(self, request_id: str) -> list[tuple[str, bool, str | None]]:
        """Return what is kept of a request's documents: kind, whether the content is there, verdict."""
        rows = await self.household.contracts.fetch(
            """
            SELECT kind, content_sealed IS NOT NULL, verdict FROM supporting_documents
            WHERE request_id = $1 AND octet_length(sha256) = 32 ORDER BY kind
            """,
            UUID(request_id),
        )
        return [tuple(row) for row in rows]

    async def days_work(self) -> None:
        """Do what the background does about requests."""
        service = self.household.contracts.service
        while await apply_due_requests(service):
            pass
        await lapse_beneficiary_requests(service)

    async def covered(self) -> list[str]:
        """Return the first names of whom the contract covers today."""
        rows = await self.household.contracts.fetch(
            """
            SELECT first_name FROM beneficiaries JOIN contracts ON contracts.id = contract_id
            WHERE member_id = $1 AND removed_at IS NULL ORDER BY place
            """,
            self.member_id,
        )
        return [row["first_name"] for row in rows]

    def line(self, *people: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Return what a file says of the member."""
        return enrolment_line(self.household.number, beneficiaries=list(people), **changes)
