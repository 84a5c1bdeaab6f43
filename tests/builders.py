"""Values of which a test names only what it is about."""

from datetime import datetime, timedelta
from typing import Any

from core.accounts.links import MailLink
from core.accounts.model import Automation, Language, Phone, Platform, SignedInDevice
from core.accounts.notices import Announcement, LetterKind, NoticeKind
from core.alerts.model import Alert, Channel, Delivery, DeliveryState
from core.changes.model import Change, change_of
from core.commands.model import Command, CommandKind, Setting, SettingName
from core.kernel.geo import Point
from core.kernel.ids import (
    DIGEST_BYTES,
    AccountId,
    AlertId,
    AutomationId,
    CommandId,
    FamilyId,
    InvitationId,
    LinkId,
    MessageId,
    RegistrationId,
    TopUpId,
    WatchId,
    ZoneId,
    dated_id,
    new_id,
)
from core.live.model import LiveView
from core.messages.model import Direction, Message, MessageKind, VoicePart
from core.notices.model import Notice, notice_of
from core.sims.model import Registrant, Registration, Sim, TopUp
from core.tracking.alarms import Alarm, AlarmKind
from core.tracking.model import LearnedPlace, Position, Sighting, Source, TelemetryReading
from core.watches.model import Invitation, Member, Role, StockedDevice
from core.zones.model import Circle, Zone

HOME = Point(52.2112, 5.9699)


def any_position(watch_id: WatchId, at: datetime, **known: Any) -> Position:
    """Return a position; with `at`, the fingerprint names it."""
    defaults: dict[str, Any] = {
        "received_at": at,
        "point": HOME,
        "source": Source.GPS,
        "accuracy_m": None,
        "altitude_m": 12.0,
        "speed_kmh": 1.1,
        "course_deg": 90.0,
        "satellites": 7,
        "doubts": frozenset(),
        "backlog": False,
        "fingerprint": "0" * 32,
    }
    return Position(watch_id=watch_id, at=at, **(defaults | known))


def any_reading(watch_id: WatchId, at: datetime, **known: Any) -> TelemetryReading:
    """Return a reading."""
    defaults: dict[str, Any] = {
        "received_at": at,
        "battery_percent": 90,
        "signal_percent": 80,
        "steps": 50,
        "rolls": 0,
        "alarms": (),
        "fingerprint": "0" * 32,
    }
    return TelemetryReading(watch_id=watch_id, at=at, **(defaults | known))


def any_sighting(at: datetime, **known: Any) -> Sighting:
    """Return a sighting that tells nothing."""
    defaults: dict[str, Any] = {
        "received_at": at,
        "position": None,
        "battery_percent": None,
        "alarms": (),
        "backlog": False,
    }
    return Sighting(at=at, **(defaults | known))


def any_learned_place(access_point: str, learned_at: datetime, **known: Any) -> LearnedPlace:
    """Return a learned place; access_point: its HMAC."""
    defaults: dict[str, Any] = {"point": HOME, "accuracy_m": 20.0}
    return LearnedPlace(access_point=access_point, learned_at=learned_at, **(defaults | known))


def any_zone(watch_id: WatchId, **known: Any) -> Zone:
    """Return a new zone around HOME."""
    defaults: dict[str, Any] = {"zone_id": ZoneId(new_id()), "name": "school", "shape": Circle(HOME, 150.0)}
    return Zone(watch_id=watch_id, **(defaults | known))


def any_alert_id(at: datetime, number: int = 0) -> AlertId:
    """Return an alert's id; those of an instant are told apart by their number."""
    return AlertId(dated_id(at, number.to_bytes(DIGEST_BYTES)))


def any_alarm(watch_id: WatchId, at: datetime, **known: Any) -> Alarm:
    """Return an SOS."""
    defaults: dict[str, Any] = {"alert_id": any_alert_id(at), "kind": AlarmKind.SOS, "received_at": at}
    return Alarm(watch_id=watch_id, at=at, **(defaults | known))


