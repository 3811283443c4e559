"""Hears reimbursement.settled from contracts: whoever reads the statement is told that there is something new on it."""

from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import telling
from notifications_service.resources import Notifications
from notifications_service.usecases.announce_statement import SettledStatement, announce_statement

EVENTS = ("reimbursement.settled.v1",)


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, SettledStatement, announce_statement) for event in EVENTS]
