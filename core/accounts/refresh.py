"""Refresh tokens: each is used once, by the device alone that got it (P-46, docs/adr/0015)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from core.accounts.attempts import AttemptLimits
from core.accounts.model import Caller, NotSignedIn, Refresh, TokenFamily, Tokens
from core.accounts.notices import Announcement, Announcer, NoticeKind
from core.accounts.ports import AccessTokens, Phones, SignedInDevices, TokenFamilies
from core.accounts.sign_out import SignOut
from core.kernel.clock import Clock
from core.kernel.ids import FamilyId, InvalidId, checked_id

REPEATED_WITHIN = timedelta(seconds=30)
"""So long a device may ask again with the token before: its first answer was lost on the way."""

_SECRET_BYTES = 32
_TRIES = 3  # the loser of a race finds its token replaced at the second try


class Use(Enum):
    """What it is that somebody does with a refresh token."""

    FIRST = "first"
    REPEATED = "repeated"
    """Again, in time, by the same device: it gets the same successor."""
    REUSED = "reused"
    """Somebody has, or had, a token that is not theirs: the sign-in ends."""
    NONE = "none"
    """No token of this family, from a device that has no part in it: it changes nothing, or anybody could end it."""


def first_token(family_id: FamilyId) -> str:
    """Return the first refresh token of a family."""
    return _token(family_id, secrets.token_bytes(_SECRET_BYTES))


def begun(token: str, key: str, now: datetime) -> Refresh:
    """Return where a family stands with its first token."""
    return Refresh(key=key, current=digest_of(token), previous=None, rotated_at=now)


def digest_of(token: str) -> str:
    """Return what is stored of a token. Its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def use_of(token: str, key: str, refresh: Refresh, now: datetime) -> Use:
    """Tell what a device with this key does with this token."""
    digest = digest_of(token)
    is_current = hmac.compare_digest(digest, refresh.current)
    is_previous = refresh.previous is not None and hmac.compare_digest(digest, refresh.previous)
    if not hmac.compare_digest(key.encode(), refresh.key.encode()):
        return Use.REUSED if is_current or is_previous else Use.NONE
    if is_current:
        return Use.FIRST
    return Use.REPEATED if is_previous and is_in_time(refresh.rotated_at, now) else Use.REUSED


def is_in_time(rotated_at: datetime, now: datetime) -> bool:
    """Tell whether the token before may still be shown again."""
    return now - rotated_at <= REPEATED_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """Turns a refresh token into its successor and a new access token.

    mac: a MAC whose key all instances share. A successor is the MAC of its predecessor, so that it can be given twice
    without being stored.
    """

    families: TokenFamilies
    devices: SignedInDevices
    phones: Phones
    tokens: AccessTokens
    limits: AttemptLimits
    sign_out: SignOut
    announcer: Announcer
    mac: Callable[[bytes], bytes]
    clock: Clock

    def renew(self, token: str, key: str, address: str) -> Tokens:
        """Return the next tokens and let the sign-in live on; raise NotSignedIn or TooManyAttempts.

        key: thumbprint of the key that the device proved. address: the IP address that the request came from.
        """
        now = self.clock.now()
        for _ in range(_TRIES):
            family = self._family_of(token, now)
            if family is None or family.refresh is None:
                break
            match use_of(token, key, family.refresh, now):
                case Use.FIRST:
                    self.limits.admit_refresh(family.family_id, now)
                    successor = self._successor(family.family_id, token)
                    replacing = Refresh(
                        key=key, current=digest_of(successor), previous=family.refresh.current, rotated_at=now
                    )
                    if self.families.rotate(family.family_id, family.refresh, replacing):
                        return self._issued(family, successor, now)
                case Use.REPEATED:
                    self.limits.admit_refresh(family.family_id, now)
                    return self._issued(family, self._successor(family.family_id, token), now)
                case Use.REUSED:
                    self._revoke(family, now)
                    break
                case Use.NONE:
                    break
        self.limits.count_refused_refresh(address, now)
        raise NotSignedIn("no refresh token that holds")

    def _family_of(self, token: str, now: datetime) -> TokenFamily | None:
        try:
            family_id = FamilyId(checked_id(token.partition(".")[0]))
        except InvalidId:
            return None
        return self.families.get(family_id, now)

    def _successor(self, family_id: FamilyId, token: str) -> str:
        return _token(family_id, self.mac(token.encode()))

    def _issued(self, family: TokenFamily, successor: str, now: datetime) -> Tokens:
        self.devices.prolong(family.account_id, family.family_id, now)
        self.phones.prolong(family.account_id, family.family_id, now)
        return Tokens(self.tokens.issue(Caller(family.account_id, family.family_id), now), successor)

    def _revoke(self, family: TokenFamily, now: datetime) -> None:
        """End the sign-in, whoever has its tokens, and tell the account."""
        self.families.end(family.family_id)  # first: nothing that fails may keep it alive
        self.announcer.announce(Announcement(kind=NoticeKind.TOKEN_REUSED, to=(family.account_id,), at=now))
        self.sign_out.end(Caller(family.account_id, family.family_id), now)


def _token(family_id: FamilyId, secret: bytes) -> str:
    return f"{family_id}.{base64.urlsafe_b64encode(secret).rstrip(b'=').decode()}"
