"""The table of notifications' routes: start reading here."""

from notifications_service.http import deliveries, staff_deliveries

ENDPOINTS = [*deliveries.ENDPOINTS, *staff_deliveries.ENDPOINTS]
