"""What a watch is set to."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, TypeAdapter

from core.commands import model, values
from core.commands.battery import estimated_battery_life
from core.commands.delivery import UTC_OFFSET
from core.commands.model import Failure, SettingName, SettingState
from core.kernel.ids import WatchId
from lambdas.api.schemas.commands import PhoneNumber
from lambdas.api.schemas.shape import CURSOR, Schema
from lambdas.api.schemas.zones import Day, TimeOfDay

_DAYS: tuple[Day, ...] = get_args(Day)
_HIDDEN = "*"
_SHOWN_FIRST, _SHOWN_LAST = 3, 2  # the country, and enough to tell two numbers apart
_OPAQUE_ID = r"^[a-z2-7]{26}$"


class _Value(Schema):
    """A value of one setting. `name` tells which."""

    def content(self) -> dict[str, Any]:
        """Return the value as core/commands/values.py reads it."""
        content: dict[str, Any] = _converted(self.model_dump(exclude={"name"}), {"days": _numbers_of})
        return content


class SosNumbers(_Value):
    """What the SOS button dials in turn."""

    name: Literal["sos_numbers"]
    numbers: list[PhoneNumber] = Field(repr=False, max_length=values.MOST_SOS_NUMBERS)


class MonitorNumbers(_Value):
    """Kept here and never sent: this platform has no way to listen in silence."""

    name: Literal["monitor_numbers"]
    numbers: list[PhoneNumber] = Field(repr=False, max_length=values.MOST_MONITOR_NUMBERS)


class Contact(Schema):
    """A row of the phone book."""

    name: str = Field(min_length=1, max_length=values.LONGEST_CONTACT_NAME, repr=False)
    number: PhoneNumber = Field(repr=False)
    picture: str | None = Field(
        default=None, pattern=_OPAQUE_ID, description="A photo of the watch; shown in apps only"
    )


class Contacts(_Value):
    """The phone book. A watch whose kind of phone book is not known yet takes 15 rows."""

    name: Literal["contacts"]
    contacts: list[Contact] = Field(repr=False, max_length=values.MOST_CONTACTS)


class AllowedCallers(_Value):
    """Who may call the watch. A caller's number can be forged: no list keeps out who knows one of these."""

    name: Literal["allowed_callers"]
    numbers: list[PhoneNumber] = Field(repr=False, max_length=values.MOST_CALLERS)


class _Switch(_Value):
    on: bool = Field(strict=True)


class RefuseStrangers(_Switch):
    """Refuse calls from numbers in no list; needs SOS numbers and contacts."""

    name: Literal["refuse_strangers"]


class StepCounter(_Switch):
    """Count steps."""

    name: Literal["step_counter"]


class TakeOffAlarm(_Switch):
    """Raise an alarm when the watch is taken off; needs a sensor."""

    name: Literal["take_off_alarm"]


class FallAlarm(_Switch):
    """Raise an alarm at a fall; needs a sensor."""

    name: Literal["fall_alarm"]


class QuietTime(Schema):
    """Local time of the watch in which calls are refused and the screen is locked; SOS works."""

    begins: TimeOfDay
    ends: TimeOfDay = Field(description="Before `begins`: on the next day")
    days: list[Day] = Field(min_length=1, max_length=len(_DAYS), description="On which it begins")


class QuietTimes(_Value):
    """School times and nights."""

    name: Literal["quiet_times"]
    periods: list[QuietTime] = Field(max_length=values.MOST_QUIET_TIMES)


class AlarmClock(Schema):
    """An alarm clock in the watch's local time."""

    at: TimeOfDay
    repeats: values.Repeats
    days: list[Day] = Field(default=[], max_length=len(_DAYS), description="With `on_days`, and only then")
    on: bool = Field(default=True, strict=True)


class AlarmClocks(_Value):
    """The alarm clocks."""

    name: Literal["alarm_clocks"]
    alarms: list[AlarmClock] = Field(max_length=values.MOST_ALARM_CLOCKS)


class Reminder(Schema):
    """An alarm clock that shows a text."""

    clock: AlarmClock
    text: str = Field(min_length=1, max_length=values.LONGEST_REMINDER, repr=False)


class Reminders(_Value):
    """Reminders, such as for medicine; the owner's."""

    name: Literal["reminders"]
    reminders: list[Reminder] = Field(max_length=values.MOST_REMINDERS)


class ReportingInterval(_Value):
    """How often the watch reports its place while it moves; at rest it reports nothing."""

    name: Literal["reporting_interval"]
    seconds: Literal[10, 60, 120, 300, 600, 1800, 3600]


class WatchLanguage(_Value):
    """The language of the screen. The time of day comes with it, from the time zone of the watch's profile."""

    name: Literal["language"]
    language: values.Language


