"""Phones that ring, through SNS and the services of Apple and Google."""

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from adapters.outages import is_outage
from core.accounts.model import Phone
from core.accounts.ports import Phones, TokenFamilies
from core.alerts.messages import push_payload
from core.alerts.model import Alert
from core.alerts.ports import ChannelFailed
from core.kernel.ids import AccountId
from core.vault.model import Unreadable

_LOG = logging.getLogger(__name__)
_GONE = frozenset({"EndpointDisabled", "NotFound"})
"""Apple or Google told SNS that the app is gone from the phone, or the endpoint was removed."""
KEPT_FOR = timedelta(hours=4)
"""How long the service keeps it for a phone without a network; later it is no alarm any more, and stands in the app."""
PHONES_PER_ACCOUNT = 10
"""Those of the newest sign-ins ring: whoever registers more keeps no other guardian waiting."""
_CRITICAL = "critical"
_APPLE_SOUNDS = {"sos": "sos.caf", "default": "default"}
_ANDROID_CHANNELS = {"sos": "sos", "alert": "alerts", "notice": "notices", "message": "messages"}
"""The app's notification channels: on Android these, not the message, decide whether silence is broken."""


class _Outcome(Enum):
    TAKEN = auto()
    REFUSED = auto()
    GONE = auto()


class SnsPushNotifier:
    """Notifier of Channel.PUSH, and Ringer: rings the guardian's phones whose sign-in still holds.

    client: a botocore SNS client with few attempts, as every one of them delays the next guardian.
    """

    def __init__(self, client: Any, phones: Phones, families: TokenFamilies) -> None:
        self._client = client
        self._phones = phones
        self._families = families

    def send(self, account_id: AccountId, alert: Alert, now: datetime) -> bool:
        """Ring for an alert; see `ring`."""
        return self.ring(account_id, push_payload(alert), now)

    def ring(self, account_id: AccountId, payload: Mapping[str, str], now: datetime) -> bool:
        """Return whether a phone was rung, False when there is none; raise ChannelFailed when all there are refused."""
        outcomes = {
            self._ring(phone, payload) for phone in islice(self._signed_in(account_id, now), PHONES_PER_ACCOUNT)
        }
        if _Outcome.REFUSED in outcomes and _Outcome.TAKEN not in outcomes:
            raise ChannelFailed("no phone could be rung")
        return _Outcome.TAKEN in outcomes

    def _signed_in(self, account_id: AccountId, now: datetime) -> Iterator[Phone]:
        try:
            phones = self._phones.of_account(account_id, now)
            for phone in sorted(phones, key=lambda phone: phone.since, reverse=True):
                if self._families.get(phone.family_id, now) is None:
                    self._forget(phone)
                else:
                    yield phone
        except Unreadable:  # the account was erased
            return
        except Exception as error:
            if not is_outage(error):
                raise
            raise ChannelFailed("the phones could not be read") from None

    def _ring(self, phone: Phone, payload: Mapping[str, str]) -> _Outcome:
        try:
            self._client.publish(TargetArn=phone.endpoint, **message_of(payload))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _GONE:
                self._forget(phone)
                return _Outcome.GONE
            _LOG.warning("SNS refused a push: %s", code)
            return _Outcome.REFUSED
        except BotoCoreError as error:
            _LOG.warning("SNS was not reached: %s", type(error).__name__)
            return _Outcome.REFUSED
        return _Outcome.TAKEN

    def _forget(self, phone: Phone) -> None:
        """Forget a phone that rings no more; where that fails, the next alert finds it again, and the others ring."""
        try:
            self._phones.remove(phone.account_id, phone.family_id)
        except Exception as error:
            if not is_outage(error):
                raise


def message_of(payload: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what SNS publishes of a payload (see push_payload): the same in the form of each service."""
    apns = json.dumps(_apns(payload))
    forms = {"default": payload["type"], "APNS": apns, "APNS_SANDBOX": apns, "GCM": json.dumps(_fcm(payload))}
    seconds = str(int(KEPT_FOR.total_seconds()))
    attributes = {
        "AWS.SNS.MOBILE.APNS.PUSH_TYPE": "alert",
        "AWS.SNS.MOBILE.APNS.PRIORITY": "10",  # at once, not when the phone's battery would like it
        "AWS.SNS.MOBILE.APNS.TTL": seconds,
        "AWS.SNS.MOBILE.APNS_SANDBOX.TTL": seconds,
    }
    return {
        "Message": json.dumps(forms),
        "MessageStructure": "json",
        "MessageAttributes": {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    }


def _apns(payload: Mapping[str, str]) -> Mapping[str, Any]:
    """Apple's form: https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification."""
    level, sound = payload["interruption-level"], _APPLE_SOUNDS[payload["sound"]]
    return {
        "aps": {
            "alert": {"loc-key": payload["loc-key"]},
            "sound": {"critical": 1, "name": sound, "volume": 1.0} if level == _CRITICAL else sound,
            "interruption-level": level,
        },
        "type": payload["type"],
        "id": payload["id"],
    }


def _fcm(payload: Mapping[str, str]) -> Mapping[str, Any]:
    """Google's form: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages, as SNS wraps it."""
    android = {
        "priority": "high",
        "collapse_key": payload["id"],  # of the repeats that waited for a phone, the last one is enough
        "ttl": f"{int(KEPT_FOR.total_seconds())}s",
        "notification": {
            "body_loc_key": payload["loc-key"],
            "sound": payload["sound"],
            "channel_id": _ANDROID_CHANNELS[payload["type"]],
            "tag": payload["id"],
        },
    }
    message = {"data": {"type": payload["type"], "id": payload["id"]}, "android": android}
    return {"fcmV1Message": {"message": message}}
