"""SignedInDevices, KnownDevices, Automations and MailLinks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.dynamo.automations import AutomationRecord
from adapters.dynamo.known_devices import KnownDeviceRecord
from adapters.dynamo.mail_links import MailLinkRecord, RegistrationRecord
from adapters.dynamo.signed_in_devices import SignedInDeviceRecord
from core.accounts.model import SignedInDevice
from core.accounts.notices import Letter, LetterKind
from core.accounts.ports import KNOWN_DEVICES
from core.kernel.ids import AccountId, FamilyId, new_id
from core.retention.policy import POLICY, Subject
from core.vault.model import Unreadable
from tests.builders import any_automation, any_mail_link, any_phone, any_signed_in_device
from tests.clocks import NOON, FrozenClock
from tests.worlds import World, on_dynamo

SECOND = timedelta(seconds=1)


def test_devices_are_listed_page_by_page_and_only_the_accounts_own(world: World) -> None:
    account_id = world.account()
    devices = [any_signed_in_device(account_id, NOON, name=name) for name in ("Phone", "Tablet", None)]
    for device in [*devices, any_signed_in_device(world.account(), NOON)]:
        world.signed_in.put(device)
    listed: list[SignedInDevice] = []
    after = None
    for _ in range(2):
        page = world.signed_in.of_account(account_id, now=NOON, limit=2, after=after)
        listed += page.items
        after = page.next
    assert listed == sorted(devices, key=lambda device: device.family_id)
    assert after is None
    assert not world.signed_in.of_account(AccountId(new_id()), now=NOON, limit=2, after=None).items


def test_a_device_that_is_removed_is_gone(world: World) -> None:
    account_id = world.account()
    device = any_signed_in_device(account_id, NOON)
    world.signed_in.put(device)
    for _ in range(2):
        world.signed_in.remove(account_id, device.family_id)
        assert not world.signed_in.of_account(account_id, now=NOON, limit=2, after=None).items


def test_a_refreshed_sign_in_keeps_its_place_in_the_list_and_its_phone(world: World) -> None:
    account_id = world.account()
    device = any_signed_in_device(account_id, NOON)
    phone = any_phone(account_id, NOON, family_id=device.family_id)
    world.signed_in.put(device)
    world.phones.put(phone)
    later = NOON + timedelta(days=20)
    world.clock.set(later)
    world.signed_in.prolong(account_id, device.family_id, later)
    world.phones.prolong(account_id, device.family_id, later)
    over = POLICY["signed_in_device"].expires_at(later)
    assert over is not None
    assert world.signed_in.of_account(account_id, now=over - SECOND, limit=2, after=None).items == [
        replace(device, renewed_at=later)
    ]
    assert world.phones.of_account(account_id, over - SECOND) == [replace(phone, since=later)]
    assert not world.signed_in.of_account(account_id, now=over, limit=2, after=None).items
    assert not world.phones.of_account(account_id, over)


def test_what_is_not_there_cannot_be_prolonged(world: World) -> None:
    account_id, family_id = world.account(), FamilyId(new_id())
    world.signed_in.prolong(account_id, family_id, NOON)
    world.phones.prolong(account_id, family_id, NOON)
    assert not world.signed_in.of_account(account_id, now=NOON, limit=2, after=None).items
    assert not world.phones.of_account(account_id, NOON)


def test_a_device_is_known_where_it_signed_in(world: World) -> None:
    world.known_devices.add("marieke@example.nl", "a", NOON)
    assert world.known_devices.knows("marieke@example.nl", "a", NOON)
    assert not world.known_devices.knows("marieke@example.nl", "b", NOON)
    assert not world.known_devices.knows("bram@example.nl", "a", NOON)
    world.known_devices.forget("marieke@example.nl")
    assert not world.known_devices.knows("marieke@example.nl", "a", NOON)


def test_of_too_many_known_devices_the_one_longest_away_gives_way(world: World) -> None:
    def add(key: int, minute: int) -> None:
        world.known_devices.add("marieke@example.nl", str(key), NOON + timedelta(minutes=minute))

    for number in range(KNOWN_DEVICES):
        add(number, number)
    add(0, KNOWN_DEVICES)
    add(KNOWN_DEVICES, KNOWN_DEVICES + 1)
    later = NOON + timedelta(hours=1)
    known = [
        key for key in range(KNOWN_DEVICES + 1) if world.known_devices.knows("marieke@example.nl", str(key), later)
    ]
    assert known == [0, *range(2, KNOWN_DEVICES + 1)]


def test_automations_are_listed_until_they_are_removed(world: World) -> None:
    account_id = world.account()
    automations = sorted((any_automation(account_id, NOON) for _ in range(3)), key=lambda each: each.automation_id)
    for automation in [*automations, any_automation(world.account(), NOON)]:
        world.automations.add(automation)
    first = world.automations.of_account(account_id, now=NOON, limit=2, after=None)
    rest = world.automations.of_account(account_id, now=NOON, limit=2, after=first.next)
    assert [*first.items, *rest.items] == automations
    assert rest.next is None
    assert [world.automations.remove(account_id, automations[0].automation_id) for _ in range(2)] == [True, False]
    assert world.automations.of_account(account_id, now=NOON, limit=9, after=None).items == automations[1:]


@pytest.mark.parametrize("kind", LetterKind)
def test_a_link_comes_back_and_is_taken_once(world: World, kind: LetterKind) -> None:
    link = any_mail_link(kind, NOON)
    world.mail_links.put(link)
    letter = Letter(kind, link.link_id)
    assert world.mail_links.get(letter, NOON) == link
    assert [world.mail_links.remove(letter) for _ in range(2)] == [True, False]
    assert world.mail_links.get(letter, NOON) is None


def test_a_link_of_one_kind_is_none_of_another(world: World) -> None:
    link = any_mail_link(LetterKind.CONFIRM_EMAIL, NOON)
    world.mail_links.put(link)
    for kind in set(LetterKind) - {LetterKind.CONFIRM_EMAIL}:
        assert world.mail_links.get(Letter(kind, link.link_id), NOON) is None


def test_a_link_may_be_about_nobody(world: World) -> None:
    link = any_mail_link(LetterKind.RESET_PASSWORD, NOON, address=None, account_id=None, password_hash=None)
    world.mail_links.put(link)
    assert world.mail_links.get(Letter(link.kind, link.link_id), NOON) == link


def test_names_and_addresses_are_sealed_and_gone_with_their_keys() -> None:
    with on_dynamo(FrozenClock()) as world:
        account_id = world.account()
        device, automation = any_signed_in_device(account_id, NOON), any_automation(account_id, NOON)
        links = [any_mail_link(kind, NOON) for kind in (LetterKind.RESET_PASSWORD, LetterKind.CONFIRM_REGISTRATION)]
        world.signed_in.put(device)
        world.automations.add(automation)
        world.known_devices.add("any@example.nl", "a" * 43, NOON)
        for link in links:
            world.mail_links.put(link)
        stored = [
            SignedInDeviceRecord.get(account_id, device.family_id).serialize(),
            AutomationRecord.get(account_id, automation.automation_id).serialize(),
            MailLinkRecord.get(links[0].link_id).serialize(),
            RegistrationRecord.get(links[1].link_id).serialize(),
            *(record.serialize() for record in KnownDeviceRecord.scan()),
        ]
        assert not any(words in repr(stored) for words in ("Any phone", "Any program", "any@example.nl", "any hash"))
        world.sealer.destroy(Subject.ACCOUNT, account_id)
        assert not world.signed_in.of_account(account_id, now=NOON, limit=2, after=None).items
        assert not world.automations.of_account(account_id, now=NOON, limit=2, after=None).items
        world.sealer.destroy(Subject.ACCOUNT, links[0].link_id)
        with pytest.raises(Unreadable):
            world.mail_links.get(Letter(links[0].kind, links[0].link_id), NOON)
