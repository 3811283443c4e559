"""/v1/{brand}/staff/members/{id}/announcements: who has written that they want no more of them. → `choose_announcements`"""

from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound
from service_kit.http.staff_reasons import Reason
from service_kit.staff_deeds import StaffAct

from notifications_service.resources import Notifications
from notifications_service.usecases.choose_announcements import choose_announcements


class AnnouncementChoice(RequestBody):
    """Whether a member wants mails that announce documents, and how that is known, such as by a mail of theirs."""

    wanted: bool
    reason: Reason


async def note_choice(call: Call[Notifications]) -> Answer:
    """Note what the member wants."""
    body: AnnouncementChoice = call.body
    act = StaffAct(call.brand, call.staff.subject, body.reason)
    await choose_announcements(call.resources, id_of(call), wanted=body.wanted, act=act, now=call.now)
    return Answer(status=204)


ENDPOINTS = [
    Endpoint(
        "PUT",
        "/v1/{brand}/staff/members/{id}/announcements",
        "choose_announcements",
        "Announce documents to a member by mail, or do not",
        note_choice,
        Staff(("adviser",)),
        body=AnnouncementChoice,
        status=204,
        problems=(NotFound,),
        description="What a member must be told is told all the same. Told again it changes nothing.",
    ),
]
