"""What a watch is set to before any guardian sets it."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from core.commands.model import Setting, SettingName
from core.commands.values import Language, SmsPassword, Switch, Value, WatchLanguage, content_of
from core.kernel.ids import WatchId

FACTORY_PASSWORDS = frozenset({123_456, 523_681})
"""Of six digits; those of five are out of range anyway."""
_LEAST, _NUMBERS = 100_000, 900_000


def first_settings(watch_id: WatchId, known: Collection[SettingName], now: datetime) -> Sequence[Setting]:
    """Return what is still missing of the settings that every watch has, in the order in which they are told.

    A random SMS password, as everybody knows the factory's (C-10); a language, which brings the time of day with it;
    the step counter, without which steps stay 0.
    """
    firsts: dict[SettingName, Value] = {
        SettingName.SMS_PASSWORD: SmsPassword(new_sms_password()),
        SettingName.LANGUAGE: WatchLanguage(Language.DUTCH),
        SettingName.STEP_COUNTER: Switch(on=True),
    }
    return [
        Setting(watch_id=watch_id, name=name, desired=content_of(value), desired_at=now, desired_by=None, version=1)
        for name, value in firsts.items()
        if name not in known
    ]


def new_sms_password() -> int:
    """Return six random digits that no factory sets."""
    while (password := _LEAST + secrets.randbelow(_NUMBERS)) in FACTORY_PASSWORDS:
        pass
    return password
