"""How to make a real id for every route of contracts that takes one.

`ROUTES` is what `tests/contracts/http/test_other_peoples_ids.py` walks by. Whoever adds a route to contracts that takes an id, in
its path, its query or its body, adds a row: **operation → how to make a real id of it**. The test finds the ids by itself (UUIDs
of the models, every part of the path but `{brand}`) and fails for a route that has one and no row.

What a row says:

- `make(scene, owner)`: let there be a real thing of `owner` (a name of `Scene.people`), and return the `Ids` that name it. Make
  it once for the scene (`Scene.once`), so that it is the same one that strangers have left alone when its owner calls at last.
- `owners`: whose things the route knows. `member` alone where only members have them; `member`, `spouse`, `grown` and `child` for
  what belongs to a person (the child's is called for by the member).
- `body`, `raw`, `headers`: what else a call needs in order to come as far as the look for the thing.

What the test does with it: everybody who may not see the thing gets 404 and the very body that an id of nothing gets, and the
owner does not get 404, which proves that the id is real.
"""

from uuid import UUID

from tests.support.contracts_fixtures import enrolment_line
from tests.support.other_people import Ids, Route, Scene

REMOVAL = {"effective_date": "2026-12-31", "cause": "independence"}
PDF = {"Content-Type": "application/pdf"}
SEEN = {"If-Match": '"something else"'}
REASON = {"reason": "appel du 20 novembre"}


async def person_in_query(scene: Scene, owner: str) -> Ids:
    """Name a person as `?person=`."""
    return Ids(query={"person": str(scene.people[owner].id)})


async def person_in_path(scene: Scene, owner: str) -> Ids:
    """Name a person of whom staff do something."""
    return Ids(path={"id": str(scene.people[owner].id)})


async def own_reimbursement(scene: Scene, owner: str) -> Ids:
    """Name a line of a person."""
    rows = await scene.contracts.fetch("SELECT id FROM reimbursements WHERE person_id = $1", scene.people[owner].id)
    return Ids(path={"id": str(rows[0]["id"])})


async def own_statement(scene: Scene, owner: str) -> Ids:
    """Name the statement of a person's line: nobody else of the household has one on it."""
    rows = await scene.contracts.fetch(
        "SELECT statement_id FROM reimbursements WHERE person_id = $1", scene.people[owner].id
    )
    return Ids(path={"id": str(rows[0]["statement_id"])})


async def an_import(scene: Scene, owner: str) -> Ids:
    """Name an import of the owner's brand."""
    brand = scene.people[owner].brand
    made = await scene.once(("import", brand), lambda: scene.send(brand, [enrolment_line(610_009)], kind="members"))
    return Ids(path={"id": made})


async def person_to_remove(scene: Scene, owner: str) -> Ids:
    """Name a person whom the member asks to take off the contract."""
    return Ids(body={"beneficiary_id": str(scene.people[owner].id)})


async def own_request(scene: Scene, owner: str) -> Ids:
    """Name a member's request."""
    made = await scene.once(("request", owner), lambda: _asked(scene, owner))
    return Ids(path={"id": made})


async def document_of_own_request(scene: Scene, owner: str) -> Ids:
    """Name a document that has come for a member's request."""
    request = await own_request(scene, owner)
    await scene.once(("document", owner), lambda: _sent(scene, request.path["id"]))
    return Ids(path={**request.path, "kind": "birth_certificate"})


async def _sent(scene: Scene, request_id: str) -> bool:
    """Keep a document, cleaned already."""
    service = scene.contracts.service
    document_id = service.entropy.new_id()
    await scene.contracts.execute(
        """
        INSERT INTO supporting_documents (id, request_id, kind, media_type, size, sha256, content_sealed, received_at)
        VALUES ($1, $2, 'birth_certificate', 'application/pdf', 8, '\\x00', $3, now())
        """,
        document_id,
        UUID(request_id),
        service.seals.supporting_document.seal(b"%PDF-1.7", context=str(document_id)),
    )
    return True


async def own_draft(scene: Scene, owner: str) -> Ids:
    """Name a member's draft of a termination."""
    drafts = "/v1/me/terminations"
    body = {"motive": "infra_annual"}
    made = await scene.once(("draft", owner), lambda: scene.post(drafts, body, scene.token(owner)))
    return Ids(path={"id": made["id"]})


