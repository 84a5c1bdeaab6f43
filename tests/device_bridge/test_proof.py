"""Who is believed to be the watch that its frames name."""

from ipaddress import ip_network

import pytest

from core.watches.model import Identity, Standing
from device_bridge.limits import Limits
from device_bridge.proof import Proof, Prover, comes_from_its_sim, is_signed
from tests.device_bridge.conftest import World, signed
from tests.frames import DEVICE, location, raw
from wire.framing import Frame, Framer

UD = location("221126,085312")
OTHER_UD = location("221126,085612")
AL = location("221126,085312", word="AL", status="00010000")
KEY = "0123456789abcdefghijklmnopqrstuv"
OTHER_KEY = KEY[::-1]
SIM_ADDRESS = "127.0.4.1"
OTHER_ADDRESS = "127.0.4.2"
BY_PROOF = Prover(networks=("127.0.4.0/24",))
NEITHER = pytest.mark.parametrize(
    ("address", "key"), [(OTHER_ADDRESS, None), ("127.0.5.1", None), (OTHER_ADDRESS, OTHER_KEY)]
)

NOTHING_KNOWN = Identity(standing=Standing.BOUND, name="any")


def frame_of(data: bytes) -> Frame:
    (frame,) = Framer().receive(data)
    assert isinstance(frame, Frame)
    return frame


@pytest.mark.parametrize("content", ["LK", UD, AL, "TK,#!AMR\n]["])
def test_a_frame_is_signed_by_a_hash_over_all_of_it_and_the_key(content: str) -> None:
    frame = frame_of(signed(raw(content), KEY))
    assert is_signed(frame, KEY)
    assert not is_signed(frame, OTHER_KEY)
    assert not is_signed(frame, None)
    assert not is_signed(frame_of(raw(content)), KEY)


def test_the_hash_of_one_frame_signs_no_other() -> None:
    signature = signed(raw("LK,1,2,99"), KEY)[1:33]
    for other in (raw("LK,1,2,98"), raw("LK,1,2,99", "1234567891")):
        assert not is_signed(frame_of(b"[" + signature + other[1:]), KEY)


def test_a_known_frame_is_signed_as_the_watch_does() -> None:
    # md5("SG*8800000015*0002*LK" + key), reckoned with another tool
    frame = frame_of(b"[924d949cbd2e54ab3a167cdaf7847776SG*8800000015*0002*LK]")
    assert is_signed(frame, KEY)


@pytest.mark.parametrize(
    ("address", "of_sim", "networks", "believed"),
    [
        ("10.1.2.3", "10.1.2.3", ["10.1.0.0/16"], True),
        ("10.1.2.3", "10.1.2.3", ["10.2.0.0/16", "10.1.0.0/16"], True),
        ("fd00::1", "fd00:0::1", ["fd00::/8"], True),
        ("10.1.2.3", "10.1.2.4", ["10.1.0.0/16"], False),
        ("10.1.2.3", None, ["10.1.0.0/16"], False),
        ("10.1.2.3", "10.1.2.3", ["10.2.0.0/16"], False),
        ("10.1.2.3", "10.1.2.3", [], False),
        ("10.1.2.3", "fd00::1", ["10.1.0.0/16", "fd00::/8"], False),
    ],
)
def test_an_address_proves_the_device_whose_sim_has_it_within_the_operators_network(
    address: str, of_sim: str | None, networks: list[str], believed: bool
) -> None:
    its_own = Identity(standing=Standing.BOUND, name="any", address=of_sim)
    assert comes_from_its_sim(address, its_own, map(ip_network, networks)) is believed


def test_a_stage_that_trusts_asks_nothing() -> None:
    assert Prover(trusts_unproven=True).proof_of("192.0.2.1", NOTHING_KNOWN, []) is Proof.TRUST
    assert Prover().proof_of("192.0.2.1", NOTHING_KNOWN, []) is None


async def unproven(world: World, address: str = OTHER_ADDRESS, key: str | None = None, *contents: str) -> bytes:
    """Let a stranger say something in the watch's name; return what it hears until it is sent away."""
    stranger = await world.connects(address=address)
    stranger.key = key
    await stranger.sends(*(contents or ("LK", UD)))
    await world.counts("DeviceAuthFailed")
    world.passes(Limits().stranger_s)
    return await stranger.hears_until_closed()


@NEITHER
@pytest.mark.attack("W-01", guard="device_bridge.proof:comes_from_its_sim", part="writes and receives nothing")
@pytest.mark.attack("W-01", guard="device_bridge.proof:is_signed", part="writes and receives nothing")
async def test_whoever_knows_an_id_only_writes_and_receives_nothing(address: str, key: str | None) -> None:
    async with World(prover=BY_PROOF).running() as world:
        world.binds(DEVICE, address=SIM_ADDRESS, key=KEY)
        assert await unproven(world, address, key) == b""
        assert world.bridge.uplink.is_empty
        assert not world.stream.records


