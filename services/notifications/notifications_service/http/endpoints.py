"""The table of notifications' routes: start reading here."""

from notifications_service.http import (
    closed_addresses,
    deliveries,
    letter_promise,
    print_batches,
    returned_letters,
    staff_deliveries,
)

ENDPOINTS = [
    *deliveries.ENDPOINTS,
    *staff_deliveries.ENDPOINTS,
    *closed_addresses.ENDPOINTS,
    *print_batches.ENDPOINTS,
    *returned_letters.ENDPOINTS,
    *letter_promise.ENDPOINTS,
]
