"""Voices from the watch: joined, checked, stored once, told of."""

from datetime import timedelta

import pytest

from core.accounts.notices import NEVER_STORED, NoticeKind
from core.kernel.ids import AccountId, WatchId, new_id
from core.messages.amr import HEADER
from core.messages.inbox import REPEATED_WITHIN
from core.messages.model import LARGEST_PART_BYTES, MOST_PARTS, Message
from core.tracking.model import Heard, Recording
from core.watches.model import Membership, Role
from tests.clocks import NOON, FrozenClock
from tests.fakes.messages import InMemoryVoiceParts
from tests.frames import OTHER_DEVICE, minutes
from tests.recordings import amr
from tests.worlds import FAR_AHEAD, LONG_AGO, World, in_memory

SECOND = timedelta(seconds=1)


class Desk:
    """A world with a watch and its inbox."""

    def __init__(self) -> None:
        self.world: World = in_memory(FrozenClock())
        self.watch_id: WatchId = self.world.watch()
        self.inbox = self.world.inbox()

    def receive(self, content: bytes, after: timedelta = timedelta(), **part: object) -> Heard:
        """Let a recording arrive so long after noon."""
        recording = Recording(content=content, **part)  # type: ignore[arg-type] # a part's fields
        return self.inbox.received(self.watch_id, recording, NOON + after)

    def receive_parts(
        self, audio: bytes, after: timedelta = timedelta(), name: str = "a", size: int = 1_024
    ) -> list[Heard]:
        """Let a recording arrive in parts, one each second."""
        parts = [audio[start : start + size] for start in range(0, len(audio), size)]
        return [
            self.receive(part, after + number * SECOND, name=name, number=number, total=len(parts))
            for number, part in enumerate(parts, 1)
        ]

    @property
    def messages(self) -> list[Message]:
        page = self.world.messages.between(self.watch_id, LONG_AGO, FAR_AHEAD, now=NOON, limit=100, after=None)
        return list(page.items)

    @property
    def voices(self) -> list[bytes | None]:
        return [
            self.world.media.get("voice", self.watch_id, each.media_id, each.created_at, NOON)
            for each in self.messages
            if each.media_id is not None
        ]

    @property
    def waiting(self) -> int:
        assert isinstance(self.world.voice_parts, InMemoryVoiceParts)
        return len(self.world.voice_parts.items)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_guardians_are_told_of_a_voice_and_viewers_are_not(desk: Desk) -> None:
    guardian, viewer = AccountId(new_id()), AccountId(new_id())
    [owner] = desk.world.memberships.of_watch(desk.watch_id)
    for account_id, role in ((guardian, Role.GUARDIAN), (viewer, Role.VIEWER)):
        desk.world.memberships.add(  # type: ignore[attr-defined] # the fake's
            Membership(account_id=account_id, watch_id=desk.watch_id, role=role, since=NOON)
        )
    assert desk.receive(amr()) is Heard.VOICE
    [told] = desk.world.announcer.announced
    assert (told.kind, set(told.to), told.at) == (NoticeKind.MESSAGE_RECEIVED, {owner.account_id, guardian}, NOON)
    assert told.kind in NEVER_STORED


def test_the_same_frame_again_is_known_and_told_again(desk: Desk) -> None:
    assert [desk.receive(amr()) for _ in range(2)] == [Heard.VOICE, Heard.KNOWN]
    assert desk.voices == [amr()]
    assert len({each.message_id for each in desk.world.announcer.announced}) == 1


def test_a_watch_that_got_no_answer_and_sends_again_has_said_it_once(desk: Desk) -> None:
    heard = [desk.receive(amr(), after) for after in (timedelta(), minutes(1), REPEATED_WITHIN)]
    assert heard == [Heard.VOICE, Heard.KNOWN, Heard.KNOWN]
    assert (len(desk.messages), len(desk.world.announcer.announced)) == (1, 1)
    assert desk.receive(amr(2.0), minutes(1)) is Heard.VOICE


