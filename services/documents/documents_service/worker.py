"""The background process of documents: hears members and terminations, draws and stores what is planned."""

import asyncio
from functools import partial

from service_kit.background import Background, work
from service_kit.loops import Loop

from documents_service.consumers import beneficiaries, deliveries, members, removals, terminations
from documents_service.resources import Documents, open_documents
from documents_service.settings import DocumentsSettings
from documents_service.usecases.forget_person import remove_objects
from documents_service.usecases.issue_due_documents import issue_due_documents, measure_planned

TOPICS = (members, beneficiaries, terminations, deliveries, removals)
EVENTS = tuple(event for topic in TOPICS for event in topic.EVENTS)
MEASURE_SECONDS = 5.0
REMOVAL_SECONDS = 60.0


def background(documents: Documents) -> Background:
    """Return what documents does when nobody asks."""
    foundation = documents.foundation
    return Background(
        subscriptions=[one for topic in TOPICS for one in topic.subscriptions(documents)],
        loops=[
            Loop("issues", partial(issue_due_documents, documents), foundation.settings.poll_seconds, foundation.wake),
            Loop("objects_to_remove", partial(remove_objects, documents), REMOVAL_SECONDS, foundation.wake),
            Loop("planned_age", partial(measure_planned, documents), MEASURE_SECONDS),
        ],
    )


async def main(settings: DocumentsSettings, stop: asyncio.Event) -> None:
    """Work until `stop`."""
    async with open_documents(settings) as documents:
        await work(documents.foundation, background(documents), stop)
