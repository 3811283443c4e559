"""SQL of issues: what is to be issued, under which lease, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from service_kit.database import Connection, row_as

from documents_service.domain.documents import DocumentKind, Holder, Subject
from documents_service.domain.lanes import Lane

Status = Literal["planned", "failed", "unchanged", "not_due", "cancelled"]  # with which an issue begins


@dataclass(frozen=True)
class Issue:
    """A decision about one version of a subject. `content` is sealed; `facts_digest` stands for what is printed."""

    id: UUID
    subject: Subject
    version: int
    status: Status
    lane: Lane
    facts_digest: bytes | None = None
    content: bytes | None = None
    traceparent: str | None = None
    failure: str | None = None


@dataclass(frozen=True)
class History:
    """What was decided about a subject so far: the newest version heard, and the last decision that made a difference."""

    version: int
    status: str
    facts_digest: bytes | None

    def says(self, digests: list[bytes]) -> bool:
        """Tell whether a document with these facts was issued, or will be; one that could not be is tried with any news."""
        return self.status in ("planned", "done") and self.facts_digest in digests


@dataclass(frozen=True)
class ClaimedIssue:
    """An issue that this process may work on until its lease has gone."""

    id: UUID
    subject: Subject
    version: int
    content: bytes
    traceparent: str | None
    attempts: int


async def lock(connection: Connection, holder: Holder) -> None:
    """Keep other events of the same member waiting until the end of the transaction: two versions may come at once."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{holder.brand}/{holder.member_id}"
    )


async def history_of(connection: Connection, subject: Subject) -> History | None:
    """Return what was decided about a subject, or None for a new one."""
    row = await connection.fetchrow(
        """
        SELECT max(member_version) OVER () AS version, status, facts_digest FROM issues
        WHERE brand = $1 AND member_id = $2 AND kind = $3 AND coalesce(subject_id, member_id) = $4
        ORDER BY status = 'unchanged', member_version DESC LIMIT 1
        """,
        *_key(subject),
    )
    return row_as(History, row)


async def supersede_waiting(connection: Connection, subject: Subject, *, now: datetime) -> Lane | None:
    """Take back what was planned, or failed, for a subject: a newer version decides. Their content is blanked.

    Returns the lane in which the most urgent of it waited, None where nothing did: what takes its place waits no longer.
    """
    rows = await connection.fetch(
        """
        UPDATE issues SET status = 'superseded', content = NULL, leased_until = NULL, ended_at = $5
        WHERE brand = $1 AND member_id = $2 AND kind = $3 AND coalesce(subject_id, member_id) = $4
            AND status IN ('planned', 'failed')
        RETURNING lane
        """,
        *_key(subject),
        now,
    )
    return min((Lane(row["lane"]) for row in rows), default=None)


async def hurry(connection: Connection, subject: Subject, *, version: int) -> None:
    """Let what is planned for this version of a subject, or a later one, be drawn before everything else."""
    await connection.execute(
        """
        UPDATE issues SET lane = $6
        WHERE brand = $1 AND member_id = $2 AND kind = $3 AND coalesce(subject_id, member_id) = $4
            AND member_version >= $5 AND status = 'planned'
        """,
        *_key(subject),
        version,
        Lane.AWAITED,
    )


async def insert(connection: Connection, issue: Issue, *, now: datetime) -> None:
    """Keep a decision; a planned one is due at once."""
    await connection.execute(
        """
        INSERT INTO issues (
            id, brand, member_id, kind, subject_id, member_version, status, lane, facts_digest, content, traceparent, failure,
            planned_at, next_attempt_at, ended_at
        ) VALUES (
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, CASE WHEN $7 <> 'planned' THEN $13::timestamptz END
        )
        """,
        issue.id,
        *_key(issue.subject),
        issue.version,
        issue.status,
        issue.lane,
        issue.facts_digest,
        issue.content,
        issue.traceparent,
        issue.failure,
        now,
    )


async def claim(connection: Connection, *, now: datetime, limit: int, lease: timedelta) -> list[ClaimedIssue]:
    """Lease up to `limit` due issues, lane by lane, the longest due first: nobody else takes them until the lease has gone."""
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT id FROM issues
            WHERE status = 'planned' AND next_attempt_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
            ORDER BY lane, next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE issues SET leased_until = $1::timestamptz + $3::interval, attempts = attempts + 1
        FROM due WHERE issues.id = due.id
        RETURNING issues.id, brand, member_id, kind, subject_id, member_version, content, traceparent, attempts
        """,
        now,
        limit,
        lease,
    )
    return [_claimed(row) for row in rows]


async def finish(connection: Connection, issue_id: UUID, *, now: datetime) -> bool:
    """Mark an issue as done and blank its content; False when it was superseded, or done by another, meanwhile."""
    return bool(
        await connection.fetchval(
            """
            UPDATE issues SET status = 'done', content = NULL, leased_until = NULL, failure = NULL, ended_at = $2
            WHERE id = $1 AND status = 'planned' RETURNING true
            """,
            issue_id,
            now,
        )
    )


async def postpone(connection: Connection, issue_id: UUID, *, until: datetime, failure: str, counts: bool) -> None:
    """Let an issue be claimed again from `until` on; an attempt that failed for want of the world does not count."""
    await connection.execute(
        """
        UPDATE issues SET next_attempt_at = $2, leased_until = NULL, failure = $3,
            attempts = attempts - CASE WHEN $4 THEN 0 ELSE 1 END
        WHERE id = $1 AND status = 'planned'
        """,
        issue_id,
        until,
        failure,
        counts,
    )


async def give_up(connection: Connection, issue_id: UUID, *, failure: str, now: datetime) -> bool:
    """Leave an issue to the back office. Its content stays, sealed, so that it can be planned again."""
    return bool(
        await connection.fetchval(
            """
            UPDATE issues SET status = 'failed', leased_until = NULL, failure = $2, ended_at = $3
            WHERE id = $1 AND status = 'planned' RETURNING true
            """,
            issue_id,
            failure,
            now,
        )
    )


async def give_up_abandoned(connection: Connection, *, now: datetime, attempts: int, failure: str) -> list[UUID]:
    """Leave to the back office what has ended so many attempts with the death of its process."""
    rows = await connection.fetch(
        """
        UPDATE issues SET status = 'failed', leased_until = NULL, failure = $3, ended_at = $1
        WHERE status = 'planned' AND leased_until <= $1 AND attempts >= $2 RETURNING id
        """,
        now,
        attempts,
        failure,
    )
    return [row["id"] for row in rows]


async def oldest_planned_seconds(connection: Connection, *, now: datetime) -> float:
    """Return the age of the oldest planned issue in seconds, 0.0 when there is none."""
    oldest = await connection.fetchval("SELECT min(planned_at) FROM issues WHERE status = 'planned'")
    return 0.0 if oldest is None else float((now - oldest).total_seconds())


def _key(subject: Subject) -> tuple[str, UUID, DocumentKind, UUID]:
    return subject.holder.brand, subject.holder.member_id, subject.kind, subject.id


def _claimed(row: Mapping[str, Any]) -> ClaimedIssue:
    holder = Holder(row["brand"], row["member_id"])
    return ClaimedIssue(
        id=row["id"],
        subject=Subject(holder, row["kind"], row["subject_id"] or row["member_id"]),
        version=row["member_version"],
        content=row["content"],
        traceparent=row["traceparent"],
        attempts=row["attempts"],
    )
