"""The table of notifications' routes: start reading here."""

from notifications_service.http import deliveries

ENDPOINTS = [*deliveries.ENDPOINTS]
