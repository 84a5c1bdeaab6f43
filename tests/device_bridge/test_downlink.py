"""What a watch is sent, what becomes of it, and who never gets it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.commands.delivery import TOLD_AGAIN_AFTER, USUAL_TIME_OUT, UTC_OFFSET
from core.commands.model import (
    Command,
    CommandKind,
    CommandState,
    Failure,
    Setting,
    SettingName,
    SettingState,
)
from core.kernel.ids import AccountId, MediaId, WatchId, new_id
from core.messages.model import MessageKind
from core.watches.model import Membership, Role
from device_bridge.downlink import ARRIVALS_PER_S, FRAMES_HELD, SWEEP_S
from device_bridge.line import Line, Peer, Told
from device_bridge.proof import Prover
from tests.builders import any_command, any_message, any_setting
from tests.clocks import NOON
from tests.device_bridge.conftest import OWNER, Watch, World
from tests.frames import DEVICE, location, raw
from tests.recordings import amr
from wire.encode import Address
from wire.escaping import escape, to_hex_text
from wire.framing import Frame, Framer

GUARDIAN = AccountId(new_id())
SIM_ADDRESS = "127.0.4.1"
BY_ADDRESS = Prover(networks=("127.0.4.0/24",))
TIME_OUT_S = USUAL_TIME_OUT.total_seconds()
HOSTILE_NAMES = ["Oma],[3G*1", "}],*[}", "Ж" * 10, "a,b*c]", "],MONITOR,"]


class Family:
    """A bound watch whose owner and guardian order things, in a world."""

    def __init__(self, world: World, watch_id: WatchId) -> None:
        self.world = world
        self.watch_id = watch_id
        membership = Membership(account_id=GUARDIAN, watch_id=watch_id, role=Role.GUARDIAN, since=NOON)
        world.devices.memberships.add(membership)

    def orders(self, kind: CommandKind = CommandKind.FIND, *, by: AccountId = GUARDIAN, **known: object) -> Command:
        now = self.world.utc.now()
        number = len(self.world.stores.commands.waiting(self.watch_id, now))
        command = any_command(self.watch_id, now, number, kind=kind, ordered_by=by, **known)
        return self.world.stores.commands.add(command)

    def writes(self, text: str) -> Command:
        message = any_message(self.watch_id, self.world.utc.now(), text=text)
        self.world.stores.messages.add(message)
        return self.orders(CommandKind.TEXT, arguments={"message_id": message.message_id})

    def speaks(self, number: int) -> tuple[Command, bytes]:
        now, media_id, sound = self.world.utc.now(), MediaId(new_id()), amr(0.2, canary=bytes([number]))
        self.world.stores.media.put("voice", self.watch_id, media_id, sound, now)
        message = any_message(self.watch_id, now, number=number, kind=MessageKind.VOICE, text=None, media_id=media_id)
        self.world.stores.messages.add(message)
        return self.orders(CommandKind.VOICE, arguments={"message_id": message.message_id}), sound

    def wants(self, name: SettingName, desired: object) -> Setting:
        current = self.world.stores.settings.get(self.watch_id, name)
        known = {} if current is None else {"revision": current.revision, "version": current.version + 1}
        now = self.world.utc.now()
        setting = any_setting(self.watch_id, now, name=name, desired=desired, desired_by=OWNER, **known)
        stored = self.world.stores.settings.replace(setting)
        assert stored is not None
        return stored

    def nudges(self) -> None:
        self.world.bridge.downlink.nudged(self.watch_id)

    def state_of(self, command: Command) -> tuple[CommandState, Failure | None]:
        stored = self.world.stores.commands.get(self.watch_id, command.command_id, self.world.utc.now())
        assert stored is not None
        return stored.state, stored.failure

    async def is_in(self, state: CommandState, *commands: Command, failure: Failure | None = None) -> None:
        await self.world.until(lambda: all(self.state_of(each) == (state, failure) for each in commands))

    def setting(self, name: SettingName) -> Setting:
        stored = self.world.stores.settings.get(self.watch_id, name)
        assert stored is not None
        return stored

    async def is_set(self, name: SettingName, state: SettingState) -> None:
        await self.world.until(lambda: self.setting(name).state is state)

    def is_at_rest(self) -> bool:
        return self.world.bridge.downlink._slots[self.watch_id].line.is_resting

    async def is_read(self) -> None:
        """Return once the watch's line has nothing left to do."""
        slots = self.world.bridge.downlink._slots
        await self.world.until(lambda: not (slots[self.watch_id].is_served or slots[self.watch_id].is_told))


