"""Which documents are drawn first: a campaign of cards must not hold up what somebody waits for."""

from enum import IntEnum


class Lane(IntEnum):
    """The order of the queue; `issues.lane` keeps the number."""

    AWAITED = 0  # somebody waits for it at this moment: the card of a newborn child
    ORDINARY = 1  # something has happened to one person
    BULK = 2  # very many get one: cards
