"""Phones that ring: registered by the sign-in that they belong to, and gone with it."""

from dataclasses import dataclass
from datetime import datetime

from core.accounts.model import Caller, Phone, Platform
from core.accounts.ports import PhoneEndpoints, Phones


@dataclass(frozen=True, slots=True, kw_only=True)
class RingingPhones:
    """Adds and removes a sign-in's phone, with its endpoint at the push service."""

    phones: Phones
    endpoints: PhoneEndpoints

    def register(self, caller: Caller, platform: Platform, token: str, now: datetime) -> None:
        """Let this phone ring in the place of the sign-in's earlier one; raise PushNotAvailable or InvalidPhone."""
        earlier = self._of(caller, now)
        endpoint = self.endpoints.make(platform, token, caller.family_id)
        self.phones.put(
            Phone(
                account_id=caller.account_id,
                family_id=caller.family_id,
                platform=platform,
                endpoint=endpoint,
                since=now,
            )
        )
        if earlier is not None and earlier.endpoint != endpoint:
            self.endpoints.remove(earlier.endpoint)

    def remove(self, caller: Caller, now: datetime) -> None:
        """Let the sign-in's phone ring no more; it is no error when there is none."""
        phone = self._of(caller, now)
        self.phones.remove(caller.account_id, caller.family_id)
        if phone is not None:
            self.endpoints.remove(phone.endpoint)

    def _of(self, caller: Caller, now: datetime) -> Phone | None:
        phones = self.phones.of_account(caller.account_id, now)
        return next((each for each in phones if each.family_id == caller.family_id), None)
