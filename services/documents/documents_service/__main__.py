"""`python -m documents_service migrate | serve | work | openapi | dead-letters`."""

from service_kit.command_line import Commands, run
from service_kit.http.openapi import openapi_document

from documents_service import app, worker
from documents_service.http.endpoints import ENDPOINTS
from documents_service.http.problems import PROBLEMS
from documents_service.resources import MIGRATIONS, SERVICE
from documents_service.settings import DocumentsSettings

COMMANDS = Commands(
    service=SERVICE,
    settings=DocumentsSettings,
    migrations=MIGRATIONS,
    serve=app.main,
    work=worker.main,
    openapi=lambda: openapi_document(SERVICE, ENDPOINTS, PROBLEMS),
    event_types=worker.EVENTS,
)

if __name__ == "__main__":
    run(COMMANDS)
