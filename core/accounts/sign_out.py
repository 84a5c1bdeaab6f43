"""Ending sign-ins: here, elsewhere, everywhere."""

from dataclasses import dataclass
from datetime import datetime

from core.accounts.model import Caller
from core.accounts.phones import RingingPhones
from core.accounts.ports import SignedInDevices, TokenFamilies
from core.kernel.ids import AccountId, FamilyId

_AT_ONCE = 100  # devices of a page


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """Ends sign-ins, each with its phone; open live views end as they look again."""

    families: TokenFamilies
    devices: SignedInDevices
    phones: RingingPhones

    def end(self, caller: Caller, now: datetime) -> None:
        """End one sign-in of an account, here or elsewhere; it is no error when it was ended."""
        self.phones.remove(caller, now)  # first: a call that fails here can be repeated with its token
        self.families.end(caller.family_id)
        self.devices.remove(caller.account_id, caller.family_id)

    def end_all(self, account_id: AccountId, now: datetime, *, but: FamilyId | None = None) -> None:
        """End every sign-in of the account but this one."""
        after = None
        while True:
            page = self.devices.of_account(account_id, now=now, limit=_AT_ONCE, after=after)
            for device in page.items:
                if device.family_id != but:
                    self.end(Caller(account_id, device.family_id), now)
            if page.next is None:
                return
            after = page.next
