"""THE table: each class of data with its purpose, subject, epoch, period and fate.

Records, TTL attributes, reads, sweeps, key destruction and the generated page docs/data.md come from it. The periods
are decisions D3, D4 and D10, to be confirmed by a lawyer. The words are quoted from the privacy
statement of One2Track and Goedgemerkt, docs/statement.nl.txt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Subject(StrEnum):
    """Whose key seals a class; the key dies with its owner."""

    BINDING = "binding"
    ACCOUNT = "account"
    STOCK = "stock"
    NONE = "none"
    """Not sealed: holds no personal payload."""


class Epoch(StrEnum):
    """The span of UTC time whose shared key also seals a class; it expires as one."""

    DAY = "day"
    HOUR = "hour"
    NONE = "none"


class Fate(StrEnum):
    """What an erasure does to a class."""

    ERASED = "erased"
    PSEUDONYMOUS = "pseudonymous"
    KEPT = "kept"
    """Concerns no person."""


_EPOCH_SPAN = {Epoch.DAY: timedelta(days=1), Epoch.HOUR: timedelta(hours=1), Epoch.NONE: timedelta(microseconds=1)}
_EPOCH_FORM = {Epoch.DAY: "%Y-%m-%d", Epoch.HOUR: "%Y-%m-%dT%H"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataClass:
    """One class of data.

    purpose: what it is kept for. words: the statement's words that announce it; None where it concerns no person, or
    where only the running of the service needs it for a short while. period: from the epoch's start, or from the
    record's own time where there is no epoch; None = as long as its subject.
    """

    name: str
    purpose: str
    words: str | None
    subject: Subject
    epoch: Epoch = Epoch.NONE
    period: timedelta | None = None
    fate: Fate = Fate.ERASED

    def epoch_start(self, at: datetime) -> datetime:
        """Return the start of the epoch that holds `at`; `at` itself where the class has no epoch."""
        at = at.astimezone(UTC)
        match self.epoch:
            case Epoch.DAY:
                return at.replace(hour=0, minute=0, second=0, microsecond=0)
            case Epoch.HOUR:
                return at.replace(minute=0, second=0, microsecond=0)
            case Epoch.NONE:
                return at

    def epoch_id(self, at: datetime) -> str | None:
        """Return the name of the epoch that holds `at`, such as 2026-11-22 or 2026-11-22T13."""
        form = _EPOCH_FORM.get(self.epoch)
        return form and self.epoch_start(at).strftime(form)

    def expires_at(self, at: datetime) -> datetime | None:
        """Return the one instant at which everything of the epoch of `at` is over; None = lives with its subject."""
        return None if self.period is None else self.epoch_start(at) + self.period

    def oldest_readable(self, now: datetime) -> datetime:
        """Return the first instant whose epoch is not over: the lower bound of every range read."""
        if self.period is None:
            return datetime.min.replace(tzinfo=UTC)
        candidate = self.epoch_start(now - self.period)
        return candidate + _EPOCH_SPAN[self.epoch] if is_over(self.expires_at(candidate), now) else candidate


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether what expires at this instant must no longer be read, stored or kept."""
    return expires_at is not None and now >= expires_at


THREE_MONTHS = timedelta(days=89)  # D3: the shortest span of three calendar months
A_DAY = timedelta(days=1)

