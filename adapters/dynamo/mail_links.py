"""Links that go out by mail: registrations for a day, others for minutes."""

import json
from datetime import datetime
from typing import TypeVar

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from core.accounts.links import OF_REGISTRATIONS, MailLink
from core.accounts.model import Language
from core.accounts.notices import Letter, LetterKind
from core.kernel.ids import AccountId, LinkId
from core.retention.policy import POLICY, Subject
from core.vault.model import SealedUnder
from core.vault.ports import Sealer, SubjectKeys

AnyLink = TypeVar("AnyLink", bound="LinkRecord")


class LinkRecord(Record):
    """payload: sealed JSON of all else. Its subject is the link itself: nobody may have the account that it names."""

    link_id: UnicodeAttribute
    since = UnicodeAttribute()
    payload = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls: type[AnyLink], link: MailLink, sealer: Sealer) -> AnyLink:
        """Return the stored shape."""
        record = cls(link.link_id, since=instant(link.made_at), expires_at=link.ends_at)
        content = {
            "kind": link.kind,
            "address": link.address,
            "language": link.language,
            "account_id": link.account_id,
            "password_hash": link.password_hash,
        }
        record.payload = sealer.seal(json.dumps(content).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> MailLink:
        """Return the link; raise Unreadable."""
        content = json.loads(sealer.open(self.payload, self._place()))
        account_id = content["account_id"]
        return MailLink(
            link_id=LinkId(self.link_id),
            kind=LetterKind(content["kind"]),
            address=content["address"],
            language=Language(content["language"]),
            made_at=instant_of(self.since),
            account_id=None if account_id is None else AccountId(account_id),
            password_hash=content["password_hash"],
        )

    def _place(self) -> SealedUnder:
        [data_class] = self.table.holds
        return SealedUnder(
            data_class=POLICY[data_class], subject_id=self.link_id, table=self.table.name, key=(self.link_id,)
        )


class RegistrationRecord(LinkRecord):
    """A link to confirm a registration, or the word that there is nothing to confirm."""

    table = TABLES["registrations"]
    attribute_classes = holding(pending_registration=("link_id", "since", "payload", "expires_at"))

    link_id = UnicodeAttribute(hash_key=True)


class MailLinkRecord(LinkRecord):
    """Any other link."""

    table = TABLES["mail-links"]
    attribute_classes = holding(mail_link=("link_id", "since", "payload", "expires_at"))

    link_id = UnicodeAttribute(hash_key=True)


class DynamoMailLinks:
    """MailLinks in the tables registrations and mail-links."""

    def __init__(self, sealer: Sealer, keys: SubjectKeys) -> None:
        self._sealer = sealer
        self._keys = keys

    def put(self, link: MailLink) -> None:
        """See MailLinks."""
        self._keys.make(Subject.ACCOUNT, link.link_id, link.ends_at)
        _record_of(link.kind).of(link, self._sealer).put(now=link.made_at)

    def get(self, letter: Letter, now: datetime) -> MailLink | None:
        """See MailLinks."""
        record = _record_of(letter.kind).find(letter.link_id, now=now)
        link = None if record is None else record.to_domain(self._sealer)
        return link if link is not None and link.kind is letter.kind else None

    def remove(self, letter: Letter) -> bool:
        """See MailLinks."""
        return _record_of(letter.kind)(letter.link_id).remove()


def _record_of(kind: LetterKind) -> type[LinkRecord]:
    return RegistrationRecord if kind in OF_REGISTRATIONS else MailLinkRecord
