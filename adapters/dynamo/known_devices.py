"""Devices that have signed in before, under an HMAC of the login name."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, end_of, fit, holding
from adapters.dynamo.tables import TABLES
from core.accounts.ports import KNOWN_DEVICES
from core.vault.ports import Lookup


class KnownDeviceRecord(Record):
    """thumbprint: of the device's public key."""

    table = TABLES["known-devices"]
    attribute_classes = holding(known_device=("login", "thumbprint", "expires_at"))

    login = UnicodeAttribute(hash_key=True)
    thumbprint = UnicodeAttribute(range_key=True)
    expires_at = ExpiryAttribute()


class DynamoKnownDevices:
    """KnownDevices in their table."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def knows(self, login: str, key: str, now: datetime) -> bool:
        """See KnownDevices."""
        return KnownDeviceRecord.find(self._name(login), key, now=now) is not None

    def add(self, login: str, key: str, now: datetime) -> None:
        """See KnownDevices. Two at the same time may leave one too many, until the next."""
        name = self._name(login)
        others = [each for each in fit(KnownDeviceRecord.query(name, consistent_read=True)) if each.thumbprint != key]
        KnownDeviceRecord(name, key, expires_at=end_of("known_device", now)).put(now=now)
        others.sort(key=lambda record: record.expires_at, reverse=True)
        for record in others[KNOWN_DEVICES - 1 :]:
            record.delete()

    def forget(self, login: str) -> None:
        """See KnownDevices."""
        for record in fit(KnownDeviceRecord.query(self._name(login), consistent_read=True)):
            record.delete()

    def _name(self, login: str) -> str:
        return self._lookup.of("login", login)
