"""SQL of issues: what is to be issued, under which lease, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from service_kit.database import Connection, row_as

from documents_service.domain.documents import DocumentKind, Holder

Status = Literal["planned", "failed", "unchanged", "not_due"]  # with which an issue begins


@dataclass(frozen=True)
class Issue:
    """A decision about one version of a member. `content` is sealed; `facts_digest` stands for what is printed."""

    id: UUID
    brand: str
    member_id: UUID
    kind: DocumentKind
    member_version: int
    status: Status
    facts_digest: bytes | None = None
    content: bytes | None = None
    traceparent: str | None = None
    failure: str | None = None


@dataclass(frozen=True)
class History:
    """What was decided about a member so far: the newest version heard, and the last decision that made a difference."""

    version: int
    status: str
    facts_digest: bytes | None


@dataclass(frozen=True)
class ClaimedIssue:
    """An issue that this process may work on until its lease has gone."""

    id: UUID
    brand: str
    member_id: UUID
    kind: DocumentKind
    member_version: int
    content: bytes
    traceparent: str | None
    attempts: int

    @property
    def holder(self) -> Holder:
        """Return whose document it will be."""
        return Holder(self.brand, self.member_id)


async def lock(connection: Connection, holder: Holder) -> None:
    """Keep other events of the same member waiting until the end of the transaction: two versions may come at once."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{holder.brand}/{holder.member_id}"
    )


async def history_of(connection: Connection, holder: Holder, *, kind: DocumentKind) -> History | None:
    """Return what was decided about a member, or None for a new one."""
    row = await connection.fetchrow(
        """
        SELECT max(member_version) OVER () AS version, status, facts_digest FROM issues
        WHERE brand = $1 AND member_id = $2 AND kind = $3
        ORDER BY status = 'unchanged', member_version DESC LIMIT 1
        """,
        holder.brand,
        holder.member_id,
        kind,
    )
    return row_as(History, row)


async def supersede_waiting(connection: Connection, holder: Holder, *, kind: DocumentKind, now: datetime) -> None:
    """Take back what was planned, or failed, for a member: a newer version decides. Their content is blanked."""
    await connection.execute(
        """
        UPDATE issues SET status = 'superseded', content = NULL, leased_until = NULL, ended_at = $4
        WHERE brand = $1 AND member_id = $2 AND kind = $3 AND status IN ('planned', 'failed')
        """,
        holder.brand,
        holder.member_id,
        kind,
        now,
    )


async def insert(connection: Connection, issue: Issue, *, now: datetime) -> None:
    """Keep a decision; a planned one is due at once."""
    await connection.execute(
        """
        INSERT INTO issues (
            id, brand, member_id, kind, member_version, status, facts_digest, content, traceparent, failure,
            planned_at, next_attempt_at, ended_at
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, CASE WHEN $6 <> 'planned' THEN $11::timestamptz END)
        """,
        issue.id,
        issue.brand,
        issue.member_id,
        issue.kind,
        issue.member_version,
        issue.status,
        issue.facts_digest,
        issue.content,
        issue.traceparent,
        issue.failure,
        now,
    )


async def claim(connection: Connection, *, now: datetime, limit: int, lease: timedelta) -> list[ClaimedIssue]:
    """Lease up to `limit` due issues, the longest due first: nobody else takes them until the lease has gone."""
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT id FROM issues
            WHERE status = 'planned' AND next_attempt_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
            ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE issues SET leased_until = $1::timestamptz + $3::interval, attempts = attempts + 1
        FROM due WHERE issues.id = due.id
        RETURNING issues.id, brand, member_id, kind, member_version, content, traceparent, attempts
        """,
        now,
        limit,
        lease,
    )
    return [ClaimedIssue(**dict(row)) for row in rows]


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
