"""`python -m notifications_service migrate | serve | work | openapi | dead-letters | dkim-key | dkim-record | preview`."""

from service_kit.command_line import Commands, run
from service_kit.http.openapi import openapi_document

from notifications_service import app, dkim, preview, worker
from notifications_service.http.endpoints import ENDPOINTS
from notifications_service.http.problems import PROBLEMS
from notifications_service.resources import MIGRATIONS, SERVICE
from notifications_service.settings import NotificationsSettings

COMMANDS = Commands(
    service=SERVICE,
    settings=NotificationsSettings,
    migrations=MIGRATIONS,
    serve=app.main,
    work=worker.main,
    openapi=lambda: openapi_document(SERVICE, ENDPOINTS, PROBLEMS),
    event_types=worker.EVENTS,
    own=(*dkim.COMMANDS, preview.COMMAND),
)

if __name__ == "__main__":
    run(COMMANDS)
