"""What somebody may ask about their data, and what is answered: erasure is restriction until the day on which the data leave.

GDPR art. 17(3)(b) and (e): the law has us keep a contract and its claims, and so has a claim that may still be made. That is
no silent refusal: whoever asks is told the day, and until then nobody works with the data (art. 18).
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.french_dates import date_in_words
from service_kit.problems import DomainError

from contracts_service.domain.retention import Keeping


class DataRestricted(DomainError):
    """The person has asked that nobody works with the data (GDPR art. 18); a member of staff cannot see or change them."""

    code = "data-restricted"

    def __init__(self, person_id: UUID) -> None:
        super().__init__()
        self.extension = {"person_id": str(person_id)}  # whose restriction may be lifted when the person asks for it


@dataclass(frozen=True)
class DataRights:
    """Where somebody's data stand; `keeping` is None while the contract goes on."""

    keeping: Keeping | None
    erasure_asked_at: datetime | None
    restriction_asked_at: datetime | None

    def restricted_on(self, today: date) -> bool:
        """Tell whether nobody may work with the data on `today`: an erasure that was asked for waits for the contract's end."""
        ended = self.keeping is not None and self.keeping.end_date < today
        return self.restriction_asked_at is not None or (self.erasure_asked_at is not None and ended)

    def explanation(self, today: date) -> str:
        """Return in French what becomes of the data, and why."""
        if self.keeping is None or self.keeping.end_date >= today:
            return (
                "Votre contrat est en cours\u202f: nous avons besoin de vos données pour vous couvrir. Après sa fin, la loi nous "
                "demande de les garder plusieurs années\u202f; elles seront ensuite effacées, sans démarche de votre part."
            )
        return (
            f"Vos données seront effacées le {date_in_words(self.keeping.purge_on)}. Jusque-là, la loi nous demande de "
            "les garder (code de la mutualité, articles L221-6-6 et L221-11)\u202f; si vous l’avez demandé, plus personne ne les "
            "utilise."
        )
