"""POST /v1/providers/maileva/notifications: the print provider says that something became of a letter.

It signs nothing: nothing in it is believed, and whoever sends one learns nothing. It is answered 201, as the provider wants.
"""

from pydantic import BaseModel, ConfigDict, Field
from service_kit.http.endpoints import Answer, Call, Endpoint, Public
from service_kit.http.problems import TooManyRequests

from notifications_service.resources import Notifications
from notifications_service.usecases.heed_notification import heed_notification


class ProviderNotification(BaseModel):
    """What the provider sends, as far as it is looked at: which of its things has changed."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    resource_id: str = Field(min_length=1, max_length=40)
    resource_type: str = Field("", max_length=100)
    event_type: str = Field("", max_length=100)


async def take_provider_notification(call: Call[Notifications]) -> Answer:
    """Look at the sending soon, if it is one of ours."""
    notification: ProviderNotification = call.body
    await heed_notification(call.resources, notification.resource_id)
    return Answer(status=201)


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/providers/maileva/notifications",
        "take_provider_notification",
        "The print provider says that something became of a letter",
        take_provider_notification,
        Public(),
        body=ProviderNotification,
        status=201,
        problems=(TooManyRequests,),
        description="Not signed, so not believed: it only makes us ask the provider ourselves, at most once a minute for "
        "each letter. Every notification is answered alike, whether it speaks of a letter of ours or not.",
    )
]
