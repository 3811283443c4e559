"""The table of identity's routes: start reading here."""

from identity_service.http import first_connections, password_resets, sessions, sign_in_policy

ENDPOINTS = [
    *sign_in_policy.ENDPOINTS,
    *sessions.ENDPOINTS,
    *password_resets.ENDPOINTS,
    *first_connections.ENDPOINTS,
]
