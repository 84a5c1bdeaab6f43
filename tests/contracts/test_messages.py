"""Messages, VoiceParts and MediaStore."""

from datetime import timedelta

import pytest

from adapters.aws import client
from adapters.media.bucket import MEDIA
from core.kernel.ids import AccountId, CommandId, InvalidId, MediaId, MessageId, WatchId, new_id
from core.messages.model import Direction, MessageKind
from core.vault.model import EpochOver, Unreadable
from tests.builders import any_message, any_voice_part
from tests.clocks import NOON, FrozenClock
from tests.frames import OTHER_DEVICE, minutes
from tests.recordings import amr
from tests.storage import BUCKET, storage
from tests.worlds import FAR_AHEAD, LONG_AGO, World, in_tables

SECOND = timedelta(seconds=1)
THREE_DAYS = timedelta(hours=72)
VOICE = MediaId(new_id())


class TestMessages:
    def test_a_message_comes_back_whole(self, world: World) -> None:
        watch_id = world.watch()
        text = any_message(watch_id, NOON, command_id=CommandId(new_id()), author=AccountId(new_id()), request="r")
        voice = any_message(
            watch_id,
            NOON + SECOND,
            direction=Direction.FROM_WATCH,
            kind=MessageKind.VOICE,
            author=None,
            text=None,
            media_id=VOICE,
            duration=timedelta(milliseconds=2_980),
        )
        for message in (text, voice):
            assert world.messages.add(message)
            assert world.messages.get(watch_id, message.message_id, NOON) == message
        found = world.messages.between(watch_id, LONG_AGO, FAR_AHEAD, now=NOON, limit=10, after=None)
        assert (found.items, found.next) == ([text, voice], None)

    def test_the_same_message_is_stored_once_and_the_first_one_stays(self, world: World) -> None:
        watch_id = world.watch()
        first = any_message(watch_id, NOON)
        assert world.messages.add(first)
        assert not world.messages.add(any_message(watch_id, NOON, text="another"))
        assert world.messages.get(watch_id, first.message_id, NOON) == first

    def test_messages_come_page_by_page_the_oldest_first(self, world: World) -> None:
        watch_id = world.watch()
        sent = [any_message(watch_id, NOON + number * SECOND) for number in range(3)]
        for message in reversed(sent):
            world.messages.add(message)
        asked = {"now": NOON, "limit": 2}
        page = world.messages.between(watch_id, NOON, NOON + 3 * SECOND, after=None, **asked)  # type: ignore[arg-type] # a dict of both
        assert page.items == sent[:2]
        rest = world.messages.between(watch_id, NOON, NOON + 3 * SECOND, after=page.next, **asked)  # type: ignore[arg-type] # a dict of both
        assert (rest.items, rest.next) == (sent[2:], None)

    def test_a_message_of_another_watch_is_none(self, world: World) -> None:
        message = any_message(world.watch(), NOON)
        other = world.watch(OTHER_DEVICE)
        world.messages.add(message)
        assert world.messages.get(other, message.message_id, NOON) is None
        assert not world.messages.remove(other, message.message_id)

    @pytest.mark.parametrize("wrong", ["", "x", "A" * 26, "7" * 26, "a#b"])
    def test_what_is_no_id_is_refused(self, world: World, wrong: str) -> None:
        watch_id = world.watch()
        with pytest.raises(InvalidId):
            world.messages.get(watch_id, MessageId(wrong), NOON)
        with pytest.raises(InvalidId):
            world.messages.remove(watch_id, MessageId(wrong))

    def test_what_was_removed_is_gone(self, world: World) -> None:
        watch_id = world.watch()
        message = any_message(watch_id, NOON)
        world.messages.add(message)
        assert world.messages.remove(watch_id, message.message_id)
        assert world.messages.get(watch_id, message.message_id, NOON) is None
        assert not world.messages.remove(watch_id, message.message_id)

    def test_nothing_is_stored_of_an_hour_that_is_over(self, world: World) -> None:
        watch_id = world.watch()
        world.clock.advance(THREE_DAYS)
        with pytest.raises(EpochOver):
            world.messages.add(any_message(watch_id, NOON))


class TestVoiceParts:
    def test_parts_come_back_by_number(self, world: World) -> None:
        watch_id = world.watch()
        parts = [any_voice_part(NOON + number * SECOND, number) for number in (1, 2, 3)]
        for part in (parts[1], parts[2], parts[0]):
            world.voice_parts.put(watch_id, part, NOON)
        assert list(world.voice_parts.of_upload(watch_id, "a" * 32, NOON)) == parts

    def test_a_part_takes_the_place_of_the_one_of_its_number(self, world: World) -> None:
        watch_id = world.watch()
        for content in (b"old", b"new"):
            world.voice_parts.put(watch_id, any_voice_part(NOON, content=content), NOON)
        assert [part.content for part in world.voice_parts.of_upload(watch_id, "a" * 32, NOON)] == [b"new"]

    def test_uploads_and_watches_are_apart(self, world: World) -> None:
        watch_id, other = world.watch(), world.watch(OTHER_DEVICE)
        world.voice_parts.put(watch_id, any_voice_part(NOON), NOON)
        world.voice_parts.put(watch_id, any_voice_part(NOON, upload="b" * 32), NOON)
        assert len(world.voice_parts.of_upload(watch_id, "a" * 32, NOON)) == 1
        assert not world.voice_parts.of_upload(other, "a" * 32, NOON)
        for _ in range(2):
            world.voice_parts.remove(watch_id, "a" * 32)
            assert not world.voice_parts.of_upload(watch_id, "a" * 32, NOON)
        assert len(world.voice_parts.of_upload(watch_id, "b" * 32, NOON)) == 1

    @pytest.mark.attack(
        "W-27", guard="core.retention.policy:is_over", part="what is incomplete is over in a quarter of an hour"
    )
    def test_what_waits_for_the_rest_is_over_after_a_quarter_of_an_hour(self, world: World) -> None:
        watch_id = world.watch()
        world.voice_parts.put(watch_id, any_voice_part(NOON), NOON)
        assert world.voice_parts.of_upload(watch_id, "a" * 32, NOON + minutes(15) - SECOND)
        assert not world.voice_parts.of_upload(watch_id, "a" * 32, NOON + minutes(15))


