"""TLS for watches that speak it. It ends here: a TLS listener of the load balancer drops who is silent for 350 s."""

import contextlib
import ssl
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final

from device_bridge.connection import Connection

if TYPE_CHECKING:
    from device_bridge.server import Bridge

_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"  # of TLS 1.2: forward secret and authenticated; 1.3 has no others
_MEMORY: Final = "/dev/shm"  # noqa: S108 - what is opened there has no name
_READ_BYTES: Final = 64 * 1024


def context_of(certificate: str, key: str) -> ssl.SSLContext:
    """Return what a certificate (with its chain) and its key, both as PEM, make; raise ssl.SSLError for what is none.

    OpenSSL reads files only: this one has no name and never leaves memory.
    """
    context = hardened(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    with TemporaryFile("w", dir=_MEMORY, encoding="ascii") as file:
        file.write(f"{certificate}\n{key}\n")
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")
    return context


def hardened(context: ssl.SSLContext) -> ssl.SSLContext:
    """Let it speak nothing older than TLS 1.2 and no weak cipher (W-28)."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    return context


class SecureConnection(Connection):
    """A connection within TLS. A stranger from its first byte on, so that unfinished handshakes are limited as well."""

    __slots__ = ("_context", "_handshake_bytes", "_incoming", "_is_agreed", "_outgoing", "_tls")

    def __init__(self, bridge: "Bridge", context: ssl.SSLContext) -> None:
        super().__init__(bridge)
        self._context = context
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None  # who says nothing costs nothing
        self._handshake_bytes = 0
        self._is_agreed = False

    def data_received(self, data: bytes) -> None:
        """Begin or go on with the handshake, or take what the records hold."""
        tls = self._tls or self._begun()
        if tls is None:
            self._refuse_tls("RefusedTlsBusy")
            return
        self._incoming.write(data)
        try:
            self._read(tls)
        except ssl.SSLWantReadError:
            self._flush()
            if not self._is_agreed:
                self._limit_handshake(len(data))
        except ssl.SSLError:
            self._flush()  # the alert that tells why
            self._refuse_tls("RefusedTls")

    def write(self, data: bytes) -> None:
        """Give bytes to the socket, within a record."""
        assert self._tls is not None, "who is answered has spoken"
        self._tls.write(data)
        self._flush()

    def close(self) -> None:
        """End the connection after what is written, and say so."""
        if self._tls is not None:
            with contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
            self._flush()
        super().close()

    def _begun(self) -> ssl.SSLObject | None:
        """Begin a handshake, unless too many were begun of late."""
        handshakes = self._bridge.handshakes
        if not handshakes.has_tokens(self._bridge.now):
            return None
        handshakes.take()
        self._tls = self._context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        return self._tls

    def _limit_handshake(self, received_bytes: int) -> None:
        self._handshake_bytes += received_bytes
        if self._handshake_bytes > self._bridge.limits.handshake_bytes:
            self._refuse_tls("RefusedTls")

    def _refuse_tls(self, reason: str) -> None:
        self._bridge.counters.counts[reason] += 1
        self._transport.close()

    def _read(self, tls: ssl.SSLObject) -> None:
        if not self._is_agreed:
            tls.do_handshake()
            self._is_agreed = True
            self._flush()
        while plain := tls.read(_READ_BYTES):
            super().data_received(plain)
        self.eof_received()  # the peer said that it ends
        self.close()

    def _flush(self) -> None:
        if self._outgoing.pending and not self._transport.is_closing():
            self._transport.write(self._outgoing.read())
