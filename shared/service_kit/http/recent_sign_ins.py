"""What is sensitive asks for a session that began a few minutes ago (`auth_time` of the access token, RFC 9068 § 2.2.1)."""

from datetime import timedelta
from typing import Any

from service_kit.http.endpoints import Call
from service_kit.http.problems import RecentSignInRequired


def require_recent_sign_in(call: Call[Any], *, minutes: int) -> None:
    """Raise RecentSignInRequired unless the token says that the session began at most `minutes` ago."""
    since = call.member.authenticated_at
    if since is None or call.now - since > timedelta(minutes=minutes):
        raise RecentSignInRequired
