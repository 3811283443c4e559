"""Answers for errors (RFC 9457 problem+json): one table maps each error class to status, title and French detail.

A service adds its own rows; `tests/structure` checks that every DomainError of a service has one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import orjson
from aiohttp import web

from service_kit.problems import DomainError

NO_EXTENSION: Mapping[str, object] = MappingProxyType({})
MOST_FIELDS = 100  # a small body of unknown fields must not make a large answer


@dataclass(frozen=True)
class ProblemText:
    """How an error is told: HTTP status, short title, and a French sentence for the member."""

    status: int
    title: str
    detail: str


class UnreadableRequest(DomainError):
    """The bytes are not HTTP, or a header is too long: no route has seen the request."""

    code = "unreadable-request"


class MalformedJson(DomainError):
    """The body is not JSON in UTF-8 (lone surrogates included)."""

    code = "malformed-json"


class BodyTooLarge(DomainError):
    """The body exceeds the endpoint's limit (64 KiB unless it says otherwise)."""

    code = "body-too-large"


class BodyTooDeep(DomainError):
    """The body's JSON is nested deeper than 32 levels."""

    code = "body-too-deep"


class BodyTruncated(DomainError):
    """The client went away, or announced more bytes than it sent. Nothing was stored."""

    code = "body-truncated"


class UnsupportedMediaType(DomainError):
    """The body is not of the content type that the endpoint takes."""

    code = "unsupported-media-type"


class InvalidRequest(DomainError):
    """Fields are missing or do not fit: `fields` says which."""

    code = "invalid-request"


class UnknownField(DomainError):
    """The body has fields that the endpoint does not know."""

    code = "unknown-field"


class NotFound(DomainError):
    """No such path, or nothing there that the caller may see."""

    code = "not-found"


class MethodNotAllowed(DomainError):
    """The path exists, the method does not; the Allow header names those that do (RFC 9110 § 15.5.6)."""

    code = "method-not-allowed"

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        super().__init__()
        self.headers = {"Allow": ", ".join(sorted(allowed))}


class UnknownBrand(DomainError):
    """No brand of that name is configured."""

    code = "unknown-brand"


class NotSignedIn(DomainError):
    """The bearer token is missing, malformed, expired or not ours."""

    code = "not-signed-in"


class Forbidden(DomainError):
    """The token is valid but its role or its brand does not open this."""

    code = "forbidden"


class RecentSignInRequired(DomainError):
    """What is sensitive asks for a session that began a few minutes ago: the member signs in again and repeats the call."""

    code = "recent-sign-in-required"


class PreconditionRequired(DomainError):
    """A change must say in If-Match which state it is a change of (RFC 6585 § 3): the ETag of the answer that was seen."""

    code = "precondition-required"


class ChangedMeanwhile(DomainError):
    """Somebody else has changed it since it was seen: read it again, and repeat the change (RFC 9110 § 15.5.13)."""

    code = "changed-meanwhile"


class TemporarilyUnavailable(DomainError):
    """The database is away; nothing was changed. Retry-After says when to try again."""

    code = "temporarily-unavailable"


