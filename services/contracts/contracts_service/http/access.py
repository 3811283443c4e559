"""What a member's token must say: identity gives `member` to whoever is covered, `member.read` to ex-members (L221-6-6)."""

from service_kit.http.endpoints import SignedIn

READING = SignedIn(("member", "member.read"))
CHANGING = SignedIn(("member",))
