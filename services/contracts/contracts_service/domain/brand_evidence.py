"""Whose file is this? What the members that it names say, counted over the brands of the deployment.

Two brands may number their members alike: a number that another brand knows, too, proves little. A line of kind=members names
the social-security number as well, and no two people have both in common; the other kinds name the number alone, so that a
clear majority is asked of them.
"""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class BrandEvidence:
    """How many members of a file are known, by brand."""

    brand: str
    is_certain: bool  # whoever was counted is the same person beyond doubt
    known: Counter[str] = field(default_factory=Counter)

    def count(self, brands: set[str]) -> None:
        """Count a member whom `brands` know."""
        self.known.update(brands)

    def says_another_brand(self) -> bool:
        """Tell whether the file is another brand's; members whom nobody knows say nothing."""
        here = self.known[self.brand]
        elsewhere = max((count for brand, count in self.known.items() if brand != self.brand), default=0)
        return elsewhere > (here if self.is_certain else 2 * here)