class TooManyRequests(DomainError):
    """More was asked than the limits allow (by network, by brand, or with one value); Retry-After says when to come back."""

    code = "too-many-requests"

    def __init__(self, *, limit: int, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        # draft-ietf-httpapi-ratelimit-headers in its early, widely read form: what is left, of how much, until when.
        self.headers = {"RateLimit": f"limit={limit}, remaining=0, reset={retry_after}"}


class InternalError(DomainError):
    """A mistake of ours; the request id finds it in the logs."""

    code = "internal-error"


class IdempotencyKeyReused(DomainError):
    """The same Idempotency-Key came with another body."""

    code = "idempotency-key-reused"


class IdempotencyKeyInProgress(DomainError):
    """The first request with this Idempotency-Key is still being answered."""

    code = "idempotency-key-in-progress"


class InvalidIdempotencyKey(DomainError):
    """The Idempotency-Key is empty, longer than 200 characters or not printable ASCII."""

    code = "invalid-idempotency-key"


KIT_PROBLEMS: Mapping[type[DomainError], ProblemText] = {
    UnreadableRequest: ProblemText(400, "Unreadable request", "La demande n’est pas lisible."),
    MalformedJson: ProblemText(400, "Malformed JSON", "Le contenu envoyé n’est pas lisible."),
    BodyTooLarge: ProblemText(413, "Body too large", "Le contenu envoyé est trop volumineux."),
    BodyTooDeep: ProblemText(400, "Body too deep", "Le contenu envoyé n’est pas lisible."),
    BodyTruncated: ProblemText(
        400, "Body truncated", "L’envoi a été interrompu. Rien n’a été enregistré : recommencez."
    ),
    UnsupportedMediaType: ProblemText(415, "Unsupported media type", "Ce type de contenu n’est pas accepté ici."),
    InvalidRequest: ProblemText(422, "Invalid request", "Certaines informations sont à corriger."),
    UnknownField: ProblemText(422, "Unknown field", "Certaines informations envoyées ne sont pas attendues."),
    NotFound: ProblemText(404, "Not found", "Cette page ou cette information n’existe pas."),
    MethodNotAllowed: ProblemText(405, "Method not allowed", "Cette action n’est pas possible ici."),
    UnknownBrand: ProblemText(404, "Unknown brand", "Cette mutuelle n’est pas connue."),
    NotSignedIn: ProblemText(401, "Not signed in", "Vous devez vous connecter pour continuer."),
    Forbidden: ProblemText(403, "Forbidden", "Vous n’avez pas accès à cette action."),
    RecentSignInRequired: ProblemText(
        403,
        "Recent sign-in required",
        "Pour votre sécurité, connectez-vous à nouveau avant de faire ce changement.",
    ),
    PreconditionRequired: ProblemText(428, "Precondition required", "Relisez ces informations avant de les modifier."),
    ChangedMeanwhile: ProblemText(
        412,
        "Changed meanwhile",
        "Ces informations ont changé entre-temps. Relisez-les, puis refaites votre modification.",
    ),
    TemporarilyUnavailable: ProblemText(
        503, "Temporarily unavailable", "Le service est momentanément indisponible. Réessayez dans quelques instants."
    ),
    TooManyRequests: ProblemText(
        429, "Too many requests", "Trop de demandes en peu de temps. Patientez quelques instants, puis réessayez."
    ),
    InternalError: ProblemText(
        500, "Internal error", "Une erreur est survenue de notre côté. Réessayez dans quelques instants."
    ),
    IdempotencyKeyReused: ProblemText(422, "Idempotency key reused", "Cette demande diffère de la première envoyée."),
    IdempotencyKeyInProgress: ProblemText(
        409, "Still in progress", "Votre première demande est en cours de traitement."
    ),
    InvalidIdempotencyKey: ProblemText(400, "Invalid idempotency key", "La clé d’idempotence n’est pas valable."),
}


def problem_body(
    error: DomainError, text: ProblemText, *, request_id: str, extension: Mapping[str, object] = NO_EXTENSION
) -> dict[str, object]:
    """Return the problem+json members of `error`; `extension` holds those of the place where it happened."""
    return {
        **extension,
        **error.extension,
        "type": f"urn:espace-adherent:problem:{error.code}",
        "title": text.title,
        "status": text.status,
        "detail": text.detail,
        "code": error.code,
        "fields": [field.as_dict() for field in error.fields[:MOST_FIELDS]],
        "request_id": request_id,
    }


def problem_response(
    error: DomainError, text: ProblemText, *, request_id: str, extension: Mapping[str, object] = NO_EXTENSION
) -> web.Response:
    """Return the HTTP answer of `error`."""
    response = web.Response(
        status=text.status,
        body=orjson.dumps(problem_body(error, text, request_id=request_id, extension=extension)),
        content_type="application/problem+json",
        headers=error.headers,
    )
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if text.status == 401:  # RFC 9110 § 15.5.2 wants the scheme named
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
