"""What a print provider says of a letter that it has (in the words of Maileva's API), and how often it is asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from notifications_service.domain.print_notes import ReturnReason

DRAFT = "DRAFT"
PENDING = "PENDING"
REJECTED = "REJECTED"
PROCESSED = "PROCESSED"  # in its envelope, and given to the post
PROCESSED_WITH_ERRORS = "PROCESSED_WITH_ERRORS"  # not for some recipients: for ours, the recipient says it
REFUSED_BY_PROVIDER = "refused-by-provider"

SOON, LATE = timedelta(minutes=1), timedelta(hours=1)  # between two looks, until the letter is posted
SELDOM, RARELY = timedelta(hours=6), timedelta(days=3)  # and after it, since it may come back
SHARE = 4  # a pause is a quarter of the time that has passed: looks get rarer as news do
ACCEPTED_WITHIN = timedelta(hours=4)  # longer than that, somebody should ask the provider

# Why a letter came back. An ordinary one is signed for by nobody, so nobody refuses it or leaves it at the counter: where the
# provider says no more than that it could not be delivered (N10), it is the address.
_RETURNS: Mapping[str, ReturnReason] = {
    "N02": "unknown-address",
    "N03": "unclaimed",
    "N05": "refused",
    "N07": "incomplete-address",
    "N10": "unknown-address",
}


def return_reason(delivery_status: str | None, undelivered_at: datetime | None) -> ReturnReason | None:
    """Return why a letter came back; None for one that has not."""
    told = _RETURNS.get(delivery_status or "")
    return told or ("unknown-address" if undelivered_at is not None else None)


def first_look(submitted_at: datetime) -> datetime:
    """Return when to ask for the first time what became of a letter."""
    return submitted_at + SOON


def next_look(*, submitted_at: datetime, posted_at: datetime | None, now: datetime, keep: timedelta) -> datetime | None:
    """Return when to ask again; None once `keep` has passed since the letter was posted, or submitted."""
    since = posted_at or submitted_at
    shortest, longest = (SOON, LATE) if posted_at is None else (SELDOM, RARELY)
    due = now + min(max((now - since) / SHARE, shortest), longest)
    return due if due < since + keep else None
