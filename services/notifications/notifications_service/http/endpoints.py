"""The table of notifications' routes: start reading here."""

from notifications_service.http import (
    announcements,
    closed_addresses,
    deliveries,
    letter_promise,
    print_batches,
    provider_notifications,
    returned_letters,
    staff_deliveries,
    suppressions,
)

ENDPOINTS = [
    *deliveries.ENDPOINTS,
    *staff_deliveries.ENDPOINTS,
    *closed_addresses.ENDPOINTS,
    *print_batches.ENDPOINTS,
    *returned_letters.ENDPOINTS,
    *suppressions.ENDPOINTS,
    *announcements.ENDPOINTS,
    *letter_promise.ENDPOINTS,
    *provider_notifications.ENDPOINTS,
]
