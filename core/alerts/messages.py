"""What passes through other companies to a guardian: that there is something to see, never what, who or where."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.alerts.model import Alert
from core.alerts.rules import RULES


@dataclass(frozen=True, slots=True)
class Mail:
    """Texts of a mail."""

    subject: str
    body: str


_SOS_MAIL = Mail(
    subject="SOS van een horloge / SOS from a watch",
    body=(
        "Een kind heeft met het horloge om hulp gevraagd. Open de app om te zien wie en waar.\n"
        "Deze melding wordt herhaald tot iemand haar in de app bevestigt.\n\n"
        "A child has called for help with its watch. Open the app to see who and where.\n"
        "This message is repeated until somebody confirms it in the app.\n"
    ),
)
_OTHER_MAIL = Mail(
    subject="Melding van een horloge / Message from a watch",
    body=(
        "Er is een nieuwe melding van een horloge. Open de app om haar te lezen.\n\n"
        "There is a new message from a watch. Open the app to read it.\n"
    ),
)


def push_payload(alert: Alert) -> Mapping[str, str]:
    """Return all that Apple and Google may know: the type, an opaque id, and how the phone is to ring.

    The text is the phone's own, by its `loc-key`; what happened, the app fetches with the id.
    """
    if RULES[alert.kind].is_urgent:
        return {
            "type": "sos",
            "id": alert.alert_id,
            "loc-key": "ALERT_SOS",
            "sound": "sos",
            "interruption-level": "critical",
        }
    return {
        "type": "alert",
        "id": alert.alert_id,
        "loc-key": "ALERT_OTHER",
        "sound": "default",
        "interruption-level": "time-sensitive",
    }


def mail_of(alert: Alert) -> Mail:
    """Return the mail for an alert, Dutch before English: one text for an SOS, one for all else."""
    return _SOS_MAIL if RULES[alert.kind].is_urgent else _OTHER_MAIL
