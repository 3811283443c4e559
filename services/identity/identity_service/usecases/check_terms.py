"""Are the terms that somebody accepts the ones in force? Reads and writes nothing."""

from service_kit.problems import FieldProblem

from identity_service.domain.errors import TermsNotAccepted
from identity_service.resources import Identity


def check_terms(identity: Identity, *, brand: str, accepted: str, field: str = "accepted_terms") -> None:
    """Refuse any version but the current one; raise TermsNotAccepted, which names `field`."""
    if accepted != identity.terms[brand].version:
        words = "Vous devez accepter les conditions générales d’utilisation en vigueur."
        raise TermsNotAccepted(fields=(FieldProblem(field, "current-version-required", words),))
