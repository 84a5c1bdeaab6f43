"""What reaches a guardian of a notice: everything in an open app, next to nothing through other companies."""

from collections.abc import Mapping
from typing import Any

from core.accounts.notices import Announcement
from core.live.messages import text_of
from core.notices.model import Notice


def push_payload(notice: Notice) -> Mapping[str, str]:
    """Return all that Apple and Google may know: that it is a notice, of whatever kind, and an opaque id."""
    return {
        "type": "notice",
        "id": notice.notice_id,
        "loc-key": "NOTICE",
        "sound": "default",
        "interruption-level": "active",
    }


def hint_payload(hint: Announcement) -> Mapping[str, str]:
    """Return all that Apple and Google may know of a message: that there is one, and its opaque id."""
    return {
        "type": "message",
        "id": str(hint.message_id),
        "loc-key": "MESSAGE",
        "sound": "default",
        "interruption-level": "active",
    }


def hint_message(hint: Announcement) -> Mapping[str, Any]:
    """Return that there is a new message: its id, which the API knows for as long as the message lasts."""
    return {"type": "message", "watch_id": hint.watch_id, "id": hint.message_id, "at": text_of(hint.at)}


def notice_message(notice: Notice) -> Mapping[str, Any]:
    """Return a notice with the fields that the API's Notice has."""
    return {
        "type": "notice",
        "id": notice.notice_id,
        "kind": notice.kind,
        "at": text_of(notice.at),
        "watch_id": notice.watch_id,
        "by": notice.by,
        "about": notice.about,
    }
