"""Automations: a guardian's own programs, each with one token that only reads."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from core.accounts.model import Automation, Bearer, NotSignedIn, TokenFamily
from core.accounts.notices import Announcement, Announcer, NoticeKind
from core.accounts.ports import Automations, TokenFamilies
from core.accounts.refresh import digest_of
from core.kernel.clock import Clock
from core.kernel.errors import NotFound, Refused
from core.kernel.ids import AccountId, AutomationId, FamilyId, InvalidId, checked_id, new_id

TOKEN_PREFIX = "wa1."  # noqa: S105 - tells such a token from an access token, and lets scanners of leaked code find it
AUTOMATIONS_PER_ACCOUNT = 10

_SECRET_BYTES = 32


class AutomationNotFound(NotFound):
    """The account has no such automation."""


class TooManyAutomations(Refused):
    """The account has as many automations as it may have."""


def reader_of(token: str, families: TokenFamilies, now: datetime) -> Bearer:
    """Return whom an automation's token speaks for; raise NotSignedIn."""
    family_id = token.removeprefix(TOKEN_PREFIX).partition(".")[0]
    try:
        family = families.get(FamilyId(checked_id(family_id)), now)
    except InvalidId:
        family = None
    if family is None or not is_token_of(token, family):
        raise NotSignedIn("no automation has this token")
    return Bearer(family.account_id, family.family_id, family.ends_at, reads_only=True)


def is_token_of(token: str, family: TokenFamily) -> bool:
    """Tell whether the family is an automation's and has this token."""
    return family.automation is not None and hmac.compare_digest(digest_of(token), family.automation)


def is_automation_of(account_id: AccountId, family: TokenFamily) -> bool:
    """Tell whether the family is one of this account's automations."""
    return family.account_id == account_id and family.automation is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationDesk:
    """Makes and ends automations."""

    automations: Automations
    families: TokenFamilies
    announcer: Announcer
    clock: Clock

    def make(self, account_id: AccountId, name: str) -> tuple[Automation, str]:
        """Return a new automation and its token, which is shown this once; raise TooManyAutomations."""
        now = self.clock.now()
        held = self.automations.of_account(account_id, now=now, limit=AUTOMATIONS_PER_ACCOUNT, after=None)
        if len(held.items) >= AUTOMATIONS_PER_ACCOUNT:
            raise TooManyAutomations("the account has as many automations as it may have")
        automation = Automation(automation_id=AutomationId(new_id()), account_id=account_id, name=name, since=now)
        secret = base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).rstrip(b"=").decode()
        token = f"{TOKEN_PREFIX}{automation.automation_id}.{secret}"
        self.automations.add(automation)  # first: what stands in no list could not be ended
        self.families.start(
            TokenFamily(
                family_id=FamilyId(automation.automation_id),
                account_id=account_id,
                started_at=now,
                automation=digest_of(token),
            )
        )
        self.announcer.announce(Announcement(kind=NoticeKind.AUTOMATION_ADDED, to=(account_id,), at=now))
        return automation, token

    def end(self, account_id: AccountId, automation_id: AutomationId) -> None:
        """End an automation: its token is worth nothing from now on; raise AutomationNotFound."""
        now = self.clock.now()
        family = self.families.get(FamilyId(automation_id), now)
        if family is not None and is_automation_of(account_id, family):
            self.families.end(family.family_id)
        if not self.automations.remove(account_id, automation_id):
            raise AutomationNotFound("no such automation of this account")

    def end_all(self, account_id: AccountId) -> None:
        """End all of the account's automations."""
        held = self.automations.of_account(
            account_id, now=self.clock.now(), limit=2 * AUTOMATIONS_PER_ACCOUNT, after=None
        )
        for automation in held.items:
            self.end(account_id, automation.automation_id)