_CLASSES = (
    DataClass(
        name="position",
        purpose="show where the child is and was",
        words="GPS, GPRS en WIFI positiegegevens voor maximaal 3 maanden voor geschiedenisfunctie",
        subject=Subject.BINDING,
        epoch=Epoch.DAY,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="telemetry",
        purpose="show battery, signal, steps and alarms; let technicians analyse faults",
        words="activiteitentracking, batterijcapaciteit, GSM netwerksterkte gegevens voor maximaal 3 maanden",
        subject=Subject.BINDING,
        epoch=Epoch.DAY,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="seen_frame",
        purpose="recognise a repeated frame whose clock was wrong",
        words=None,
        subject=Subject.NONE,
        epoch=Epoch.DAY,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="quarantine",
        purpose="let an operator mend what failed and replay a frame that could not be understood or stored",
        words=None,
        subject=Subject.BINDING,
        epoch=Epoch.HOUR,
        period=A_DAY,
    ),
    DataClass(
        name="sweep_mark",
        purpose="tell the sweeper which watch has positions of which day",
        words=None,
        subject=Subject.NONE,
        epoch=Epoch.DAY,
        period=THREE_MONTHS + A_DAY,  # outlives what it points at by the day in which that is swept
    ),
    DataClass(
        name="learned_place",
        purpose="find the watch by the access points that it sees, without asking anybody",
        words="GPS, GPRS en WIFI positiegegevens voor maximaal 3 maanden",
        subject=Subject.BINDING,
        epoch=Epoch.DAY,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="cell",
        purpose="find the watch by the cells that it hears, without asking anybody",
        words=None,
        subject=Subject.NONE,
        fate=Fate.KEPT,
    ),
    DataClass(
        name="zone",
        purpose="tell guardians when the child comes or goes",
        words="Instellingen voor veilige zones voor alarm bij verlaten of aankomen",
        subject=Subject.BINDING,
    ),
    DataClass(
        name="watch_state",
        purpose="tell each crossing, discharge and silence once",
        words="Instellingen voor veilige zones voor alarm bij verlaten of aankomen",
        subject=Subject.BINDING,
        epoch=Epoch.DAY,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="alert",
        purpose="show guardians which alarms there were",
        words="voor alarm bij verlaten of aankomen",
        subject=Subject.BINDING,
        epoch=Epoch.DAY,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="acknowledgement",
        purpose="end the repeats of an SOS",
        words=None,
        subject=Subject.NONE,
        epoch=Epoch.DAY,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="delivery",
        purpose="show how far each delivery of an alert came",
        words=None,
        subject=Subject.NONE,
        epoch=Epoch.DAY,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="due",
        purpose="look again at what fires without a frame",
        words=None,
        subject=Subject.NONE,
        period=timedelta(days=7),  # after its instant: rides out any outage of the sweep
    ),
    DataClass(
        name="live_view",
        purpose="show positions and alerts as they come",
        words=None,
        subject=Subject.NONE,
        period=timedelta(hours=2),  # API Gateway keeps no WebSocket longer
    ),
    DataClass(
        name="phone",
        purpose="let a guardian's phone ring",
        words="gebruik van onze producten (app en GPS platform) alleen om onze diensten te laten werken",
        subject=Subject.ACCOUNT,
        period=timedelta(days=30),  # as the sign-in that it belongs to, from its last refresh
    ),
    DataClass(
        name="device",
        purpose="know which devices exist and prove a claim",
        words="ID-nummer van het GPS horloge voor bediening",
        subject=Subject.STOCK,
        fate=Fate.KEPT,
    ),
    DataClass(
        name="binding",
        purpose="know whose watch a device is",
        words="ID-nummer van het GPS horloge voor bediening",
        subject=Subject.NONE,
    ),
    DataClass(
        name="membership",
        purpose="know who may see which watch",
        words="Gebruikersnaam en wachtwoord voor inloggen op onze apps en GPS platform",
        subject=Subject.NONE,
    ),
    DataClass(
        name="member_name",
        purpose="let the guardians of a watch tell each other apart",
        words="Andere informatie zoals telefoonnummers en foto's",
        subject=Subject.BINDING,
    ),
    DataClass(
        name="account",
        purpose="let a guardian sign in",
        words="Gebruikersnaam en wachtwoord voor inloggen op onze apps en GPS platform",
        subject=Subject.ACCOUNT,
    ),
    DataClass(
        name="token_family",
        purpose="end a sign-in at once",
        words="tijdelijke toegangstokens die regelmatig veranderen",
        subject=Subject.NONE,
        period=timedelta(days=30),  # from its last refresh: a phone that is used rings on
    ),
    DataClass(
        name="sign_in_attempts",
        purpose="limit guessing",
        words="een limiet is voor het aantal pogingen",
        subject=Subject.NONE,
        period=A_DAY,
        fate=Fate.ERASED,
    ),
    DataClass(
        name="pending_registration",
        purpose="make an account once its e-mail address has answered",
        words="Gebruikersnaam en wachtwoord voor inloggen op onze apps en GPS platform",
        subject=Subject.ACCOUNT,
        period=A_DAY,  # a mail may be found in the evening
    ),
    DataClass(
        name="mail_link",
        purpose="let whoever reads the account's mail prove it: a new password, a new address",
        words="Gebruikersnaam en wachtwoord voor inloggen op onze apps en GPS platform",
        subject=Subject.ACCOUNT,
        period=timedelta(minutes=15),
    ),
    DataClass(
        name="signed_in_device",
        purpose="show a guardian where the account is signed in, and let it be ended there",
        words="tijdelijke toegangstokens die regelmatig veranderen",
        subject=Subject.ACCOUNT,
        period=timedelta(days=30),  # as the sign-in, from its last refresh
    ),
    DataClass(
        name="known_device",
        purpose="let a guardian in from a phone that has signed in before while somebody guesses",
        words="een limiet is voor het aantal pogingen",
        subject=Subject.NONE,
        period=timedelta(days=180),
    ),
    DataClass(
        name="automation",
        purpose="let a guardian's own programs read what the guardian may see",
        words="gebruik van onze producten (app en GPS platform) alleen om onze diensten te laten werken",
        subject=Subject.ACCOUNT,
        period=timedelta(days=365),  # one that nobody renews is one that nobody remembers
    ),
    DataClass(
        name="preference",
        purpose="tell each guardian what, how and when they want to be told",
        words="gebruik van onze producten (app en GPS platform) alleen om onze diensten te laten werken",
        subject=Subject.ACCOUNT,
    ),
    DataClass(
        name="notice",
        purpose="tell guardians of changes around their account and watches",
        words="wat er op het account is gedaan",
        subject=Subject.ACCOUNT,
        epoch=Epoch.DAY,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="change",
        purpose="show who changed what of an account or a watch; names of fields, never values",
        words="wat er op het account is gedaan",
        subject=Subject.NONE,
        epoch=Epoch.DAY,
        period=timedelta(days=730),  # D10: as the audit trail
        fate=Fate.PSEUDONYMOUS,
    ),
    DataClass(
        name="invitation",
        purpose="let somebody join a watch, or take it over, whom its owner asked",
        words="Gebruikersnaam en wachtwoord voor inloggen op onze apps en GPS platform",
        subject=Subject.NONE,
        period=timedelta(days=7),
    ),
    DataClass(
        name="watch_profile",
        purpose="show a watch by the name, picture and time zone that its guardians gave it",
        words="Andere informatie zoals telefoonnummers en foto's",
        subject=Subject.BINDING,
    ),
    DataClass(
        name="capability",
        purpose="offer only what the watch can do",
        words="ID-nummer van het GPS horloge voor bediening",
        subject=Subject.BINDING,
    ),
    DataClass(
        name="setting",
        purpose="keep on the watch what its guardians want: numbers, contacts, quiet times, intervals",
        words="SOS/monitornummers en contactnummers voor bellen vanuit het horloge",
        subject=Subject.BINDING,
    ),
    DataClass(
        name="setting_undo",
        purpose="take back a change of SOS or monitor numbers for a day",
        words="SOS/monitornummers en contactnummers voor bellen vanuit het horloge",
        subject=Subject.BINDING,
        period=A_DAY,
    ),
    DataClass(
        name="command",
        purpose="show what was asked of a watch and what became of it",
        words="ID-nummer van het GPS horloge voor bediening",
        subject=Subject.BINDING,
        epoch=Epoch.DAY,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="outbox_entry",
        purpose="bring a command to a watch that is away",
        words=None,
        subject=Subject.NONE,
        period=timedelta(hours=72),  # the longest that any command waits, a message's
    ),
    DataClass(
        name="claim_code",
        purpose="let whoever holds a watch prove it by what its screen shows",
        words="ID-nummer van het GPS horloge voor bediening",
        subject=Subject.STOCK,
        period=timedelta(minutes=5),
    ),
    DataClass(
        name="presence",
        purpose="know whether a watch is connected, and by which task of the bridge it is reached",
        words=None,
        subject=Subject.NONE,
        period=THREE_MONTHS,
    ),
    DataClass(
        name="lease",
        purpose="give each task of the bridge a queue of its own",
        words=None,
        subject=Subject.NONE,
        fate=Fate.KEPT,
    ),
    DataClass(
        name="message",
        purpose="bring texts and voices between guardians and a child",
        words="Gesproken en geschreven berichten worden maximaal 72 uur bewaard",
        subject=Subject.BINDING,
        epoch=Epoch.HOUR,
        period=timedelta(hours=72),
    ),
    DataClass(
        name="voice",
        purpose="bring voices between guardians and a child",
        words="Gesproken en geschreven berichten worden maximaal 72 uur bewaard",
        subject=Subject.BINDING,
        epoch=Epoch.HOUR,
        period=timedelta(hours=72),
    ),
    DataClass(
        name="voice_part",
        purpose="join a voice that a watch sends in parts",
        words="Gesproken en geschreven berichten worden maximaal 72 uur bewaard",
        subject=Subject.BINDING,
        period=timedelta(minutes=15),  # a part that came so long ago has lost the rest
    ),
    DataClass(
        name="photo",
        purpose="show a watch and its contacts by a picture",
        words="Andere informatie zoals telefoonnummers en foto's",
        subject=Subject.BINDING,
    ),
    DataClass(
        name="sim_registration",
        purpose="register a SIM card, as the law asks of its operator",
        words="NAW-gegevens en e-mailadres voor registratie van de simkaart",
        subject=Subject.ACCOUNT,
    ),
    DataClass(
        name="sim",
        purpose="show balance and validity of a watch's prepaid SIM, and tell when its credit is low",
        words="Simkaartnummer van het GPS horloge voor prepaidfuncties",
        subject=Subject.BINDING,
    ),
    DataClass(
        name="top_up",
        purpose="top up a prepaid SIM exactly once",
        words="Simkaartnummer van het GPS horloge voor prepaidfuncties",
        subject=Subject.BINDING,
    ),
    DataClass(
        name="subject_key",
        purpose="open what is sealed for one binding or account; dies with it",
        words=None,
        subject=Subject.NONE,
    ),
    DataClass(
        name="epoch_key",
        purpose="open what is sealed in one day or hour; dies with it",
        words=None,
        subject=Subject.NONE,
        fate=Fate.KEPT,
    ),
)

POLICY: Mapping[str, DataClass] = {each.name: each for each in _CLASSES}