@pytest.fixture
async def family(world: World) -> Family:
    world.stop_ticking()
    return Family(world, world.binds(DEVICE))


async def connected(family: Family) -> Watch:
    watch = await family.world.connects()
    await watch.is_known()
    await family.is_read()
    return watch


async def frames_heard(watch: Watch) -> list[Frame]:
    """Return what has come since the last answer and until the answer to the next heartbeat."""
    await watch.sends("LK")
    framer = Framer()
    heard: list[Frame] = []
    while not heard or heard[-1].type != "LK":
        heard += [each for each in framer.receive(await watch.hears_bytes()) if isinstance(each, Frame)]
    return heard[:-1]


@pytest.mark.promise("P-70", guard="device_bridge.line:Line._write", part="sent, retried, answered")
async def test_a_command_reaches_the_watch_as_one_frame_and_its_answer_acknowledges_it(family: Family) -> None:
    watch = await connected(family)
    command = family.orders()
    family.nudges()
    assert await watch.hears() == "FIND"
    assert family.state_of(command) == (CommandState.SENT, None)
    assert not await frames_heard(watch)
    await watch.sends("FIND")
    await family.is_in(CommandState.ACKNOWLEDGED, command)
    assert not await frames_heard(watch)


async def test_a_watch_that_was_away_is_sent_what_waits_when_it_comes(family: Family) -> None:
    command = family.orders()
    family.nudges()
    await family.world.until(lambda: not family.world.bridge.downlink._slots)
    assert family.state_of(command) == (CommandState.QUEUED, None)
    watch = await connected(family)
    assert await watch.hears() == "FIND"
    await watch.sends("FIND")
    await family.is_in(CommandState.ACKNOWLEDGED, command)


@pytest.mark.promise("P-70", guard="device_bridge.downlink:Downlink._look_at", part="sent, retried, answered")
async def test_silence_is_asked_again_and_fails_at_last(family: Family) -> None:
    watch = await connected(family)
    command = family.orders(CommandKind.LOCATE)
    family.nudges()
    for attempt in (1, 2, 3):
        assert await watch.hears() == "CR"
        await family.is_read()
        assert family.state_of(command)[0] is CommandState.SENT, attempt
        family.world.passes(TIME_OUT_S)
    await family.is_in(CommandState.FAILED, command, failure=Failure.NO_ANSWER)
    assert not await frames_heard(watch)


async def test_a_refusal_fails_at_once(family: Family) -> None:
    watch = await connected(family)
    command = family.orders(CommandKind.HEARTS, arguments={"hearts": 3})
    family.nudges()
    assert await watch.hears() == "FLOWER,3"
    await watch.sends("FLOWER,0")
    await family.is_in(CommandState.FAILED, command, failure=Failure.REFUSED)


async def test_what_was_sent_before_the_connection_was_lost_is_sent_again_on_the_next(family: Family) -> None:
    watch = await connected(family)
    command = family.orders()
    family.nudges()
    assert await watch.hears() == "FIND"
    await watch.hangs_up()
    await family.is_in(CommandState.QUEUED, command)
    watch = await connected(family)
    assert await watch.hears() == "FIND"
    await watch.sends("FIND")
    await family.is_in(CommandState.ACKNOWLEDGED, command)


async def test_a_watch_that_answers_and_is_gone_at_once_is_heard(family: Family) -> None:
    command = family.orders(CommandKind.POWER_OFF)
    sent: list[bytes] = []
    line = Line(family.watch_id, family.world.stores, lambda _to, _number, frames: sent.append(frames), lambda _: None)
    identity = family.world.devices.identity(DEVICE)
    peer = Peer(number="1", device=DEVICE, identity=identity, address=Address("3G", DEVICE), since=NOON)
    line.serve(Told(peer, moved=False, nudged=False, frames=(), ended=False), None)
    assert sent == [b"[3G*%b*0008*POWEROFF]" % DEVICE.encode()]
    (answer,) = Framer().receive(raw("POWEROFF"))
    assert isinstance(answer, Frame)
    line.serve(Told(None, moved=False, nudged=False, frames=[answer], ended=True), None)
    assert family.state_of(command) == (CommandState.ACKNOWLEDGED, None)