async def public_draft(scene: Scene, owner: str) -> Ids:
    """Name a draft of somebody who has not signed in, and the secret that opens it."""
    brand = scene.people[owner].brand
    who = {"first_name": "Zoé", "last_name": "Arc", "contact": {"email": "zoe.arc@example.org"}}
    body = {"motive": "infra_annual", "membership_number": "00619999", **who}
    made = await scene.once(("public", owner), lambda: scene.post(f"/v1/{brand}/terminations", body, {}))
    return Ids(path={"id": made["id"]}, headers={"Termination-Secret": made["secret"]})


async def own_termination(scene: Scene, owner: str) -> Ids:
    """Name a termination of a member that staff have recorded."""
    person = scene.people[owner]
    body = {
        "motive": "infra_annual",
        "channel": "letter",
        "received_on": "2026-11-20",
        "membership_number": f"{person.household:08}",
        **REASON,
    }
    staff = scene.contracts.staff(person.brand)
    path = f"/v1/{person.brand}/staff/terminations"
    made = await scene.once(("termination", owner), lambda: scene.post(path, body, staff))
    return Ids(path={"id": made["termination"]["id"]})


async def _asked(scene: Scene, owner: str) -> str:
    """Let a member ask that a newborn be covered."""
    body = {
        "change": "addition",
        "relation": "child",
        "first_name": "Lou",
        "last_name": "Arc",
        "birth_date": "2026-11-02",
    }
    made = await scene.post("/v1/me/beneficiary-requests", body, scene.token(owner))
    return str(made["id"])


# Routes whose path has a part that is no id: operation → why.
NO_ID = {
    "put_member": "the membership number is the brand's own word: another brand's staff write a member of their own"
}

ROUTES: dict[str, Route] = {
    "list_reimbursements": Route(person_in_query, ("member", "spouse", "grown", "child")),
    "show_reimbursement": Route(own_reimbursement, ("member", "spouse", "grown", "child")),
    "show_statement": Route(own_statement, ("member", "spouse", "grown", "child")),
    "request_beneficiary": Route(person_to_remove, ("child",), {"change": "removal", **REMOVAL}, not_found=422),
    "show_beneficiary_request": Route(own_request),
    "cancel_beneficiary_request": Route(own_request),
    "put_supporting_document": Route(document_of_own_request, raw=b"%PDF-1.7", headers=PDF),
    "cancel_bank_details_of": Route(person_in_path, body=REASON),
    "show_request_of_brand": Route(own_request, ("stranger",)),
    "show_supporting_document": Route(document_of_own_request, ("stranger",)),
    "accept_beneficiary_request": Route(own_request, ("stranger",), body={"effective_date": "2026-12-31", **REASON}),
    "refuse_beneficiary_request": Route(own_request, ("stranger",), body={"reason": "Il manque une pièce."}),
    "show_import": Route(an_import),
    "download_import_report": Route(an_import),
    "view_nir_of_member": Route(person_in_path, ("member",), REASON),
    "view_nir_of_beneficiary": Route(person_in_path, ("spouse",), REASON),
    "record_autonomy_refusal": Route(
        person_in_path, ("grown",), {"refused_on": "2026-11-18", "proof": "lettre signée", **REASON}
    ),
    "withdraw_autonomy_refusal": Route(person_in_path, ("grown",), REASON),
    "restrict_for_person": Route(person_in_path, ("leaver", "leaving_spouse"), {"restricted": True, **REASON}),
    "show_termination": Route(own_draft),
    "edit_termination": Route(own_draft, body={"motive": "annual"}, headers=SEEN),
    "confirm_termination": Route(own_draft, body={"recap_digest": "0" * 64}),
    "contest_termination": Route(own_termination, ("leaver",)),
    "show_public_termination": Route(public_draft),
    "edit_public_termination": Route(public_draft, body={"motive": "annual"}, headers=SEEN),
    "confirm_public_termination": Route(public_draft, body={"recap_digest": "0" * 64}),
    "view_termination": Route(own_termination, ("leaver",)),
    "identify_termination": Route(
        own_termination, ("leaver",), {"membership_number": "00610004", "proof_seen": True, **REASON}
    ),
    "cancel_termination": Route(own_termination, ("leaver",), REASON),
    "record_beneficiary_email": Route(person_in_path, ("spouse",), {"email": "yves@exemple.example", **REASON}),
}
