"""The change log: who changed what."""

from datetime import datetime

from pydantic import Field

from core.changes import model as changes
from lambdas.api.schemas.shape import CURSOR, Schema


class Change(Schema):
    """One act. No value stands in it, neither the old nor the new one."""

    id: str = Field(description="Opaque")
    act: str = Field(description="The operationId of what was done", examples=["replaceZone"])
    fields: list[str] = Field(description="Names of what was sent")
    by: str | None = Field(description="Id of the account that did it; null: whoever opened a mailed link")
    at: datetime

    @classmethod
    def of(cls, change: changes.Change) -> "Change":
        """Return the change as the API shows it."""
        return cls(id=change.change_id, act=change.act, fields=list(change.fields), by=change.actor, at=change.at)


class ChangePage(Schema):
    """Changes, oldest first."""

    items: list[Change]
    next: str | None = Field(description=CURSOR)
