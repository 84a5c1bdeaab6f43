"""Any value of any setting, within what core/commands/values.py allows."""

from datetime import time
from typing import Any

from hypothesis import strategies as st

from core.commands.model import SettingName
from core.commands.values import (
    INTERVALS_S,
    AlarmClock,
    AlarmClocks,
    AllowedCallers,
    Contact,
    Contacts,
    Language,
    MonitorNumbers,
    QuietTime,
    QuietTimes,
    Reminder,
    Reminders,
    Repeats,
    ReportingInterval,
    SmsPassword,
    SosNumbers,
    Sound,
    SoundProfile,
    Switch,
    WatchLanguage,
)
from tests.wire.strategies import DELIMITERS

NUMBERS = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
DAYS = st.frozensets(st.integers(0, 6), min_size=1)


def texts(most: int) -> st.SearchStrategy[str]:
    """Return what a guardian may write: any script, delimiters of frames included."""
    printable = st.characters(exclude_categories=["C", "Z"], max_codepoint=0xFFFF)
    delimiters = st.sampled_from([each for each in DELIMITERS if each.isprintable()])
    return st.text(st.one_of(delimiters, printable), min_size=1, max_size=most).filter(
        lambda text: text == text.strip() and text.isprintable()
    )


def tuples(entries: st.SearchStrategy[Any], most: int, **known: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(entries, max_size=most, **known).map(tuple)


CLOCK = st.one_of(
    st.builds(AlarmClock, CLOCKS, st.sampled_from([Repeats.ONCE, Repeats.DAILY]), st.just(frozenset()), st.booleans()),
    st.builds(AlarmClock, CLOCKS, st.just(Repeats.ON_DAYS), DAYS, st.booleans()),
)
_SPANS = st.tuples(CLOCKS, CLOCKS, DAYS).filter(lambda span: span[0] != span[1])
QUIET = _SPANS.map(lambda span: QuietTime(*span))
CONTACTS = st.builds(Contact, texts(10), NUMBERS)
SWITCHES = st.builds(Switch, st.booleans())
OF_EACH: dict[SettingName, st.SearchStrategy[Any]] = {
    SettingName.SOS_NUMBERS: st.builds(SosNumbers, tuples(NUMBERS, 3, unique=True)),
    SettingName.MONITOR_NUMBERS: st.builds(MonitorNumbers, tuples(NUMBERS, 3, unique=True)),
    SettingName.CONTACTS: st.builds(Contacts, tuples(CONTACTS, 15, unique_by=lambda each: each.number)),
    SettingName.ALLOWED_CALLERS: st.builds(AllowedCallers, tuples(NUMBERS, 10, unique=True)),
    SettingName.REFUSE_STRANGERS: SWITCHES,
    SettingName.QUIET_TIMES: st.builds(QuietTimes, tuples(QUIET, 4)),
    SettingName.ALARM_CLOCKS: st.builds(AlarmClocks, tuples(CLOCK, 3)),
    SettingName.REMINDERS: st.builds(Reminders, tuples(st.builds(Reminder, CLOCK, texts(50)), 3)),
    SettingName.REPORTING_INTERVAL: st.builds(ReportingInterval, st.sampled_from(INTERVALS_S)),
    SettingName.STEP_COUNTER: SWITCHES,
    SettingName.TAKE_OFF_ALARM: SWITCHES,
    SettingName.FALL_ALARM: SWITCHES,
    SettingName.LANGUAGE: st.builds(WatchLanguage, st.sampled_from(Language)),
    SettingName.SOUND: st.builds(Sound, st.sampled_from(SoundProfile)),
    SettingName.SMS_PASSWORD: st.builds(SmsPassword, st.integers(100_000, 999_999)),
}
VALUES: st.SearchStrategy[tuple[SettingName, Any]] = st.sampled_from(sorted(OF_EACH)).flatmap(
    lambda name: st.tuples(st.just(name), OF_EACH[name])
)
