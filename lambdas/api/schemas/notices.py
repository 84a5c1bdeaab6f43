"""What an account is told of changes around it and its watches."""

from datetime import datetime

from pydantic import Field

from core.accounts.notices import NoticeKind
from core.notices import model as notices
from lambdas.api.schemas.shape import CURSOR, Schema


class Notice(Schema):
    """One thing that happened."""

    id: str = Field(description="Opaque; a push of the type `notice` names it")
    kind: NoticeKind
    at: datetime
    watch_id: str | None = Field(description="The watch that it happened to; null: it happened to the account")
    by: str | None = Field(description="Id of the account that did it; null: nobody's who was signed in")
    about: str | None = Field(description="Id of the account that it happened to, where that is another's")

    @classmethod
    def of(cls, notice: notices.Notice) -> "Notice":
        """Return the notice as the API shows it."""
        return cls(
            id=notice.notice_id,
            kind=notice.kind,
            at=notice.at,
            watch_id=notice.watch_id,
            by=notice.by,
            about=notice.about,
        )


class NoticePage(Schema):
    """Notices, oldest first."""

    items: list[Notice]
    next: str | None = Field(description=CURSOR)
