"""Every record of every table: what it holds is declared, what ends has its TTL, what stands in the open is opaque."""

import pkgutil
from datetime import datetime
from importlib import import_module

import pytest
from pynamodb.attributes import Attribute, BinaryAttribute, UnicodeAttribute

import adapters.dynamo
from adapters.dynamo.record import ExpiryAttribute, Record, UnlistedData, records, refuse_unlisted
from adapters.dynamo.tables import TABLES, TTL_ATTRIBUTE
from adapters.media.bucket import MEDIA
from core.retention.policy import A_DAY, POLICY, DataClass, Subject

for _module in pkgutil.iter_modules(adapters.dynamo.__path__):
    import_module(f"adapters.dynamo.{_module.name}")

OURS = sorted(
    (record for record in records() if record.__module__.startswith("adapters.")), key=lambda each: each.__name__
)

OPAQUE = {
    "access_point",  # HMAC under the binding's key
    "account_id",  # random
    "addressee",  # a watch's id, or the HMAC of a stocked device's
    "alert_id",  # time and HMAC
    "automation",  # digest of a token of random bits
    "automation_id",  # random
    "bound_at",  # when, not where or who
    "cell",  # public knowledge, of no person
    "connection_id",  # the gateway's own, gone with the connection
    "counter",  # HMAC
    "created_at",  # when
    "delivery",  # ids of alert and account, and a channel
    "device",  # HMAC
    "due",  # when, a kind, and opaque ids
    "entry",  # an id, or a fixed word
    "epoch",  # a day
    "family_id",  # random
    "fingerprint",  # HMAC
    "invitation_id",  # random
    "kept_at",  # when
    "key_id",  # class or random id, and a day or hour
    "learned_at",  # when
    "link_id",  # random
    "login",  # HMAC
    "moment",  # time and HMAC
    "part",  # digest under a key, and a number
    "password_hash",  # Argon2id over the peppered password
    "queue",  # a number
    "renewed_at",  # when
    "revision",  # a count of writes
    "setting",  # one of our names
    "since",  # when
    "slot",  # of a hash of a random id
    "subject_id",  # random, of a watch or an account
    "thumbprint",  # SHA-256 of a device's public key
    "top_up_id",  # time and random bits
    "tries",  # a count
    "watch_id",  # random
    "zone_id",  # random
}


@pytest.mark.parametrize("record", OURS)
def test_each_attribute_belongs_to_a_class_that_the_policy_lists(record: type[Record]) -> None:
    refuse_unlisted(record)
    assert record.attribute_classes.keys() == record.get_attributes().keys()


@pytest.mark.parametrize("record", OURS)
def test_each_record_has_the_keys_of_its_table_and_they_are_opaque(record: type[Record]) -> None:
    keys = {name for name, each in record.get_attributes().items() if each.is_hash_key or each.is_range_key}
    spec = record.table
    assert TABLES[spec.name] is spec
    assert keys == {spec.partition_key, spec.sort_key} - {None}
    assert keys <= OPAQUE


@pytest.mark.parametrize("record", OURS)
def test_what_ends_has_a_ttl_attribute_of_the_one_right_kind(record: type[Record]) -> None:
    attribute: Attribute[datetime] | None = record.get_attributes().get(TTL_ATTRIBUTE)
    ends = {name for name in record.attribute_classes.values() if name == "epoch_key" or POLICY[name].period}
    assert isinstance(attribute, ExpiryAttribute) == bool(ends)
    assert record.table.has_ttl or not ends
    if all(POLICY[name].period for name in record.table.holds):
        assert attribute is not None
        assert not attribute.null


@pytest.mark.parametrize("record", OURS)
def test_what_a_sealed_class_keeps_in_the_open_is_opaque(record: type[Record]) -> None:
    sealed = {name for name in record.table.holds if POLICY[name].subject is not Subject.NONE}
    for name, attribute in record.get_attributes().items():
        if record.attribute_classes[name] in sealed and name not in OPAQUE | {TTL_ATTRIBUTE}:
            assert isinstance(attribute, BinaryAttribute), f"{record.__name__}.{name} stands in the open"


def test_each_table_has_a_record_and_each_class_a_table_or_a_place_in_the_bucket() -> None:
    assert {record.table.name for record in OURS} == TABLES.keys()
    in_tables = {name for table in TABLES.values() for name in table.holds}
    assert in_tables | MEDIA.keys() == POLICY.keys()
    assert in_tables.isdisjoint(MEDIA)


@pytest.mark.parametrize("data_class", POLICY.values(), ids=POLICY)
def test_a_class_that_the_statement_does_not_announce_holds_nobodys_data_or_lives_a_day(data_class: DataClass) -> None:
    is_short = data_class.period is not None and data_class.period <= A_DAY
    assert data_class.words or data_class.subject is Subject.NONE or is_short


@pytest.mark.promise("P-08", guard="adapters.dynamo.record:refuse_unlisted")
@pytest.mark.parametrize("data_class", ["friends", "telemetry"])
def test_an_attribute_of_a_class_that_is_not_listed_for_its_table_is_never_written(data_class: str) -> None:
    class WithFriends(Record):
        table = TABLES["positions"]
        attribute_classes = {"watch_id": "position", "moment": "position", "friends": data_class}  # noqa: RUF012 - never changed

        watch_id = UnicodeAttribute(hash_key=True)
        moment = UnicodeAttribute(range_key=True)
        friends = UnicodeAttribute()

    record = WithFriends("any", "any", friends="Noor")
    for write in (record.serialize, record.get_save_kwargs_from_instance, record.put):
        with pytest.raises(UnlistedData):
            write()
