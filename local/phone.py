"""A phone that never was: what is pushed to it stands in the emulator's log of pushes."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

PLATFORM = "fcm"
_TOKEN_BYTES = 64  # about as long as a real one


@dataclass(frozen=True, slots=True)
class Push:
    """One ring. data: all that the app was given, as Google's form has it."""

    rung_at: datetime
    data: Mapping[str, str]


class Phone:
    """One phone by its token."""

    def __init__(self, push_log: Path) -> None:
        self.token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._push_log = push_log

    def pushes(self) -> Sequence[Push]:
        """Return all so far."""
        if not self._push_log.exists():
            return []
        pushes = map(json.loads, self._push_log.read_text(encoding="utf-8").splitlines())
        own = (push for push in pushes if push["token"] == self.token)
        return [Push(datetime.fromisoformat(push["at"]), _data_of(push["message"])) for push in own]


def _data_of(message: str) -> Mapping[str, str]:
    data: Mapping[str, str] = json.loads(json.loads(message)["GCM"])["fcmV1Message"]["message"]["data"]
    return data