def any_alert(watch_id: WatchId, at: datetime, **known: Any) -> Alert:
    """Return the alert of an SOS."""
    defaults: dict[str, Any] = {"alert_id": any_alert_id(at), "kind": AlarmKind.SOS, "received_at": at}
    return Alert(watch_id=watch_id, at=at, **(defaults | known))


def any_delivery(watch_id: WatchId, alert_id: AlertId, account_id: AccountId, at: datetime, **known: Any) -> Delivery:
    """Return a mail that was sent."""
    defaults: dict[str, Any] = {"channel": Channel.MAIL, "state": DeliveryState.SENT, "attempts": 1}
    return Delivery(watch_id=watch_id, alert_id=alert_id, account_id=account_id, at=at, **(defaults | known))


def any_live_view(until: datetime, *watch_ids: WatchId, **known: Any) -> LiveView:
    """Return a new view of these watches."""
    defaults: dict[str, Any] = {
        "connection_id": f"{new_id()}=",  # API Gateway's end like that
        "account_id": AccountId(new_id()),
        "family_id": FamilyId(new_id()),
    }
    return LiveView(watch_ids=watch_ids, until=until, **(defaults | known))


def any_signed_in_device(account_id: AccountId, at: datetime, **known: Any) -> SignedInDevice:
    """Return a device that signed in at this instant."""
    defaults: dict[str, Any] = {"family_id": FamilyId(new_id()), "name": "Any phone", "since": at, "renewed_at": at}
    return SignedInDevice(account_id=account_id, **(defaults | known))


def any_automation(account_id: AccountId, at: datetime, **known: Any) -> Automation:
    """Return an automation that was made at this instant."""
    defaults: dict[str, Any] = {"automation_id": AutomationId(new_id()), "name": "Any program"}
    return Automation(account_id=account_id, since=at, **(defaults | known))


def any_mail_link(kind: LetterKind, at: datetime, **known: Any) -> MailLink:
    """Return a link that was made at this instant."""
    defaults: dict[str, Any] = {
        "link_id": LinkId(new_id()),
        "address": "any@example.nl",
        "language": Language.EN,
        "account_id": AccountId(new_id()),
        "password_hash": "any hash",
    }
    return MailLink(kind=kind, made_at=at, **(defaults | known))


def any_phone(account_id: AccountId, since: datetime, **known: Any) -> Phone:
    """Return a phone of a new sign-in."""
    defaults: dict[str, Any] = {
        "family_id": FamilyId(new_id()),
        "platform": Platform.APNS,
        "endpoint": f"arn:aws:sns:eu-central-1:000000000000:endpoint/APNS/any/{new_id()}",
    }
    return Phone(account_id=account_id, since=since, **(defaults | known))


def any_message(watch_id: WatchId, at: datetime, **known: Any) -> Message:
    """Return a text to the watch; number: tells those of an instant apart."""
    named = MessageId(dated_id(at, known.pop("number", 0).to_bytes(DIGEST_BYTES)))
    defaults: dict[str, Any] = {
        "message_id": named,
        "direction": Direction.TO_WATCH,
        "kind": MessageKind.TEXT,
        "author": AccountId("m4x2k7q5a3c6b7d2e4f6g7h2aa"),
        "text": "Oma haalt je op",
    }
    return Message(watch_id=watch_id, created_at=at, **(defaults | known))


def any_voice_part(at: datetime, number: int = 1, **known: Any) -> VoicePart:
    """Return a part of a voice in three."""
    defaults: dict[str, Any] = {"upload": "a" * 32, "total": 3, "content": bytes([number]) * 10}
    return VoicePart(number=number, received_at=at, **(defaults | known))


def any_device(device_id: str, **known: Any) -> StockedDevice:
    """Return a device without a SIM card."""
    defaults: dict[str, Any] = {"model": "any", "claim_secret_hash": "0" * 64, "sim": None}
    return StockedDevice(device_id=device_id, **(defaults | known))


