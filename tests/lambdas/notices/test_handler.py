"""The notice queue as Lambda takes it, on DynamoDB, KMS, SQS, SNS and SES."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from pynamodb.exceptions import PutError

from adapters.dynamo.notices import NoticeRecord
from adapters.notifiers.mail import SesMails
from adapters.notifiers.push import SnsPushNotifier
from adapters.screens import GatewayScreens
from adapters.stream.notices import NotForTheQueue, content_of, message_of
from core.accounts.model import Language
from core.accounts.notices import NEVER_STORED, Letter, LetterKind, NoticeKind
from core.alerts.ports import ChannelFailed
from core.kernel.ids import AccountId, LinkId, WatchId, new_id
from core.notices.texts import MAILED
from core.retention.policy import Subject
from tests.builders import any_announcement, any_live_view, any_message
from tests.clocks import NOON
from tests.frames import DEVICE, minutes
from tests.lambdas.notices.platform import APP_URL, Platform
from tests.worlds import stocked

HASH = "a hash"
LINK = re.compile(re.escape(APP_URL) + r"#([a-z2-7]{26}\.[\w-]{22})\n")


def counted(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    return {name: count for name, count in line.items() if name not in ("_aws", "function")}


def refused(*_arguments: object, **_named: object) -> bool:
    raise ChannelFailed("refused")


def test_an_announcement_stands_in_each_list_and_rings_each_phone(stage: Platform) -> None:
    mother, father = stage.account(), stage.account()
    stage.phone(mother)
    by = AccountId(new_id())
    announcement = any_announcement(mother, father, at=NOON, by=by, about=father)
    stage.announcer.announce(announcement)
    stage.work_off()
    for account_id in (mother, father):
        (notice,) = stage.notices(account_id)
        assert (notice.kind, notice.at, notice.by, notice.about) == (NoticeKind.MEMBER_JOINED, NOON, by, father)
        assert notice.watch_id == announcement.watch_id
    (push,) = stage.pushes()
    assert push["id"] == stage.notices(mother)[0].notice_id
    assert stage.mails() == []


@pytest.mark.attack("C-11", guard="core.notices.messages:push_payload", part="notices")
@pytest.mark.parametrize("kind", sorted(set(NoticeKind) - NEVER_STORED))
def test_a_push_tells_that_there_is_a_notice_and_nothing_else(stage: Platform, kind: NoticeKind) -> None:
    account_id = stage.account()
    stage.phone(account_id)
    announcement = any_announcement(account_id, at=NOON, kind=kind, by=account_id, about=account_id)
    assert stage.deliver(message_of(announcement)) == []
    (push,) = stage.pushes()
    (notice,) = stage.notices(account_id)
    aps = {"alert": {"loc-key": "NOTICE"}, "sound": "default", "interruption-level": "active"}
    assert push == {"aps": aps, "type": "notice", "id": notice.notice_id}


@pytest.mark.attack("I-14", guard="core.notices.messages:push_payload", part="pushes of notices")
def test_neither_a_message_on_the_queue_nor_a_push_holds_more_than_ids(stage: Platform) -> None:
    account_id = stage.account()
    phone = stage.phone(account_id)
    email = stage.emails[account_id]
    announcement = any_announcement(account_id, at=NOON, kind=NoticeKind.NEW_SIGN_IN)
    stage.announcer.announce(announcement)
    stage.links.send(LetterKind.RESET_PASSWORD, email, Language.NL, account_id=account_id)
    bodies = stage.queued()
    assert stage.deliver(*bodies) == []
    (link,) = [found[1] for mail in stage.mails() if (found := LINK.search(mail.body))]
    everything = "".join(bodies) + json.dumps(stage.pushes())
    assert not any(secret in everything for secret in (email, phone.endpoint, link, link.partition(".")[2]))
    assert not any(secret in json.dumps(stage.pushes()) for secret in (str(announcement.watch_id), account_id, "sign"))


@pytest.mark.parametrize("kind", NoticeKind)
def test_what_a_thief_would_do_is_mailed_as_well_in_the_language_of_the_account(
    stage: Platform, kind: NoticeKind
) -> None:
    dutch, english = stage.account(), stage.account(Language.EN)
    assert stage.deliver(message_of(any_announcement(dutch, english, at=NOON, kind=kind))) == []
    mails = {mail.to: mail.body for mail in stage.mails()}
    if kind not in MAILED:
        assert mails == {}
        return
    assert "Was u dit niet?" in mails[stage.emails[dutch]]
    assert "Was this not you?" in mails[stage.emails[english]]


@pytest.mark.promise("P-28", guard="core.notices.telling:is_never_stored", part="nothing that tells of it outlives it")
@pytest.mark.attack("C-11", guard="core.notices.messages:hint_payload", part="messages")
def test_of_a_message_guardians_phones_and_views_are_told_its_id_and_nothing_is_stored(
    stage: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Mapping[str, Any]] = []

    def show(_screens: GatewayScreens, _connection_id: str, message: Mapping[str, Any]) -> bool:
        shown.append(message)
        return True

    monkeypatch.setattr(GatewayScreens, "show", show)
    mother, watch_id = stage.account(), WatchId(new_id())
    phone = stage.phone(mother)
    stage.world.devices.stock(stocked())
    stage.world.devices.bind(DEVICE, watch_id, mother, NOON)
    view = any_live_view(NOON + minutes(5), watch_id, account_id=mother, family_id=phone.family_id)
    stage.world.live_views.put(view, NOON)
    message_id = any_message(watch_id, NOON).message_id
    told = any_announcement(mother, at=NOON, kind=NoticeKind.MESSAGE_RECEIVED, watch_id=watch_id, message_id=message_id)
    assert stage.deliver(message_of(told)) == []
    aps = {"alert": {"loc-key": "MESSAGE"}, "sound": "default", "interruption-level": "active"}
    assert stage.pushes() == [{"aps": aps, "type": "message", "id": message_id}]
    assert shown == [{"type": "message", "watch_id": watch_id, "id": message_id, "at": "2026-11-22T12:00:00Z"}]
    assert stage.notices(mother) == []
    assert stage.mails() == []


def test_what_is_announced_twice_is_one_notice_and_rings_once(stage: Platform) -> None:
    account_id = stage.account()
    stage.phone(account_id)
    body = message_of(any_announcement(account_id, at=NOON))
    for _ in range(3):
        assert stage.deliver(body, body) == []
    assert len(stage.notices(account_id)) == len(stage.pushes()) == 1


def test_a_notice_of_a_watch_is_shown_on_the_open_views_of_those_it_is_for(
    stage: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, str]] = []

    def show(_screens: GatewayScreens, connection_id: str, message: Mapping[str, Any]) -> bool:
        shown.append((connection_id, message["id"]))
        return True

    monkeypatch.setattr(GatewayScreens, "show", show)
    mother, stranger, watch_id = stage.account(), stage.account(), WatchId(new_id())
    stage.world.devices.stock(stocked())
    stage.world.devices.bind(DEVICE, watch_id, mother, NOON)
    for account_id in (mother, stranger):
        family_id = stage.phone(account_id).family_id
        hour = NOON + timedelta(hours=1)
        stage.world.live_views.put(
            any_live_view(hour, watch_id, connection_id=account_id, account_id=account_id, family_id=family_id), NOON
        )
    stage.deliver(message_of(any_announcement(mother, stranger, at=NOON, watch_id=watch_id)))
    stage.deliver(message_of(any_announcement(mother, at=NOON, watch_id=None)))
    (notice,) = [each for each in stage.notices(mother) if each.watch_id == watch_id]
    assert shown == [(mother, notice.notice_id)]


def test_a_push_that_fails_keeps_neither_the_list_nor_a_mail(stage: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = stage.account()
    monkeypatch.setattr(SnsPushNotifier, "ring", refused)
    assert stage.deliver(message_of(any_announcement(account_id, at=NOON, kind=NoticeKind.TOKEN_REUSED))) == []
    assert len(stage.notices(account_id)) == len(stage.mails()) == 1


def test_a_mail_that_fails_is_tried_again_and_the_notice_stands_at_once(
    stage: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account_id = stage.account()
    body = message_of(any_announcement(account_id, at=NOON, kind=NoticeKind.TOKEN_REUSED))
    with monkeypatch.context() as patch:
        patch.setattr(SesMails, "send", refused)
        assert stage.deliver(body) == [0]
    assert counted(capsys) == {"failed_messages": 1}
    assert len(stage.notices(account_id)) == 1
    assert stage.deliver(body) == []
    assert len(stage.notices(account_id)) == len(stage.mails()) == 1


def test_one_account_that_fails_keeps_no_other_from_being_told(
    stage: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing, other = stage.account(), stage.account()
    put = NoticeRecord.put

    def full(self: NoticeRecord, *arguments: object, **named: object) -> object:
        if self.account_id == failing:
            raise PutError("throttled")
        return put(self, *arguments, **named)  # type: ignore[arg-type] # handed on as it came

    body = message_of(any_announcement(failing, other, at=NOON))
    with monkeypatch.context() as patch:
        patch.setattr(NoticeRecord, "put", full)
        assert stage.deliver(body) == [0]
    assert (len(stage.notices(failing)), len(stage.notices(other))) == (0, 1)
    assert stage.deliver(body) == []
    assert (len(stage.notices(failing)), len(stage.notices(other))) == (1, 1)


def test_an_erased_account_is_told_nothing(stage: Platform) -> None:
    account_id = stage.account()
    stage.phone(account_id)
    stage.world.sealer.destroy(Subject.ACCOUNT, account_id)
    stage.deliver(message_of(any_announcement(account_id, at=NOON, kind=NoticeKind.PASSWORD_CHANGED)))
    assert stage.pushes() == []
    assert stage.mails() == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.attack("A-20", guard="core.notices.letters:Letters.mail", part="a fixed address")
def test_a_letter_goes_to_its_address_and_its_link_opens_what_it_is_about(
    stage: Platform, kind: LetterKind, language: Language
) -> None:
    account_id = stage.account(language)
    stage.links.send(kind, "new@example.org", language, account_id=account_id, password_hash=HASH)
    stage.work_off()
    (mail,) = stage.mails()
    assert mail.to == "new@example.org"
    found = LINK.search(mail.body)
    if kind in (LetterKind.ALREADY_REGISTERED, LetterKind.EMAIL_REPLACED):
        assert APP_URL not in mail.body
        return
    assert found is not None
    assert stage.links.opened(kind, found[1]).account_id == account_id


def test_a_letter_that_is_delivered_twice_holds_the_same_link(stage: Platform) -> None:
    stage.links.send(LetterKind.CONFIRM_REGISTRATION, "new@example.org", Language.EN, password_hash=HASH)
    (body,) = stage.queued()
    assert stage.deliver(body, body) == []
    first, second = stage.mails()
    assert first == second


@pytest.mark.attack("A-16", guard="lambdas.notices.handler:_serve", part="letters")
def test_nobody_can_tell_a_letter_about_an_account_from_one_about_none(
    stage: Platform, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    account_id = stage.account()
    seen = []
    for known in (account_id, None):
        stage.links.send(LetterKind.RESET_PASSWORD, account_id=known)
        (body,) = stage.queued()
        failures = stage.deliver(body)
        seen.append((len(body), failures, counted(capsys), caplog.text))
    assert seen[0] == seen[1]
    assert [mail.to for mail in stage.mails()] == [stage.emails[account_id]]


def test_a_link_that_is_over_or_of_nobody_is_not_mailed(stage: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    stage.links.send(LetterKind.RESET_PASSWORD, "new@example.org", Language.NL)
    bodies = stage.queued()
    stage.clock.advance(timedelta(minutes=15))
    bodies.append(message_of(Letter(LetterKind.RESET_PASSWORD, LinkId(new_id()))))
    assert stage.deliver(*bodies) == []
    assert stage.mails() == []
    assert counted(capsys) == {"taken_letters": 2}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"notice": {}}',
        '{"notice": null}',
        '{"letter": {"kind": "unheard of", "link_id": "a"}}',
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_what_is_no_message_of_ours_is_counted_and_dropped(
    stage: Platform, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotForTheQueue):
        content_of(body)
    good = message_of(any_announcement(stage.account(), at=NOON))
    assert stage.deliver(body, good) == []
    assert counted(capsys) == {"corrupt_messages": 1, "told_notices": 1}


def test_no_log_line_and_no_metric_names_anybody(
    stage: Platform,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    account_id = stage.account()
    phone = stage.phone(account_id)
    announcement = any_announcement(account_id, at=NOON, kind=NoticeKind.NEW_SIGN_IN, watch_id=WatchId(new_id()))
    stage.links.send(LetterKind.RESET_PASSWORD, stage.emails[account_id], Language.NL, account_id=account_id)
    stage.deliver(message_of(announcement), *stage.queued(), "garbage")
    monkeypatch.setattr(SesMails, "send", refused)
    stage.deliver(message_of(announcement))
    printed = capsys.readouterr().out + caplog.text
    assert "failed_messages" in printed
    for secret in (account_id, announcement.watch_id, stage.emails[account_id], phone.endpoint, phone.family_id):
        assert secret is not None
        assert secret not in printed
