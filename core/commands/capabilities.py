"""What a watch can do: what it reports of itself, and what it answered, refused or left in silence."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum

from core.commands.delivery import Step, support_shown_by
from core.commands.model import Capabilities, Command, CommandKind, SettingName, Support

MOST_REPORTED = 64
"""Pairs of a CONFIG report; the longest in the vendor texts has some twenty."""
LONGEST_KEY, LONGEST_VALUE = 16, 40
ALL_KINDS_TAKE = 15
"""Contacts that each kind of phone book has room for."""


class PhoneBook(StrEnum):
    """How a watch takes its phone book: by the word of the frames that carry it."""

    PHB = "PHB"
    PHL = "PHL"
    PHBX = "PHBX"


ROWS: Mapping[PhoneBook, int] = {PhoneBook.PHB: 15, PhoneBook.PHL: 50, PhoneBook.PHBX: 30}
"""Contacts (A-C; PHBX: 30 or 100, by model)."""


def reported(capabilities: Capabilities, pairs: Iterable[tuple[str, str]]) -> Capabilities:
    """Return the capabilities with a report in the place of the last one; the same object when it tells nothing new."""
    told = {key[:LONGEST_KEY]: value[:LONGEST_VALUE] for key, value in list(pairs)[:MOST_REPORTED]}
    return capabilities if told == capabilities.reported else replace(capabilities, reported=told)


def learned(capabilities: Capabilities, step: Step) -> Capabilities:
    """Return the capabilities with what a step shows; the same object when it shows nothing new."""
    support = support_shown_by(step.event)
    if support is None:
        return capabilities
    name = step.item.kind if isinstance(step.item, Command) else step.item.name
    shown = {str(name): support} | dict.fromkeys(step.answered, support)
    if shown.items() <= capabilities.experience.items():
        return capabilities
    return replace(capabilities, experience={**capabilities.experience, **shown})


def phone_book(capabilities: Capabilities | None) -> PhoneBook | None:
    """Return the kind that the watch has answered; None as long as that is not known."""
    experience = {} if capabilities is None else capabilities.experience
    return next((kind for kind in PhoneBook if experience.get(kind) is Support.ANSWERED), None)


def contacts_taken(capabilities: Capabilities | None) -> int:
    """Return how many contacts the watch has room for, for certain."""
    kind = phone_book(capabilities)
    return ALL_KINDS_TAKE if kind is None else ROWS[kind]


def is_supported(capabilities: Capabilities | None, name: CommandKind | SettingName) -> bool | None:
    """Tell whether the watch answers this; None: it was never tried."""
    support = None if capabilities is None else capabilities.experience.get(name)
    return None if support is None else support is Support.ANSWERED