async def test_a_newer_connection_takes_over_what_was_sent_on_the_old_one(family: Family) -> None:
    old = await connected(family)
    command = family.orders()
    family.nudges()
    assert await old.hears() == "FIND"
    new = await connected(family)
    assert await old.hears_until_closed() == b""
    assert await new.hears() == "FIND"
    await new.sends("FIND")
    await family.is_in(CommandState.ACKNOWLEDGED, command)


@pytest.mark.promise("P-70", guard="device_bridge.line:Line._may_still", part="from who may still when it is delivered")
async def test_who_was_removed_meanwhile_orders_nothing(family: Family) -> None:
    command = family.orders(by=GUARDIAN)
    family.world.devices.memberships.end(family.watch_id, GUARDIAN)
    watch = await connected(family)
    await family.is_in(CommandState.FAILED, command, failure=Failure.RIGHTS_GONE)
    assert not await frames_heard(watch)


@pytest.mark.promise("P-69", guard="device_bridge.line:is_still", part="nothing of an ended binding goes down")
async def test_a_watch_that_was_unbound_is_sent_nothing_more(family: Family) -> None:
    watch = await connected(family)
    family.orders()
    family.world.devices.unbind(family.watch_id, OWNER, family.world.utc.now())
    family.nudges()
    await family.world.counts("BindingsEnded")
    await family.world.until(lambda: not family.world.is_taken_for_bound(DEVICE))
    assert not await frames_heard(watch)


async def test_a_device_that_is_bound_anew_is_sent_what_waits_for_its_new_watch(family: Family) -> None:
    watch = await connected(family)
    earlier = family.orders(CommandKind.RESTART)
    family.world.devices.unbind(family.watch_id, OWNER, family.world.utc.now())
    bought = WatchId(new_id())
    family.world.devices.bind(DEVICE, bought, OWNER, family.world.utc.now())
    family.world.sets_up(bought)
    buyer = Family(family.world, bought)
    command = buyer.orders()
    family.nudges()
    assert await watch.hears() == "FIND"
    await watch.sends("FIND")
    await buyer.is_in(CommandState.ACKNOWLEDGED, command)
    assert family.state_of(earlier) == (CommandState.QUEUED, None)
    assert family.world.stores.presences.get(family.watch_id, family.world.utc.now()) is None


@pytest.mark.attack("W-02", guard="device_bridge.proof:comes_from_its_sim", part="no command to who is not proven")
async def test_a_command_never_goes_to_a_connection_that_is_not_proven() -> None:
    async with World(prover=BY_ADDRESS).running() as world:
        family = Family(world, world.binds(DEVICE, address=SIM_ADDRESS))
        stranger = await world.connects(address="127.0.4.2")
        await stranger.sends("LK", "PHLQ", "TKQ")
        await world.counts("DeviceAuthFailed")
        command = family.orders()
        family.nudges()
        await world.until(lambda: not world.bridge.downlink._slots)
        assert family.state_of(command) == (CommandState.QUEUED, None)
        assert stranger.has_heard_nothing()
        watch = await world.connects(address=SIM_ADDRESS)
        await watch.is_known()
        assert await watch.hears() == "FIND"
        assert stranger.has_heard_nothing()


async def test_a_text_is_read_at_the_moment_it_is_sent(family: Family) -> None:
    watch = await connected(family)
    command = family.writes("Oma, dag!")
    family.nudges()
    assert await watch.hears() == f"MESSAGE,{to_hex_text('Oma, dag!')}"
    await watch.sends("MESSAGE")
    await family.is_in(CommandState.ACKNOWLEDGED, command)


@pytest.mark.promise("P-28", guard="device_bridge.line:Line._content", part="nothing over goes to the watch")
async def test_a_message_that_is_over_or_was_taken_back_is_not_delivered(family: Family) -> None:
    family.world.utc.advance(timedelta(minutes=30))
    over = family.writes("gone with its hour")
    family.world.utc.advance(timedelta(hours=71, minutes=40))
    watch = await connected(family)
    await family.is_in(CommandState.EXPIRED, over)
    voice, _ = family.speaks(1)
    family.world.stores.media.items.clear()  # type: ignore[attr-defined] # the fake's
    family.nudges()
    await family.is_in(CommandState.EXPIRED, voice)
    assert not await frames_heard(watch)


