"""Notices and letters on one queue: JSON of ids and kinds. No address, name or value stands in a message (I-14)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.accounts.notices import Announcement, Letter, LetterKind, NoticeKind
from core.kernel.ids import AccountId, LinkId, MessageId, WatchId


class NotForTheQueue(ValueError):  # noqa: N818 - an error is named after the fact
    """The text is neither a notice nor a letter of ours."""


class SqsAnnouncer:
    """Announcer on SQS. client: a botocore SQS client that tries again by itself."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def announce(self, announcement: Announcement) -> None:
        """Return when it is durable; raise what botocore raises."""
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=message_of(announcement))


class SqsPost:
    """Post on SQS. client: a botocore SQS client that tries again by itself."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, letter: Letter) -> None:
        """Return when it is durable; raise what botocore raises."""
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=message_of(letter))


def message_of(content: Announcement | Letter) -> str:
    """Return it as the text of a message."""
    match content:
        case Announcement():
            message = {"notice": _notice(content)}
        case Letter():
            message = {"letter": {"kind": content.kind, "link_id": content.link_id}}
    return json.dumps(message, separators=(",", ":"))


def content_of(text: str) -> Announcement | Letter:
    """Return what a message holds; raise NotForTheQueue for any other text."""
    try:
        match json.loads(text):
            case {"notice": notice}:
                return _announcement(notice)
            case {"letter": {"kind": kind, "link_id": link_id}}:
                return Letter(LetterKind(kind), LinkId(link_id))
    except (KeyError, RecursionError, TypeError, ValueError):
        pass
    raise NotForTheQueue("neither a notice nor a letter")


def _notice(announcement: Announcement) -> Mapping[str, Any]:
    return {
        "kind": announcement.kind,
        "to": announcement.to,
        "at": announcement.at.isoformat(),
        "watch_id": announcement.watch_id,
        "by": announcement.by,
        "about": announcement.about,
        "message_id": announcement.message_id,
    }


def _announcement(notice: Mapping[str, Any]) -> Announcement:
    return Announcement(
        kind=NoticeKind(notice["kind"]),
        to=tuple(map(AccountId, notice["to"])),
        at=datetime.fromisoformat(notice["at"]),
        watch_id=None if notice["watch_id"] is None else WatchId(notice["watch_id"]),
        by=None if notice["by"] is None else AccountId(notice["by"]),
        about=None if notice["about"] is None else AccountId(notice["about"]),
        message_id=None if notice["message_id"] is None else MessageId(notice["message_id"]),
    )
