"""What is told of an autonomous person: from when, until when, and when to look again (code de la mutualité, L114-2)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Autonomy:
    """What decides: the first day of 16, a refusal if one stands, and the person's cover."""

    autonomous_from: date
    refused: bool
    first_day: date
    last_day: date | None

    @property
    def effective_date(self) -> date:
        """Return the first day on which the person is both autonomous and covered."""
        return max(self.autonomous_from, self.first_day)

    def stands_on(self, day: date) -> bool:
        """Tell whether the person is identified apart from the member on `day`, covered or not."""
        return self.autonomous_from <= day and not self.refused

    def is_first_news_on(self, day: date) -> bool:
        """Tell whether there is anything to tell of somebody of whom nothing was told: a cover of which a day is autonomous."""
        return self.stands_on(day) and (self.last_day is None or self.effective_date <= self.last_day)

    def look_again_after(self, day: date) -> date | None:
        """Return the next day on which something changes by itself."""
        return self.autonomous_from if self.autonomous_from > day else None
