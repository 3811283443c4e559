"""What is kept of a termination: the texts, the recap and the instant, as they were, and what became of the acknowledgement."""

import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from contracts_service.usecases.note_failed_acknowledgement import note_failed_acknowledgement
from contracts_service.usecases.note_undeliverable import FailedDelivery

from tests.support.contracts_fixtures import OpenContracts
from tests.support.termination_steps import Somebody, evidence_of, sent


async def test_the_digest_is_the_sha256_of_what_is_shown(member: Somebody) -> None:
    shown = await member.shown(await member.drafted(motive="annual"))
    canonical = json.dumps(shown["recap"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    assert hashlib.sha256(canonical).hexdigest() == shown["recap_digest"]


async def test_what_came_is_kept_as_evidence_with_the_texts_that_were_shown(
    member: Somebody, space: OpenContracts
) -> None:
    draft_id = await member.drafted(motive="infra_annual")
    shown = await member.shown(draft_id)
    await member.confirmed(draft_id)
    row = await evidence_of(space, draft_id)
    (texts,) = await space.fetch("SELECT * FROM termination_texts WHERE digest = $1", row["text_digest"])
    opened = json.loads(space.service.seals.termination_evidence.open(row["evidence_sealed"], context=draft_id))
    steps = await space.fetch("SELECT kind, done_by FROM termination_steps WHERE termination_id = $1", row["id"])

    assert (row["channel"], row["received_at"]) == ("member_online", datetime(2026, 11, 21, 9, tzinfo=UTC))
    assert row["recap_digest"].hex() == shown["recap_digest"]
    assert opened["recap"] == shown["recap"]
    assert texts["digest"].hex() == shown["recap"]["texts_digest"]
    assert texts["content"]["texts"]["version"] == shown["recap"]["texts_version"]
    assert row["articles"] == ["L221-10-2", "R221-5"]
    assert {(one["kind"], one["done_by"]) for one in steps} == {("received", "member"), ("decided", "service")}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE terminations SET received_at = received_at - interval '1 day' WHERE id = $1",
        "UPDATE terminations SET recap_digest = '\\x00' WHERE id = $1",
        "UPDATE terminations SET evidence_sealed = evidence_sealed || '\\x00' WHERE id = $1",
        "UPDATE terminations SET effective_date = effective_date + 1 WHERE id = $1",
        "UPDATE terminations SET motive = 'death' WHERE id = $1",
        "UPDATE terminations SET decided_at = NULL WHERE id = $1",
        "DELETE FROM terminations WHERE id = $1",
        "UPDATE termination_steps SET kind = 'cancelled' WHERE termination_id = $1",
        "DELETE FROM termination_steps WHERE termination_id = $1",
        "DELETE FROM termination_texts WHERE $1::uuid IS NOT NULL",
    ],
)
async def test_the_database_refuses_to_change_evidence(registered: str, space: OpenContracts, change: str) -> None:
    before = await evidence_of(space, registered)
    with pytest.raises(Exception, match=r"kept"):
        await space.execute(change, before["id"])

    assert await evidence_of(space, registered) == before


@pytest.fixture
async def registered(member: Somebody) -> str:
    """The id of a termination that was confirmed."""
    answer = await member.ended(motive="infra_annual")
    return str(answer["id"])


async def test_a_receipt_that_reached_nobody_is_part_of_the_evidence_of_its_request(
    member: Somebody, space: OpenContracts
) -> None:
    request_id = UUID(await sent(space, member.number, contact={"email": "personne@ailleurs.example"}))
    failed = FailedDelivery(
        member_id=request_id,  # whoever typed the address is nobody whom notifications knows
        brand="mgas",
        channel="email",
        hard=True,
        failed_at=datetime(2026, 12, 1, tzinfo=UTC),
        purpose="termination_receipt",
        cause=request_id,
        failure="no-such-address",
    )
    async with space.service.database.transaction() as connection:
        await note_failed_acknowledgement(space.service, connection, failed, now=datetime(2026, 12, 1, tzinfo=UTC))
    (step,) = await space.fetch(
        "SELECT detail->>'failure' AS failure FROM termination_steps WHERE termination_id = $1 AND kind = $2",
        request_id,
        "acknowledgement_failed",
    )

    assert step["failure"] == "no-such-address"


@pytest.mark.parametrize(("purpose", "kept"), [("termination_acknowledged", 1), ("welcome", 0)])
async def test_an_acknowledgement_that_reached_nobody_is_part_of_the_evidence(
    member: Somebody, space: OpenContracts, purpose: str, kept: int
) -> None:
    answer = await member.ended(motive="infra_annual")
    failed = FailedDelivery(
        member_id=member.id,
        brand="mgas",
        channel="letter",
        hard=False,
        failed_at=datetime(2026, 12, 1, tzinfo=UTC),
        purpose=purpose,
        cause=uuid4(),  # of a document that brings the notice
        failure="undelivered",
    )
    async with space.service.database.transaction() as connection:
        await note_failed_acknowledgement(space.service, connection, failed, now=datetime(2026, 12, 1, tzinfo=UTC))
    steps = await space.fetch(
        "SELECT detail FROM termination_steps WHERE termination_id = $1 AND kind = 'acknowledgement_failed'",
        UUID(answer["id"]),
    )

    assert [one["detail"] for one in steps] == [
        {"purpose": purpose, "channel": "letter", "failure": "undelivered"}
    ] * kept
