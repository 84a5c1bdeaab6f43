"""Any command and any message, within what the protocol can say."""

from datetime import UTC, datetime, time
from typing import Any

from hypothesis import strategies as st

from wire.arguments import Command, Contact, Period, Weekday, WeeklyPeriod
from wire.commands import daily, device, health, phone
from wire.location import alarms_of
from wire.messages import (
    AccessPoint,
    BindingRequest,
    CallRecord,
    CapabilityReport,
    Cell,
    CellReport,
    CommandReply,
    Friends,
    Health,
    Heartbeat,
    ImeiReport,
    KeepAlive,
    Location,
    MediaPart,
    Message,
    Photo,
    PhotoRequest,
    SettingRequest,
    SimReport,
    SpokenCommand,
    TextMessage,
    TimeRequest,
    Unbinding,
    VendorReport,
    VideoCall,
    Voice,
    VoiceRequest,
    WeatherRequest,
    WifiScan,
    WifiSetup,
)

PHONES = st.from_regex(r"\+?[0-9]{1,19}", fullmatch=True)
DELIMITERS = "[],*}\r\n\x00{%"


def texts(most: int, least: int = 1) -> st.SearchStrategy[str]:
    """Return any text that is Unicode, delimiters included."""
    character = st.one_of(st.sampled_from(DELIMITERS), st.characters(exclude_categories=["Cs"]))
    return st.text(character, min_size=least, max_size=most)


PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="[],*}"), min_size=1, max_size=15)
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
PERIODS = st.builds(Period, CLOCKS, CLOCKS)
DAYS = st.frozensets(st.sampled_from(Weekday), min_size=1)
SWITCHES = st.booleans()
MACS = st.from_regex("[0-9a-f]{2}(:[0-9a-f]{2}){5}", fullmatch=True)
AUDIO = st.one_of(st.binary(max_size=60), st.text(DELIMITERS).map(str.encode)).map(b"#!AMR\n".__add__)
EVERY_DAY = [daily.Frequency.ONCE, daily.Frequency.DAILY]
REMINDERS = st.one_of(
    st.builds(
        daily.Reminder,
        CLOCKS,
        SWITCHES,
        st.sampled_from([daily.Frequency.ONCE, daily.Frequency.DAILY]),
        st.just(frozenset()),
    ),
    st.builds(daily.Reminder, CLOCKS, SWITCHES, st.just(daily.Frequency.ON_DAYS), DAYS),
)
ZONES = st.integers(-48, 56).map(lambda quarters: quarters / 4)
CELSIUS = st.integers(300, 450).map(lambda tenths: tenths / 10)


