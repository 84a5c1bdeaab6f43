"""Mails that were never sent: the emulator keeps what its SES was given."""

import json
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.emulator import ACCOUNT

_MESSAGES = "/_ministack/ses/messages"
_LOOK_S = 10


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. text: of its body, links whole."""

    sender: str
    to: Sequence[str]
    subject: str
    text: str = field(repr=False)

    @property
    def links(self) -> list[str]:
        """The links in it, in order."""
        return [word for word in self.text.split() if word.startswith("https://")]


class Mailbox:
    """All mails of an emulator."""

    def __init__(self, emulator_url: str) -> None:
        self._url = emulator_url + _MESSAGES

    def mails(self, to: str | None = None) -> list[Mail]:
        """Return all so far, or those to one address, oldest first."""
        with urllib.request.urlopen(self._url, timeout=_LOOK_S) as answer:  # noqa: S310 - the emulator's
            found = json.load(answer)["messages"].get(ACCOUNT, [])
        return [mail for mail in map(_mail, found) if to is None or to in mail.to]


def _mail(message: Mapping[str, Any]) -> Mail:
    return Mail(sender=message["Source"], to=tuple(message["To"]), subject=message["Subject"], text=message["BodyText"])
