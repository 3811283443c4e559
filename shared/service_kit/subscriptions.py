"""A subscription: which event a service hears, what it reads of it, and what it does in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service_kit.database import Connection
from service_kit.wake import Wake


class Reader(BaseModel):
    """What a consumer reads of an event: only the fields that it uses, whatever else may come."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True)
class EventContext:
    """What is known of an event beside its data."""

    id: UUID
    type: str
    time: datetime


Handle = Callable[[Connection, Any, EventContext], Awaitable[None]]


@dataclass(frozen=True)
class Subscription:
    """`handle(connection, event, context)` runs in the inbox's transaction; `wake` is called after the commit."""

    event_type: str
    reader: type[Reader]
    handle: Handle
    wake: Wake | None = None