def lists(entries: st.SearchStrategy[Any], least: int, most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return tuples of so many entries."""
    return st.lists(entries, min_size=least, max_size=most).map(tuple)


def contacts(most: int) -> st.SearchStrategy[tuple[Contact, ...]]:
    """Return a phone book."""
    return lists(st.builds(Contact, PHONES, texts(10)), 0, most)


def _fixed(*classes: type[Any]) -> dict[type[Any], st.SearchStrategy[Any]]:
    return {each: st.builds(each) for each in classes}


def _switched(*classes: type[Any]) -> dict[type[Any], st.SearchStrategy[Any]]:
    return {each: st.builds(each, SWITCHES) for each in classes}


def _numbered(*classes: type[Any]) -> dict[type[Any], st.SearchStrategy[Any]]:
    return {each: st.builds(each, PHONES) for each in classes}


def _booked(*classes: type[Any]) -> dict[type[Any], st.SearchStrategy[Any]]:
    return {each: st.builds(each, contacts(5)) for each in classes}


COMMANDS: dict[type[Command], st.SearchStrategy[Command]] = {
    **_fixed(device.Locate, device.Ring, device.Restart, device.PowerOff, device.FactoryReset, device.Unbind),
    **_fixed(device.AskVersion, device.AskStatus, device.SearchWifi, device.AskWifi, device.ForgetWifi),
    **_fixed(health.MeasureTemperatureOnce),
    **_switched(phone.RefuseStrangers, phone.SmsOnSos, phone.SmsOnLowBattery, phone.SmsOnTakingOff),
    **_switched(health.CountSteps, health.AlarmOnTakingOff),
    **_numbered(phone.SetFirstSosNumber, phone.SetSecondSosNumber, phone.SetThirdSosNumber, phone.Call),
    **_booked(phone.SetPhoneBook, phone.SetSecondPhoneBook, phone.SetThirdPhoneBook),
    device.SetUploadInterval: st.builds(device.SetUploadInterval, st.integers(10, 65_535)),
    device.SetLanguageAndZone: st.builds(device.SetLanguageAndZone, st.integers(0, 36), ZONES),
    device.SetLanguage: st.builds(device.SetLanguage, st.integers(0, 36)),
    device.SetZone: st.builds(device.SetZone, ZONES),
    device.SetSound: st.builds(device.SetSound, st.sampled_from(device.Sound)),
    device.JoinWifi: st.builds(device.JoinWifi, PLAIN, PLAIN, MACS),
    device.SwitchFeature: st.builds(device.SwitchFeature, st.tuples(st.sampled_from(device.Feature), SWITCHES)),
    phone.SetSosNumbers: st.builds(phone.SetSosNumbers, lists(PHONES, 0, 3)),
    phone.SetContactList: st.builds(phone.SetContactList, contacts(50)),
    phone.SetContact: st.builds(phone.SetContact, st.integers(1, 100), texts(10), PHONES),
    phone.SetContactWithRelation: st.builds(
        phone.SetContactWithRelation,
        st.integers(1, 100),
        texts(10),
        PHONES,
        relation=st.sampled_from(phone.Relation),
    ),
    phone.DeleteContact: st.builds(phone.DeleteContact, st.integers(1, 100)),
    phone.SetWhitelist: st.builds(phone.SetWhitelist, lists(PHONES, 0, 5)),
    phone.SetSecondWhitelist: st.builds(phone.SetSecondWhitelist, lists(PHONES, 0, 5)),
    phone.RemoveFriend: st.builds(phone.RemoveFriend, st.none() | PLAIN),
    daily.SetSilence: st.builds(daily.SetSilence, lists(PERIODS, 4, 4)),
    daily.SetWeeklySilence: st.builds(daily.SetWeeklySilence, lists(st.builds(WeeklyPeriod, PERIODS, DAYS), 1, 5)),
    daily.SetReminders: st.builds(daily.SetReminders, lists(REMINDERS, 1, 5)),
    daily.SetPillReminder: st.builds(daily.SetPillReminder, REMINDERS, st.integers(1, 3), texts(50)),
    daily.SetTimetable: st.builds(
        daily.SetTimetable, lists(st.builds(daily.LessonTime, CLOCKS, CLOCKS), 8, 8), texts(50)
    ),
    daily.SendMessage: st.builds(daily.SendMessage, texts(200)),
    daily.SendVoice: st.builds(daily.SendVoice, AUDIO),
    daily.SendHearts: st.builds(daily.SendHearts, st.integers(0, 999)),
    health.SetWalkTimes: st.builds(health.SetWalkTimes, lists(PERIODS, 3, 3)),
    health.SetSleepTime: st.builds(health.SetSleepTime, PERIODS),
    health.AlarmOnFall: st.builds(health.AlarmOnFall, SWITCHES, st.none() | SWITCHES),
    health.SetFallSensitivity: st.builds(
        health.SetFallSensitivity, st.tuples(st.integers(1, 6), st.sampled_from([6, 8]))
    ),
    health.MeasureHeartRate: st.builds(health.MeasureHeartRate, st.just(0) | st.just(1) | st.integers(300, 86_400)),
    health.MeasureHealth: st.builds(health.MeasureHealth, st.integers(0, 9), SWITCHES, st.integers(0, 86_400)),
    health.MeasureTemperature: st.builds(health.MeasureTemperature, SWITCHES, st.integers(1, 24)),
    health.WarnOfTemperature: st.builds(
        health.WarnOfTemperature, CELSIUS, CELSIUS, SWITCHES, st.integers(0, 9), PHONES
    ),
    health.SetTemperatureTimes: st.builds(
        health.SetTemperatureTimes, lists(st.builds(health.TemperatureReading, CLOCKS, st.integers(0, 9)), 1, 24)
    ),
}

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001 - the zone is put on here
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


def numbers(least: float, most: float) -> st.SearchStrategy[float | None]:
    """Return a measured number, or none."""
    return st.none() | st.floats(least, most, allow_nan=False).map(lambda value: round(value, 7) + 0.0)


def counts(most: int) -> st.SearchStrategy[int | None]:
    """Return a whole number, or none."""
    return st.none() | st.integers(0, most)


SSIDS = st.text(
    st.one_of(st.sampled_from(",]}* {é"), st.characters(exclude_categories=["Cs"], exclude_characters="[")), max_size=12
)
POINTS = st.builds(AccessPoint, SSIDS, MACS, st.integers(-120, 20))
NETWORKS = st.tuples(st.none() | st.integers(1, 999), st.none() | st.integers(0, 999))


@st.composite
def cells(draw: st.DrawFn) -> tuple[Cell, ...]:
    """Draw cells of one network."""
    mcc, mnc = draw(NETWORKS)
    neighbour = st.builds(
        Cell,
        st.just(mcc),
        st.just(mnc),
        st.integers(1, 2**31 - 2),
        st.integers(1, 2**31 - 2),
        st.none() | st.integers(-200, 200),
    )
    return tuple(draw(st.lists(neighbour, max_size=7)))


@st.composite
def locations(draw: st.DrawFn) -> Location:
    """Draw a report as a watch could send it; alarms follow from the status."""
    status = draw(st.none() | st.integers(0, 2**32 - 1))
    backlog = draw(st.booleans())
    place = draw(st.none() | st.tuples(numbers(-90, 90), numbers(-180, 180)))
    latitude, longitude = place if place and None not in place else (None, None)
    return Location(
        fix_time=draw(st.none() | MOMENTS),
        valid=draw(st.booleans()),
        latitude=latitude,
        longitude=longitude,
        speed_kmh=draw(numbers(0, 900)),
        course_deg=draw(numbers(0, 360)),
        altitude_m=draw(numbers(-400, 9000)),
        satellites=draw(counts(60)),
        signal_percent=draw(counts(100)),
        battery_percent=draw(counts(100)),
        steps=draw(counts(10_000_000)),
        rolls=draw(counts(100_000)),
        status=status,
        alarms=alarms_of(status, is_alarm=not backlog and draw(st.booleans())),
        cells=draw(cells()),
        wifi=tuple(draw(st.lists(POINTS, max_size=6))),
        accuracy_m=draw(numbers(0, 9000)),
        backlog=backlog,
    )


BPM = st.integers(1, 300)
PAYLOADS = st.one_of(st.binary(max_size=80), st.text(DELIMITERS).map(str.encode))
WORDS = st.from_regex("[A-Za-z0-9]{1,12}", fullmatch=True)
FREE_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="[]"), max_size=40)
IDS = st.from_regex("[0-9]{1,20}", fullmatch=True)

MESSAGES: dict[type[Any], st.SearchStrategy[Message]] = {
    **_fixed(WeatherRequest, PhotoRequest, BindingRequest, Unbinding),
    Location: locations(),
    Heartbeat: st.builds(Heartbeat, counts(10_000_000), counts(10_000_000), counts(100)),
    Health: st.one_of(
        st.builds(Health, heart_rate_bpm=st.none() | BPM),
        st.builds(Health, systolic=BPM, diastolic=st.none() | BPM, heart_rate_bpm=st.none() | BPM),
        st.builds(Health, temperature_c=CELSIUS),
        st.builds(Health, oxygen_percent=st.integers(1, 100)),
    ),
    KeepAlive: st.builds(KeepAlive, st.sampled_from(["PING", "KA", "WG", "INIT"])),
    TimeRequest: st.builds(TimeRequest, SWITCHES),
    SettingRequest: st.builds(SettingRequest, st.sampled_from(["PHL", "SOS", "REMIND", "SCHEDULE"])),
    Voice: st.builds(Voice, AUDIO),
    SpokenCommand: st.builds(SpokenCommand, PAYLOADS),
    VoiceRequest: st.builds(VoiceRequest, SWITCHES),
    MediaPart: st.builds(
        MediaPart, channel=WORDS, name=WORDS, number=st.integers(0, 999), total=st.integers(0, 999), payload=PAYLOADS
    ),
    Photo: st.builds(Photo, source=WORDS, taken_at=st.none() | MOMENTS, image=PAYLOADS),
    CapabilityReport: st.builds(CapabilityReport, lists(st.tuples(WORDS, WORDS), 0, 9)),
    SimReport: st.builds(SimReport, st.none() | IDS, st.none() | IDS, st.none() | IDS),
    ImeiReport: st.builds(ImeiReport, st.none() | IDS),
    CallRecord: st.builds(
        CallRecord,
        number=IDS,
        name=texts(12),
        incoming=SWITCHES,
        connected=SWITCHES,
        started_at=st.none() | MOMENTS,
        duration_s=counts(9999),
    ),
    TextMessage: st.builds(TextMessage, IDS, FREE_TEXTS),
    Friends: st.builds(Friends, SWITCHES, lists(IDS, 0, 9)),
    WifiSetup: st.builds(WifiSetup, texts(12), FREE_TEXTS),
    WifiScan: st.builds(WifiScan, lists(st.builds(AccessPoint, WORDS, MACS, st.none()), 0, 9)),
    VideoCall: st.builds(VideoCall, st.sampled_from(["UPGVUL", "UPVCALLAPP", "UPWATCHHANGUP"])),
    CellReport: st.builds(CellReport, cells()),
    VendorReport: st.builds(VendorReport, st.sampled_from(["APPANDFNREPORT", "FFZDPAYH5", "SHBR"])),
    CommandReply: st.one_of(
        st.builds(CommandReply, st.sampled_from(["CR", "UPLOAD", "PHBX", "TK"]), SWITCHES),
        st.builds(CommandReply, st.sampled_from(["TS", "VERNO"]), text=FREE_TEXTS.filter(lambda text: len(text) > 2)),
    ),
}
