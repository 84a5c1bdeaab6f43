"""Watches."""

from datetime import datetime

from pydantic import Field

from core.watches import model as watches
from lambdas.api.schemas.shape import CURSOR, Schema


class Watch(Schema):
    """A watch that the account may see."""

    id: str = Field(description="Opaque, new at each binding: never the number printed on the device")
    role: watches.Role
    since: datetime = Field(description="When the account came to the watch")


class WatchPage(Schema):
    """Watches, the longest known first."""

    items: list[Watch]
    next: str | None = Field(description=CURSOR)
