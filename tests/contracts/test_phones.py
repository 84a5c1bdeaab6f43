"""Phones."""

from dataclasses import replace

import pytest

from adapters.dynamo.phones import PhoneRecord
from core.accounts.model import Platform
from core.kernel.ids import AccountId, new_id
from core.retention.policy import Subject
from core.vault.model import Unreadable
from tests.builders import any_phone
from tests.clocks import NOON, FrozenClock
from tests.worlds import World, on_dynamo


def test_each_sign_in_has_one_phone(world: World) -> None:
    account_id = world.account()
    phones = [any_phone(account_id, NOON), any_phone(account_id, NOON, platform=Platform.FCM)]
    for phone in phones:
        world.phones.put(replace(phone, endpoint="an older one"))
        world.phones.put(phone)
    assert world.phones.of_account(account_id, NOON) == sorted(phones, key=lambda phone: phone.family_id)
    assert not world.phones.of_account(AccountId(new_id()), NOON)


def test_a_phone_is_gone_with_its_sign_in(world: World) -> None:
    account_id = world.account()
    phone, other = any_phone(account_id, NOON), any_phone(account_id, NOON)
    world.phones.put(phone)
    world.phones.put(other)
    for _ in range(2):
        world.phones.remove(account_id, phone.family_id)
        assert world.phones.of_account(account_id, NOON) == [other]


def test_what_a_phone_is_reached_by_is_sealed_and_gone_with_the_accounts_key() -> None:
    with on_dynamo(FrozenClock()) as world:
        account_id = world.account()
        phone = any_phone(account_id, NOON)
        world.phones.put(phone)
        item = PhoneRecord.get(account_id, phone.family_id).serialize()
        assert item.keys() == {"account_id", "family_id", "since", "payload", "expires_at"}
        assert b"arn:" not in item["payload"]["B"]
        world.sealer.destroy(Subject.ACCOUNT, account_id)
        assert not world.phones.of_account(account_id, NOON)
        with pytest.raises(Unreadable):
            world.phones.put(phone)