class Sound(_Value):
    """How the watch makes itself noticed."""

    name: Literal["sound"]
    profile: values.SoundProfile


Value = Annotated[
    SosNumbers
    | MonitorNumbers
    | Contacts
    | AllowedCallers
    | RefuseStrangers
    | StepCounter
    | TakeOffAlarm
    | FallAlarm
    | QuietTimes
    | AlarmClocks
    | Reminders
    | ReportingInterval
    | WatchLanguage
    | Sound,
    Field(discriminator="name"),
]
_VALUE: TypeAdapter[Value] = TypeAdapter(Value)


class SettingChange(Schema):
    """What a watch is to be set to."""

    value: Value
    replaces: int = Field(
        strict=True, ge=0, description="`version` of what was read: nobody's change is overwritten unseen"
    )


class IntervalOffer(Schema):
    """An interval that can be chosen, and its price."""

    seconds: int
    battery_hours: int = Field(
        description="Our own estimate, not a measurement: a full battery of 680 mAh in a watch that moves all the time"
    )


class Setting(Schema):
    """What is wanted, beside what the watch has last acknowledged."""

    name: SettingName
    version: int = Field(description="Of what is wanted; 0: nothing was ever wanted")
    state: SettingState | None = Field(
        description=(
            "pending: the watch is told when it next connects; sent; acknowledged; failed; stored: kept here only. "
            "null: nothing was ever wanted"
        )
    )
    failure: Failure | None = Field(description="Of a failed one. no_answer: perhaps the watch does not support it")
    desired: Value | None
    desired_at: datetime | None
    desired_by: str | None = Field(description="Account; null: the platform itself")
    acknowledged: Value | None = Field(description="null: the watch has never answered")
    acknowledged_at: datetime | None
    acknowledged_version: int
    supported: bool | None = Field(description="Whether the watch answered the last time; null: it was never tried")
    take_back_until: datetime | None = Field(description="Of SOS and monitor numbers: see the route that takes back")
    offers: list[IntervalOffer] | None = Field(description="Of the reporting interval")

    @classmethod
    def of(
        cls,
        name: SettingName,
        setting: model.Setting | None,
        *,
        supported: bool | None,
        take_back_until: datetime | None,
        masked: bool,
    ) -> "Setting":
        """Return the setting as the API shows it. masked: to who may not see whole numbers."""
        known = setting or _NEVER_SET
        return cls(
            name=name,
            version=known.version,
            state=None if setting is None else setting.state,
            failure=known.failure,
            desired=_shown(name, known.desired, masked=masked),
            desired_at=None if setting is None else setting.desired_at,
            desired_by=known.desired_by,
            acknowledged=_shown(name, known.acknowledged, masked=masked),
            acknowledged_at=known.acknowledged_at,
            acknowledged_version=known.acknowledged_version,
            supported=supported,
            take_back_until=take_back_until,
            offers=_offers() if name is SettingName.REPORTING_INTERVAL else None,
        )


class SettingPage(Schema):
    """Settings that a guardian can change, by name."""

    items: list[Setting]
    next: str | None = Field(description=CURSOR)


_NEVER_SET = model.Setting(
    watch_id=WatchId(""),
    name=SettingName.SOUND,
    desired=None,
    desired_at=datetime.min.replace(tzinfo=UTC),
    desired_by=None,
    version=0,
)


def masked_number(number: str) -> str:
    """Return a number of which only the country and the last digits are told."""
    hidden = len(number) - _SHOWN_FIRST - _SHOWN_LAST
    return number[:_SHOWN_FIRST] + _HIDDEN * hidden + number[-_SHOWN_LAST:]


def _numbers_of(days: list[Day]) -> list[int]:
    return list(map(_DAYS.index, days))


def _shown(name: SettingName, content: Mapping[str, Any] | None, *, masked: bool) -> Value | None:
    if content is None:
        return None
    convert: dict[str, Callable[[Any], Any]] = {"days": lambda days: [_DAYS[day] for day in days]}
    if masked:
        convert |= {"number": masked_number, "numbers": lambda numbers: list(map(masked_number, numbers))}
    shown = _converted({key: part for key, part in content.items() if key != UTC_OFFSET}, convert)
    return _VALUE.validate_python({"name": name, **shown})


def _converted(content: Any, convert: Mapping[str, Callable[[Any], Any]]) -> Any:
    """Return JSON content in which the values of these keys are converted, wherever they stand."""
    match content:
        case dict():
            return {
                key: convert[key](part) if key in convert else _converted(part, convert)
                for key, part in content.items()
            }
        case list():
            return [_converted(each, convert) for each in content]
    return content


def _offers() -> list[IntervalOffer]:
    hour = timedelta(hours=1)
    return [
        IntervalOffer(seconds=seconds, battery_hours=estimated_battery_life(seconds) // hour)
        for seconds in values.INTERVALS_S
    ]