class TestMediaStore:
    @pytest.mark.parametrize("data_class", list(MEDIA))
    def test_what_is_stored_comes_back_until_it_is_removed(self, world: World, data_class: str) -> None:
        watch_id = world.watch()
        world.media.put(data_class, watch_id, VOICE, amr(), NOON)
        assert world.media.get(data_class, watch_id, VOICE, NOON, NOON) == amr()
        for _ in range(2):
            world.media.remove(data_class, watch_id, VOICE)
            assert world.media.get(data_class, watch_id, VOICE, NOON, NOON) is None

    def test_it_opens_for_its_own_watch_hour_and_class_only(self, world: World) -> None:
        watch_id, other = world.watch(), world.watch(OTHER_DEVICE)
        world.media.put("voice", watch_id, VOICE, amr(), NOON)
        assert world.media.get("voice", other, VOICE, NOON, NOON) is None
        assert world.media.get("voice", watch_id, VOICE, NOON - timedelta(hours=1), NOON) is None
        assert world.media.get("photo", watch_id, VOICE, NOON, NOON) is None
        assert world.media.get("voice", watch_id, MediaId(new_id()), NOON, NOON) is None

    @pytest.mark.promise(
        "P-32", guard="core.retention.policy:DataClass.expires_at", part="photos live with their watch"
    )
    def test_a_photo_lives_as_long_as_its_watch(self, world: World) -> None:
        watch_id = world.watch()
        world.media.put("photo", watch_id, VOICE, b"any", NOON)
        world.clock.advance(timedelta(days=365))
        assert world.media.get("photo", watch_id, VOICE, NOON, world.clock.now()) == b"any"

    def test_nothing_is_stored_of_an_hour_that_is_over(self, world: World) -> None:
        watch_id = world.watch()
        world.clock.advance(THREE_DAYS)
        with pytest.raises(EpochOver):
            world.media.put("voice", watch_id, VOICE, amr(), NOON)


class TestBucket:
    """What stands in the bucket, whoever reads it."""

    @pytest.mark.attack("C-05", guard="adapters.sealer:_cipher", part="ciphertext in the bucket")
    def test_a_voice_lies_sealed_under_a_name_that_tells_nothing(self) -> None:
        with storage() as settings:
            world = in_tables(settings, FrozenClock())
            watch_id = world.watch()
            world.media.put("voice", watch_id, VOICE, amr(canary=b"Canary"), NOON)
            s3 = client("s3", settings)
            [held] = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
            found = s3.get_object(Bucket=BUCKET, Key=held["Key"])
            content = found["Body"].read()
            assert held["Key"] == f"voice/{VOICE}"
            assert b"Canary" not in content
            assert b"#!AMR" not in content
            assert found["ContentType"] == "application/octet-stream"
            assert found["Metadata"] == {}

    @pytest.mark.promise("P-28", guard="core.vault.model:epoch_key_id", part="unreadable once its hour's key is gone")
    def test_it_does_not_open_once_the_hours_key_is_gone_wherever_a_copy_lies(self) -> None:
        with storage() as settings:
            world = in_tables(settings, FrozenClock())
            watch_id = world.watch()
            world.media.put("voice", watch_id, VOICE, amr(), NOON)
            world.key_rows.remove("hour-72h#2026-11-22T12")
            later = in_tables(settings, world.clock)
            assert later.media.get("voice", watch_id, VOICE, NOON, NOON) is None

    def test_it_does_not_open_in_the_place_of_another(self) -> None:
        with storage() as settings:
            world = in_tables(settings, FrozenClock())
            watch_id, other = world.watch(), MediaId(new_id())
            world.media.put("voice", watch_id, VOICE, amr(), NOON)
            source = {"Bucket": BUCKET, "Key": f"voice/{VOICE}"}
            client("s3", settings).copy_object(Bucket=BUCKET, Key=f"voice/{other}", CopySource=source)
            assert world.media.get("voice", watch_id, other, NOON, NOON) is None

    def test_nothing_is_stored_for_a_watch_that_was_erased(self) -> None:
        with storage() as settings:
            world = in_tables(settings, FrozenClock())
            with pytest.raises(Unreadable):
                world.media.put("voice", WatchId(new_id()), VOICE, amr(), NOON)
            assert client("s3", settings).list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