@NEITHER
@pytest.mark.attack("W-02", guard="device_bridge.proof:comes_from_its_sim", part="keeps its connection")
@pytest.mark.attack("W-02", guard="device_bridge.proof:is_signed", part="keeps its connection")
async def test_the_true_watch_goes_on_while_somebody_speaks_in_its_name(address: str, key: str | None) -> None:
    async with World(prover=BY_PROOF).running() as world:
        world.binds(DEVICE, address=SIM_ADDRESS, key=KEY)
        watch = await world.connects(address=SIM_ADDRESS)
        await watch.is_known()
        assert await unproven(world, address, key) == b""
        await watch.is_known()
        await watch.sends(OTHER_UD)
        await world.stream.has(raw(OTHER_UD))
        assert {frame.raw for frame in world.stream.frames()} == {raw("LK"), raw(OTHER_UD)}
        assert all(frame.proven for frame in world.stream.frames())


@pytest.mark.promise("P-48", guard="device_bridge.proof:comes_from_its_sim", part="who has no proof is not served")
async def test_a_watch_is_proven_by_the_address_of_its_sim() -> None:
    async with World(prover=BY_PROOF).running() as world:
        world.binds(DEVICE, address=SIM_ADDRESS)
        watch = await world.connects(address=SIM_ADDRESS)
        await watch.is_known()
        await watch.sends(UD)
        await world.stream.has(raw("LK"), raw(UD))
        assert await unproven(world) == b""


async def test_a_proven_newer_connection_takes_over() -> None:
    async with World(prover=BY_PROOF).running() as world:
        world.binds(DEVICE, address=SIM_ADDRESS)
        old, new = [await world.connects(address=SIM_ADDRESS) for _ in range(2)]
        await old.is_known()
        await new.is_known()
        assert await old.hears_until_closed() == b""


async def test_a_watch_is_proven_by_its_signature_from_wherever_it_comes() -> None:
    async with World(prover=BY_PROOF).running() as world:
        world.binds(DEVICE, key=KEY)
        watch = await world.connects(address=OTHER_ADDRESS)
        watch.key = KEY
        await watch.is_known()
        await watch.sends(UD)
        await world.stream.has(signed(raw("LK"), KEY), signed(raw(UD), KEY))


@pytest.mark.parametrize(
    "between", [raw(UD), signed(raw(UD), OTHER_KEY), signed(raw(OTHER_UD), KEY)[:33] + raw(UD)[1:]]
)
@pytest.mark.attack("W-01", guard="device_bridge.connection:Connection._signed", part="writes and receives nothing")
async def test_each_frame_of_a_watch_that_signs_must_be_signed(between: bytes) -> None:
    async with World(prover=BY_PROOF).running() as world:
        world.binds(DEVICE, key=KEY)
        watch = await world.connects()
        watch.key = KEY
        await watch.sends_bytes(between + signed(raw("LK"), KEY))
        assert await watch.hears() == "LK"
        await watch.sends_bytes(between)
        await watch.is_known()
        await world.counts("FramesNotSigned", 2)
        await world.stream.has(signed(raw("LK"), KEY))
        assert {frame.raw for frame in world.stream.frames()} == {signed(raw("LK"), KEY)}


@pytest.mark.attack("W-01", guard="device_bridge.connection:Connection._pass_on_alarm", part="an SOS is heard")
@pytest.mark.parametrize("contents", [("LK", UD, AL, AL, UD), (AL,)])
async def test_a_call_for_help_of_an_unproven_connection_goes_on_unanswered_once_and_marked(
    contents: tuple[str, ...],
) -> None:
    async with World(prover=BY_PROOF).running() as world:
        world.binds(DEVICE, address=SIM_ADDRESS)
        watch = await world.connects(address=OTHER_ADDRESS)
        await watch.sends(*contents)
        await world.stream.has(raw(AL))
        world.passes(Limits().stranger_s)
        assert await watch.hears_until_closed() == b""
        assert [(frame.raw, frame.proven) for frame in world.stream.frames()] == [(raw(AL), False)]


async def test_a_call_for_help_that_follows_later_on_an_unproven_connection_is_heard_too() -> None:
    async with World(prover=BY_PROOF).running() as world:
        world.binds(DEVICE)
        watch = await world.connects()
        await watch.sends("LK")
        await world.counts("DeviceAuthFailed")
        await watch.sends(AL)
        await world.stream.has(raw(AL))
        assert watch.has_heard_nothing()


async def test_nothing_of_an_unproven_connection_of_a_device_that_is_not_bound_goes_on() -> None:
    async with World(prover=BY_PROOF).running() as world:
        world.stocks(DEVICE)
        assert await unproven(world, OTHER_ADDRESS, None, "LK", AL) == b""
        assert not world.stream.records
