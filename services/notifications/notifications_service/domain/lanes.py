"""Lanes: whom a message must not keep waiting. A lower number goes first."""

from enum import IntEnum


class Lane(IntEnum):
    """How urgent a message is, as `deliveries.lane` keeps it."""

    URGENT = 0  # somebody sits in front of the page: links, codes
    ORDINARY = 1  # about something that happened
    BULK = 2  # the same to very many: it may take hours