async def test_voices_go_one_by_one_and_wait_until_the_watch_asks_when_it_has_no_room(family: Family) -> None:
    watch = await connected(family)
    (first, sound), (second, other) = family.speaks(1), family.speaks(2)
    family.nudges()
    assert await watch.hears_bytes() == raw("TK,", DEVICE).replace(b"0003*TK,]", b"") + voice_frame(sound)
    await watch.sends("TK,0")
    await family.is_in(CommandState.QUEUED, first, second)
    assert not await frames_heard(watch)
    await watch.sends("TKQ")
    assert await watch.hears() == "TKQ"
    assert (await watch.hears_bytes()).endswith(voice_frame(sound))
    await watch.sends("TK,1")
    await family.is_in(CommandState.ACKNOWLEDGED, first)
    assert (await watch.hears_bytes()).endswith(voice_frame(other))
    await watch.sends("TK,1")
    await family.is_in(CommandState.ACKNOWLEDGED, second)


def voice_frame(sound: bytes) -> bytes:
    content = b"TK," + escape(sound)
    return b"%04x*%b]" % (len(content), content)


@pytest.mark.promise("P-13", guard="device_bridge.line:Line._write", part="the watch gets and acknowledges them")
@pytest.mark.promise("P-71", guard="device_bridge.line:Line._write", part="calls from the watch")
async def test_sos_numbers_reach_the_watch_and_are_acknowledged(family: Family) -> None:
    family.wants(SettingName.SOS_NUMBERS, {"numbers": ["+31612345678", "+31687654321"]})
    watch = await connected(family)
    assert await watch.hears() == "SOS,+31612345678,+31687654321,"
    await watch.sends("SOS")
    await family.is_set(SettingName.SOS_NUMBERS, SettingState.ACKNOWLEDGED)
    assert family.setting(SettingName.SOS_NUMBERS).acknowledged == {"numbers": ["+31612345678", "+31687654321"]}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.attack("W-12", guard="wire.escaping:to_hex_text")
@pytest.mark.promise("P-14", guard="wire.escaping:to_hex_text", part="the watch reads back the same list")
async def test_a_hostile_contact_reaches_the_watch_as_one_frame_that_says_what_was_written(
    family: Family, name: str
) -> None:
    contacts = [{"name": name, "number": "+31612345678"}]
    family.wants(SettingName.CONTACTS, {"contacts": contacts})
    watch = await connected(family)
    first, second = await frames_heard(watch) or await frames_heard(watch)
    assert (first.type, second.type) == ("PHB", "PHB2")
    number, written = first.content.decode().split(",")[1:3]
    assert (number, bytes.fromhex(written).decode("utf-16-be")) == ("+31612345678", name)
    await watch.sends("PHB", "PHB2")
    await family.is_set(SettingName.CONTACTS, SettingState.ACKNOWLEDGED)


async def test_what_cannot_be_written_fails_alone(family: Family) -> None:
    family.wants(SettingName.CONTACTS, {"contacts": [{"name": "]\r\n[CS*1", "number": "+31612345678"}]})
    command = family.orders()
    watch = await connected(family)
    assert await watch.hears() == "FIND"
    await family.is_set(SettingName.CONTACTS, SettingState.FAILED)
    await watch.sends("FIND")
    await family.is_in(CommandState.ACKNOWLEDGED, command)
    assert not await frames_heard(watch)


async def test_a_watch_that_asks_for_a_setting_is_told_it_again(family: Family) -> None:
    family.wants(SettingName.SOS_NUMBERS, {"numbers": ["+31612345678"]})
    watch = await connected(family)
    assert (await watch.hears()).startswith("SOS,")
    await watch.sends("SOS")
    await family.is_set(SettingName.SOS_NUMBERS, SettingState.ACKNOWLEDGED)
    family.world.passes(TOLD_AGAIN_AFTER.total_seconds())
    await watch.sends("SOSQ")
    assert (await watch.hears()).startswith("SOS,")


async def test_a_watch_is_told_the_time_of_its_zone(family: Family) -> None:
    watch = await connected(family)
    await watch.sends("LGZONE")
    assert await watch.hears() == "LGZONE,+1,13:00:00,2026-11-22"
    await watch.sends("Time")
    assert await watch.hears() == f"Time,{int(NOON.timestamp())}"


async def test_what_a_watch_reports_of_itself_is_kept_a_few_times_a_connection(family: Family) -> None:
    watch = await connected(family)
    for number in range(5):
        await watch.sends(f"CONFIG,TY:G75,UL:{number}")
        assert await watch.hears() == "CONFIG,1"
        await family.is_read()
    known = family.world.stores.capabilities.get(family.watch_id)
    assert known is not None
    assert known.reported == {"TY": "G75", "UL": "2"}