def test_two_watches_that_say_the_same_have_a_message_each(desk: Desk) -> None:
    other = desk.world.watch(OTHER_DEVICE)
    desk.receive(amr())
    assert desk.inbox.received(other, Recording(content=amr()), NOON) is Heard.VOICE
    assert len(desk.messages) == 1


def test_a_part_alone_is_no_message(desk: Desk) -> None:
    heard = desk.receive_parts(amr(4.0))
    assert heard == [*[Heard.PART] * (len(heard) - 1), Heard.VOICE]
    assert desk.voices == [amr(4.0)]
    assert desk.waiting == 0


@pytest.mark.attack("W-27", guard="core.messages.inbox:joined", part="parts out of order")
@pytest.mark.parametrize(
    "parts",
    [[(1, 3), (3, 3), (2, 3)], [(1, 3), (3, 3)], [(1, 2), (2, 4), (3, 3)], [(1, 3), (2, 2)]],
    ids=["out of order", "one missing", "another total", "a smaller total"],
)
def test_parts_that_are_not_the_whole_in_its_order_are_no_voice(desk: Desk, parts: list[tuple[int, int]]) -> None:
    for second, (number, total) in enumerate(parts):
        content = amr(0.5) if number == 1 else amr(0.5).removeprefix(HEADER)
        desk.receive(content, second * SECOND, name="a", number=number, total=total)
    assert desk.messages == []


@pytest.mark.parametrize("parts", [[(3, 3), (1, 3), (2, 3)], [(2, 3), (3, 3)], [(3, 3)]])
def test_parts_without_the_first_are_no_voice(desk: Desk, parts: list[tuple[int, int]]) -> None:
    for second, (number, total) in enumerate(parts):
        desk.receive(amr(0.5), second * SECOND, name="a", number=number, total=total)
    assert desk.messages == []


def test_two_uploads_at_once_are_two_voices(desk: Desk) -> None:
    voices = amr(1.0), amr(1.1)
    for number, half in enumerate((slice(0, 800), slice(800, None)), 1):
        for name, whole in zip("ab", voices, strict=True):
            desk.receive(whole[half], number * SECOND, name=name, number=number, total=2)
    assert sorted(each for each in desk.voices if each) == sorted(voices)


def test_an_upload_that_was_cut_off_lends_nothing_to_the_next_one_of_its_name(desk: Desk) -> None:
    desk.receive_parts(amr(4.0))
    old, new = amr(3.0), amr(3.2)
    for number in (1, 2, 3):
        desk.receive(old[:1_000], number * SECOND, name="a", number=number, total=4)
    for number in (1, 2, 4):
        desk.receive(new[:1_000], minutes(1) + number * SECOND, name="a", number=number, total=4)
    assert desk.voices == [amr(4.0)]


@pytest.mark.attack("W-27", guard="core.messages.inbox:is_possible", part="caps on parts")
@pytest.mark.parametrize(
    ("size", "number", "total"),
    [(1, 1, MOST_PARTS + 1), (1, 499_999, 500_000), (LARGEST_PART_BYTES + 1, 1, 2), (1, 0, 2)],
)
def test_a_part_of_no_possible_voice_is_not_even_kept(desk: Desk, size: int, number: int, total: int) -> None:
    assert desk.receive(bytes(size), name="a", number=number, total=total) is Heard.REFUSED
    assert desk.waiting == 0


@pytest.mark.parametrize(("number", "total"), [(3, 2), (0, 0), (500_000, 500_000)])
def test_a_part_behind_the_last_is_no_voice(desk: Desk, number: int, total: int) -> None:
    assert desk.receive(amr(), name="a", number=number, total=total) is Heard.REFUSED


def test_parts_that_together_are_no_voice_are_gone_at_once(desk: Desk) -> None:
    assert desk.receive_parts(b"<html>" * 500)[-1] is Heard.REFUSED
    assert desk.receive_parts(amr(70.0), name="b")[-1] is Heard.REFUSED
    assert desk.waiting == 0
