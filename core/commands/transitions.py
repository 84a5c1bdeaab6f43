"""The states of commands and settings, as tables: what happens in which state, and to which one it leads."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.commands.model import Command, CommandState, Failure, Setting, SettingState


class Event(StrEnum):
    """What happens to a command or setting on its way."""

    WRITTEN = "written"
    """It is about to be written to the socket, for the first time or again."""
    ANSWERED = "answered"
    """The watch echoed all of its words with a good result."""
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    """No answer in time, and no attempt is left."""
    RETURNED = "returned"
    """Its connection was lost, or the watch cannot take it now; it waits for the next occasion."""
    OVERDUE = "overdue"
    """Its deadline passed."""
    FORBIDDEN = "forbidden"
    """Who ordered it may not any more, or the watch is no longer theirs."""
    IMPOSSIBLE = "impossible"
    """The watch is known not to have it, or what it should bring is gone."""


TRANSITIONS: Mapping[CommandState, Mapping[Event, CommandState]] = {
    CommandState.QUEUED: {
        Event.WRITTEN: CommandState.SENT,
        Event.OVERDUE: CommandState.EXPIRED,
        Event.FORBIDDEN: CommandState.FAILED,
        Event.IMPOSSIBLE: CommandState.FAILED,
    },
    CommandState.SENT: {
        Event.WRITTEN: CommandState.SENT,
        Event.ANSWERED: CommandState.ACKNOWLEDGED,
        Event.REFUSED: CommandState.FAILED,
        Event.GIVEN_UP: CommandState.FAILED,
        Event.RETURNED: CommandState.QUEUED,
        Event.FORBIDDEN: CommandState.FAILED,
        Event.IMPOSSIBLE: CommandState.FAILED,
    },
    CommandState.ACKNOWLEDGED: {},
    CommandState.FAILED: {},
    CommandState.EXPIRED: {},
}

SETTING_TRANSITIONS: Mapping[SettingState, Mapping[Event, SettingState]] = {
    SettingState.PENDING: {Event.WRITTEN: SettingState.SENT, Event.IMPOSSIBLE: SettingState.FAILED},
    SettingState.SENT: {
        Event.WRITTEN: SettingState.SENT,
        Event.ANSWERED: SettingState.ACKNOWLEDGED,
        Event.REFUSED: SettingState.FAILED,
        Event.GIVEN_UP: SettingState.FAILED,
        Event.RETURNED: SettingState.PENDING,
        Event.IMPOSSIBLE: SettingState.FAILED,
    },
    # a watch that asks, or that has forgotten all, is sent again what it once acknowledged or refused
    SettingState.ACKNOWLEDGED: {Event.WRITTEN: SettingState.SENT, Event.RETURNED: SettingState.PENDING},
    SettingState.FAILED: {Event.WRITTEN: SettingState.SENT, Event.RETURNED: SettingState.PENDING},
    SettingState.STORED: {},
}

FAILURES: Mapping[Event, Failure] = {
    Event.REFUSED: Failure.REFUSED,
    Event.GIVEN_UP: Failure.NO_ANSWER,
    Event.FORBIDDEN: Failure.RIGHTS_GONE,
    Event.IMPOSSIBLE: Failure.NOT_SUPPORTED,
}


def after(command: Command, event: Event, at: datetime) -> Command | None:
    """Return the command after this has happened to it; None where it cannot happen in its state."""
    state = TRANSITIONS[command.state].get(event)
    if state is None:
        return None
    attempts = command.attempts + (event is Event.WRITTEN)
    return replace(command, state=state, state_at=at, failure=FAILURES.get(event), attempts=attempts)


def setting_after(current: Setting, sent: Setting, event: Event, at: datetime, shown: Any = None) -> Setting | None:
    """Return the current setting after this has happened to the one that was sent; None where it changes nothing.

    An answer to an earlier version tells what the watch is set to, and leaves the newer one waiting. shown: what the
    watch was set to, where that is more than what was desired (a zone's offset).
    """
    told = current
    if event is Event.ANSWERED and current.acknowledged_version <= sent.version:
        value = sent.desired if shown is None else shown
        told = replace(current, acknowledged=value, acknowledged_at=at, acknowledged_version=sent.version)
    state = SETTING_TRANSITIONS[current.state].get(event) if current.version == sent.version else None
    if state is None:
        return None if told is current else told
    attempts, sent_at = current.attempts, current.sent_at
    if event is Event.WRITTEN:
        attempts, sent_at = attempts + 1, at
    elif event is not Event.RETURNED:
        attempts = 0
    return replace(told, state=state, failure=FAILURES.get(event), sent_at=sent_at, attempts=attempts)