async def test_dlt_unbinds_nothing_and_is_echoed_once(family: Family) -> None:
    watch = await connected(family)
    await watch.sends("DLT", "DLT", "LK")
    assert [await watch.hears() for _ in range(2)] == ["DLT", "LK"]
    assert family.world.is_taken_for_bound(DEVICE)


async def test_a_stocked_watch_that_is_proven_shows_the_claim_code_and_nothing_else() -> None:
    async with World(prover=BY_ADDRESS).running() as world:
        world.stocks(DEVICE, address=SIM_ADDRESS)
        watch = await world.connects(address=SIM_ADDRESS)
        await watch.is_known()
        name = world.devices.identity(DEVICE).name
        await world.until(lambda: world.stores.presences.get(name, world.utc.now()) is None)
        world.stores.claim_codes.put(name, "12345678", world.utc.now())
        world.bridge.downlink.nudged(name)
        assert await watch.hears() == f"MESSAGE,{to_hex_text('12345678')}"
        await watch.sends("PHLQ", "TKQ", "Time", "LK")
        assert await watch.hears() == "LK"


@pytest.mark.attack("W-34", guard="device_bridge.connection:reached_as", part="the code is shown on the watch")
async def test_who_is_believed_for_an_id_alone_is_shown_no_claim_code(world: World) -> None:
    world.stocks(DEVICE)
    watch = await world.connects()
    await watch.is_known()
    name = world.devices.identity(DEVICE).name
    world.stores.claim_codes.put(name, "12345678", world.utc.now())
    world.bridge.downlink.nudged(name)
    await world.until(lambda: not world.bridge.downlink._slots)
    assert not await frames_heard(watch)


async def test_a_watch_that_asks_and_asks_fills_no_memory(family: Family) -> None:
    watch = await connected(family)
    await watch.sends(*["SOSQ"] * (3 * FRAMES_HELD), "LK")
    assert await watch.hears() == "LK"
    assert family.world.bridge.downlink._slots[family.watch_id].frames == []
    assert family.world.bridge.counters.counts["RequestsDropped"] >= FRAMES_HELD


async def test_what_was_read_is_forgotten_when_nothing_waits(family: Family) -> None:
    family.orders()
    watch = await connected(family)
    assert await watch.hears() == "FIND"
    assert not family.is_at_rest()
    await watch.sends("FIND")
    for _ in range(6):
        family.world.passes(SWEEP_S)
        await family.is_read()
    assert family.is_at_rest()
    family.orders()
    family.nudges()
    assert await watch.hears() == "FIND"


async def test_a_change_of_the_clocks_is_told_to_a_watch_at_rest(family: Family) -> None:
    family.world.utc.set(NOON.replace(year=2027, month=3, day=27, hour=23))
    family.wants(SettingName.LANGUAGE, {"language": "nl"})
    watch = await connected(family)
    assert await watch.hears() == "LZ,16,+1"
    await watch.sends("LZ")
    await family.is_set(SettingName.LANGUAGE, SettingState.ACKNOWLEDGED)
    for _ in range(130):
        family.world.passes(SWEEP_S)
        await family.is_read()
        await watch.sends("LK")
        if (heard := await watch.hears()) != "LK":
            break
    assert heard == "LZ,16,+2"
    assert family.world.utc.now() >= NOON.replace(year=2027, month=3, day=28, hour=1)


async def test_a_storm_of_returning_watches_is_read_at_a_bounded_rate_and_whoever_is_nudged_passes_it(
    world: World,
) -> None:
    world.stop_ticking()
    family = Family(world, world.binds(DEVICE))
    await connected(family)
    downlink = world.bridge.downlink
    storm = int(2 * ARRIVALS_PER_S)
    for number in range(storm):
        downlink.nudged(f"somebody who is not here {number}")
    command = family.orders()
    family.nudges()
    await family.is_in(CommandState.SENT, command)
    await world.until(lambda: not downlink._serving)
    left = len(downlink._patient)
    assert storm - ARRIVALS_PER_S <= left < storm
    world.passes(1)
    await world.until(lambda: not downlink._serving)
    assert len(downlink._patient) <= left - ARRIVALS_PER_S + 1


@pytest.mark.attack("C-10", guard="core.commands.ledger:Ledger.settings_of")
async def test_a_watch_that_connects_for_the_first_time_gets_a_password_of_its_own(world: World) -> None:
    world.stop_ticking()
    family = Family(world, world.binds(DEVICE, is_set_up=False))
    watch = await connected(family)
    [frame] = await frames_heard(watch)
    assert frame.content.startswith(b"PW,")
    assert frame.content != b"PW,123456"
    await watch.sends("PW")
    await family.is_set(SettingName.SMS_PASSWORD, SettingState.ACKNOWLEDGED)