def any_invitation(watch_id: WatchId, at: datetime, **known: Any) -> Invitation:
    """Return a new invitation to be a guardian."""
    defaults: dict[str, Any] = {
        "invitation_id": InvitationId(new_id()),
        "role": Role.GUARDIAN,
        "invited_by": AccountId(new_id()),
        "secret_hash": "0" * 64,
    }
    return Invitation(watch_id=watch_id, invited_at=at, **(defaults | known))


def any_member(watch_id: WatchId, since: datetime, **known: Any) -> Member:
    """Return a guardian without a name."""
    defaults: dict[str, Any] = {"account_id": AccountId(new_id()), "role": Role.GUARDIAN}
    return Member(watch_id=watch_id, since=since, **(defaults | known))


def any_announcement(*to: AccountId, **known: Any) -> Announcement:
    """Return an announcement to these accounts."""
    defaults: dict[str, Any] = {"kind": NoticeKind.MEMBER_JOINED, "watch_id": WatchId(new_id())}
    return Announcement(to=to, **(defaults | known))


def any_notice(account_id: AccountId, at: datetime, **known: Any) -> Notice:
    """Return a notice."""
    return notice_of(any_announcement(account_id, at=at, **known), account_id)


def any_change(subject_id: str, at: datetime, **known: Any) -> Change:
    """Return a change of a watch or an account."""
    defaults: dict[str, Any] = {"actor": AccountId(new_id()), "act": "replaceZone", "fields": ("name", "shape")}
    return change_of(subject_id, now=at, **(defaults | known))


def any_sim(watch_id: WatchId, **known: Any) -> Sim:
    """Return a card of which nothing is known yet."""
    defaults: dict[str, Any] = {"number": "8931088000000000017"}
    return Sim(watch_id=watch_id, **(defaults | known))


def any_top_up(watch_id: WatchId, account_id: AccountId, at: datetime, **known: Any) -> TopUp:
    """Return a new order."""
    defaults: dict[str, Any] = {
        "top_up_id": TopUpId(new_id()),
        "sim_number": "8931088000000000017",
        "amount_cents": 1000,
        "state_at": at,
    }
    return TopUp(watch_id=watch_id, ordered_by=account_id, ordered_at=at, **(defaults | known))


def any_registrant() -> Registrant:
    """Return somebody."""
    return Registrant(
        name="Marieke Jansen",
        street="Deventerstraat",
        house_number="12b",
        postal_code="7311 AB",
        city="Apeldoorn",
        country="NL",
        email="marieke@example.nl",
    )


def any_registration(account_id: AccountId, watch_id: WatchId, at: datetime, **known: Any) -> Registration:
    """Return a registration that its operator has yet to decide on."""
    defaults: dict[str, Any] = {"registration_id": RegistrationId(new_id()), "registrant": any_registrant()}
    return Registration(account_id=account_id, watch_id=watch_id, state_at=at, **(defaults | known))


def any_command(watch_id: WatchId, at: datetime, number: int = 0, **known: Any) -> Command:
    """Return a new command to ring; those of an instant are told apart by their number."""
    defaults: dict[str, Any] = {
        "command_id": CommandId(dated_id(at, number.to_bytes(DIGEST_BYTES))),
        "kind": CommandKind.FIND,
        "ordered_by": None,
        "expires_at": at + timedelta(days=60),
        "state_at": at,
    }
    return Command(watch_id=watch_id, ordered_at=at, **(defaults | known))


def any_setting(watch_id: WatchId, at: datetime, **known: Any) -> Setting:
    """Return a setting that no watch was told yet."""
    defaults: dict[str, Any] = {
        "name": SettingName.STEP_COUNTER,
        "desired": {"on": True},
        "desired_by": None,
        "version": 1,
    }
    return Setting(watch_id=watch_id, desired_at=at, **(defaults | known))
