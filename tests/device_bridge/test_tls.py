"""Watches that speak TLS, and clients that would like a weaker one."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator

import pytest

from device_bridge.limits import Limits
from device_bridge.tls import context_of
from tests.certificates import HOST, certificate
from tests.device_bridge.conftest import Watch, World
from tests.fakes.frame_stream import PATIENCE_S
from tests.frames import DEVICE, OTHER_DEVICE, location, raw

UD = location("221126,085312")
NULL_SHA, RC4_SHA, AES_CBC_SHA = 0x0002, 0x0005, 0x002F  # IANA's TLS cipher suites
ECDHE_RSA_AES_128_GCM = 0xC02F
TLS_1_0, TLS_1_1, TLS_1_2 = 0x0301, 0x0302, 0x0303
ALERT, HANDSHAKE = 21, 22
LARGEST_RECORD = 16 * 1024
OFFERED = [(10, bytes.fromhex("001d0017")), (13, bytes.fromhex("080404010201"))]
"""Groups x25519 and P-256; signatures by RSA with SHA-256 and, for old versions, SHA-1."""


@pytest.fixture
async def secure() -> AsyncIterator[World]:
    async with World().running() as world:
        world.tls_port = await world.bridge.serve_tls("127.0.0.1", 0, context_of(*certificate()))
        yield world


def client_context(version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=certificate()[0])
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


async def connects(world: World, context: ssl.SSLContext, device: str = DEVICE) -> Watch:
    opened = asyncio.open_connection("127.0.0.1", world.tls_port, ssl=context, server_hostname=HOST)
    return Watch(*await opened, device)


def hello(version: int, cipher: int) -> bytes:
    """Return a ClientHello that offers one version and one cipher (RFC 5246, 7.4.1.2)."""
    extensions = b"".join(struct.pack(">HHH", kind, len(values) + 2, len(values)) + values for kind, values in OFFERED)
    body = struct.pack(">H32sBHHBBH", version, b"\x07" * 32, 0, 2, cipher, 1, 0, len(extensions)) + extensions
    message = struct.pack(">B", 1) + len(body).to_bytes(3, "big") + body
    return struct.pack(">BHH", HANDSHAKE, TLS_1_0, len(message)) + message


async def answer_to(world: World, data: bytes) -> int:
    """Return the type of the first record that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", world.tls_port)
    writer.write(data)
    async with asyncio.timeout(PATIENCE_S):
        (kind,) = await reader.readexactly(1)
    writer.close()
    return kind


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.promise("P-48", guard="device_bridge.tls:SecureConnection.write", part="in the clear and by TLS")
async def test_a_watch_that_speaks_tls_is_served_beside_those_that_do_not(
    secure: World, version: ssl.TLSVersion
) -> None:
    plain = await secure.bound_watch(OTHER_DEVICE)
    secure.binds(DEVICE)
    watch = await connects(secure, client_context(version))
    await watch.is_known()
    await watch.sends(UD, "LK")
    assert await watch.hears() == "LK"
    await secure.stream.has(raw(UD))
    await plain.is_known()
    await watch.hangs_up()


@pytest.mark.attack("W-28", guard="device_bridge.tls:hardened")
async def test_old_versions_and_weak_ciphers_are_refused(secure: World) -> None:
    weak = [(TLS_1_0, AES_CBC_SHA), (TLS_1_1, AES_CBC_SHA)]
    weak += [(TLS_1_2, cipher) for cipher in (NULL_SHA, RC4_SHA, AES_CBC_SHA)]
    assert [await answer_to(secure, hello(*each)) for each in weak] == [ALERT] * len(weak)
    assert secure.bridge.counters.counts["RefusedTls"] == len(weak)


async def test_a_good_hello_of_the_same_form_is_answered(secure: World) -> None:
    assert await answer_to(secure, hello(TLS_1_2, ECDHE_RSA_AES_128_GCM)) == HANDSHAKE


async def test_frames_in_the_clear_on_the_port_of_tls_are_refused(secure: World) -> None:
    secure.binds(DEVICE)
    reader, writer = await asyncio.open_connection("127.0.0.1", secure.tls_port)
    writer.write(raw("LK"))
    async with asyncio.timeout(PATIENCE_S):
        assert raw("LK") not in await reader.read()
    writer.close()
    assert secure.bridge.counters.counts["RefusedTls"] == 1
    assert not secure.asked


async def test_a_handshake_that_does_not_end_is_a_stranger_s() -> None:
    async with World(limits=Limits(strangers_per_address=1)).running() as world:
        world.tls_port = await world.bridge.serve_tls("127.0.0.1", 0, context_of(*certificate()))
        reader, writer = await asyncio.open_connection("127.0.0.1", world.tls_port)
        await world.until(lambda: len(world.bridge._strangers) == 1)
        world.passes(Limits().stranger_s)
        async with asyncio.timeout(PATIENCE_S):
            await reader.read()
        writer.close()
        await world.counts("RefusedLate")


async def test_handshakes_are_begun_at_a_bounded_rate_and_watches_in_the_clear_wait_for_none() -> None:
    async with World(limits=Limits(handshakes_at_once=1, handshakes_per_s=1)).running() as world:
        world.tls_port = await world.bridge.serve_tls("127.0.0.1", 0, context_of(*certificate()))
        world.stop_ticking()
        world.binds(DEVICE)
        watch = await connects(world, client_context())
        await watch.is_known()
        reader, writer = await asyncio.open_connection("127.0.0.1", world.tls_port)
        writer.write(hello(TLS_1_2, ECDHE_RSA_AES_128_GCM))
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""
        writer.close()
        assert world.bridge.counters.counts["RefusedTlsBusy"] == 1
        await world.bound_watch(OTHER_DEVICE)
        world.passes(1)
        assert await answer_to(world, hello(TLS_1_2, ECDHE_RSA_AES_128_GCM)) == HANDSHAKE
        await watch.hangs_up()


async def test_little_is_held_of_a_handshake_that_does_not_end(secure: World) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", secure.tls_port)
    record = struct.pack(">BHH", HANDSHAKE, TLS_1_0, LARGEST_RECORD)
    beginning = b"\x01" + (2 * LARGEST_RECORD).to_bytes(3, "big")  # a ClientHello of two records
    writer.write(record + beginning.ljust(LARGEST_RECORD, b"\0"))
    async with asyncio.timeout(PATIENCE_S):
        await reader.read()
    writer.close()
    assert secure.bridge.counters.counts["RefusedTls"] == 1


async def test_a_watch_that_ends_tls_properly_is_gone(secure: World) -> None:
    secure.binds(DEVICE)
    watch = await connects(secure, client_context())
    await watch.is_known()
    await watch.hangs_up()
    await secure.until(lambda: not secure.bridge._online)


@pytest.mark.parametrize(("first", "second"), [("no PEM", None), (None, "no PEM")])
def test_what_is_no_certificate_is_told_at_the_start(first: str | None, second: str | None) -> None:
    valid, key = certificate()
    with pytest.raises(ssl.SSLError):
        context_of(first or valid, second or key)