async def test_a_time_zone_that_changes_while_something_is_under_way_is_told_at_once(family: Family) -> None:
    watch = await connected(family)
    command = family.orders()
    family.nudges()
    assert await watch.hears() == "FIND"
    profiles = family.world.stores.profiles
    profiles.replace(replace(profiles.get(family.watch_id), time_zone="Europe/Athens"))
    family.nudges()
    assert await watch.hears() == "LZ,16,+2"
    await watch.sends("LZ", "FIND")
    await family.is_in(CommandState.ACKNOWLEDGED, command)
    await family.is_set(SettingName.LANGUAGE, SettingState.ACKNOWLEDGED)
    assert family.setting(SettingName.LANGUAGE).acknowledged[UTC_OFFSET] == 120


async def test_an_answer_tells_of_the_time_zone_that_the_watch_was_told(family: Family) -> None:
    family.wants(SettingName.LANGUAGE, {"language": "nl"})
    watch = await connected(family)
    assert await watch.hears() == "LZ,16,+1"
    profiles = family.world.stores.profiles
    profiles.replace(replace(profiles.get(family.watch_id), time_zone="Europe/Athens"))
    family.nudges()
    await family.is_read()
    await watch.sends("LZ")
    assert await watch.hears() == "LZ,16,+2"


async def test_a_device_that_comes_back_as_another_watch_is_served_as_that_one(family: Family) -> None:
    watch = await connected(family)
    await watch.hangs_up()
    await family.world.until(lambda: not family.world.bridge.downlink._slots)
    family.world.devices.unbind(family.watch_id, OWNER, family.world.utc.now())
    bought = WatchId(new_id())
    family.world.devices.bind(DEVICE, bought, OWNER, family.world.utc.now())
    family.world.sets_up(bought)
    Family(family.world, bought).orders()
    watch = await family.world.connects()
    await watch.is_known()
    assert await watch.hears() == "FIND"


async def test_what_returning_watches_ask_for_waits_for_their_turn(world: World) -> None:
    world.stop_ticking()
    family = Family(world, world.binds(DEVICE))
    downlink = world.bridge.downlink
    for number in range(int(2 * ARRIVALS_PER_S)):
        downlink.nudged(f"somebody who is not here {number}")
    await world.until(lambda: not downlink._serving)
    watch = await world.connects()
    await watch.sends("SOSQ", "LK")
    assert await watch.hears() == "LK"
    slot = downlink._slots[family.watch_id]
    assert slot in downlink._patient
    family.orders()
    family.nudges()
    assert await watch.hears() == "FIND", "somebody waits for this one"


async def test_a_report_leaves_nothing_in_memory(family: Family) -> None:
    watch = await connected(family)
    family.world.passes(SWEEP_S)
    await family.is_read()
    assert family.is_at_rest()
    await watch.sends("CONFIG,TY:G75")
    assert await watch.hears() == "CONFIG,1"
    await family.is_read()
    await family.world.until(lambda: family.world.stores.capabilities.get(family.watch_id) is not None)
    assert family.world.bridge.downlink._slots[family.watch_id].line._capabilities is None


async def test_nothing_is_asked_again_while_no_socket_is_read(family: Family) -> None:
    command = family.orders()
    watch = await connected(family)
    assert await watch.hears() == "FIND"
    family.world.bridge._on_pressure(True)
    await watch.sends("FIND")
    for _ in range(4):
        family.world.passes(TIME_OUT_S)
        await family.world.turns(100)
    assert family.state_of(command) == (CommandState.SENT, None)
    assert watch.has_heard_nothing()
    family.world.bridge._on_pressure(False)
    await family.is_in(CommandState.ACKNOWLEDGED, command)


async def test_nothing_new_goes_down_during_a_drain(family: Family) -> None:
    watch = await connected(family)
    family.world.stream.hold()
    await watch.sends(location("221126,085312"))
    await family.world.until(lambda: family.world.bridge.uplink.pending_bytes > 0)
    draining = asyncio.create_task(family.world.bridge.drain())
    await family.world.turns(10)
    command = family.orders()
    family.nudges()
    await family.world.turns(1_000)
    family.world.stream.release()
    assert await watch.hears_until_closed() == b""
    await draining
    assert family.state_of(command) == (CommandState.QUEUED, None)
