"""The way to the operator: JSON over HTTPS to one address that the settings name, and to no other."""

import ipaddress
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from adapters.sim_provider.contract import Content, Operation
from adapters.sim_provider.signing import is_signed
from core.kernel.clock import Clock
from core.sims.model import Callback, ProviderRefused, ProviderUnavailable

CONNECT_SECONDS = 2.0
"""A host that does not take a connection by then is down."""
READ_SECONDS = 5.0
"""Between two pieces of an answer; an operator's systems are slower than ours."""
ATTEMPTS = 3
"""Each under the same idempotency key, with a pause that doubles."""
FIRST_PAUSE_SECONDS = 0.2
IN_ALL_SECONDS = 18.0
"""From the first attempt to the last piece of an answer: whoever invokes the function waits a little longer."""
LARGEST_ANSWER = 16_384
"""Bytes; an answer of the contract has a few hundred."""
CREDENTIALS_HOLD = timedelta(minutes=5)
"""A secret that was replaced is in use so soon."""

_PIECE = 4_096
_FAILED_FROM, _REFUSED_FROM, _WELL = 500, 400, range(200, 300)
_OUR_FAULT = frozenset({401, 403, 408, 425, 429})
"""Of our credentials or our haste: they say nothing of what was asked."""


class UnsafeAddress(Exception):  # noqa: N818 - an error is named after the fact
    """The operator's address is not one that personal data may be sent to."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What proves us to the operator, and the operator to us. callback_key: of its callbacks' signatures."""

    api_key: str = field(repr=False)
    callback_key: str = field(repr=False)


class HttpExchange:
    """Exchange over HTTP. url: such as https://api.operator.example/wachter. credentials: read anew now and then.

    No redirect is followed, no proxy used, no other host ever asked.
    """

    def __init__(
        self,
        url: str,
        credentials: Callable[[], Credentials],
        clock: Clock,
        *,
        read_seconds: float = READ_SECONDS,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._prefix = checked_address(url)
        self._pool = urllib3.connection_from_url(url, retries=False)
        self._read_seconds = read_seconds
        self._read_credentials = credentials
        self._clock = clock
        self._pause = pause
        self._held: tuple[Credentials, Any] | None = None

    def ask(self, operation: Operation, content: Content, key: str | None = None) -> Content:
        """Return the operator's answer; ask again, a few times, where there is none."""
        over_at = time.monotonic() + IN_ALL_SECONDS
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
            if time.monotonic() + CONNECT_SECONDS >= over_at:
                break
            status, body = self._exchanged(operation, json.dumps(content), key, over_at)
            if status in _WELL and body is not None:
                return body
            if status is not None and _REFUSED_FROM <= status < _FAILED_FROM:
                if status in _OUR_FAULT:
                    break
                raise ProviderRefused("the operator will not do it")
        raise ProviderUnavailable("the operator gives no answer")

    def is_signed(self, callback: Callback) -> bool:
        """Tell whether the operator signed it within the last minutes."""
        key = self._credentials().callback_key
        return is_signed(callback.body, callback.timestamp, callback.signature, key, self._clock.now())

    def _exchanged(
        self, operation: Operation, body: str, key: str | None, over_at: float
    ) -> tuple[int | None, Content | None]:
        """Return status and JSON object of one attempt, None for what there is not. Nothing of it reaches a log."""
        headers = {
            "Authorization": f"Bearer {self._credentials().api_key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            **({} if key is None else {"Idempotency-Key": key}),
        }
        try:
            answer = self._pool.request(
                "POST",
                self._prefix + operation,
                body=body,
                headers=headers,
                redirect=False,
                preload_content=False,
                timeout=urllib3.Timeout(
                    connect=CONNECT_SECONDS, read=self._read_seconds, total=over_at - time.monotonic()
                ),
            )
            try:
                return answer.status, _object_in(_read(answer, over_at))
            finally:
                answer.close()
        except (HTTPError, OSError):
            return None, None

    def _credentials(self) -> Credentials:
        now = self._clock.now()
        if self._held is None or now >= self._held[1]:
            self._held = self._read_credentials(), now + CREDENTIALS_HOLD
        return self._held[0]


def checked_address(url: str) -> str:
    """Return the path that an operator's address begins with; raise UnsafeAddress unless it is https, or this machine.

    An address with a user, a query or a fragment is none.
    """
    address = parse_url(url)
    is_safe = address.scheme == "https" or (address.scheme == "http" and _is_this_machine(address.host))
    if not is_safe or not address.host or set("@?#") & set(url):
        raise UnsafeAddress("the operator is asked over https only")
    return (address.path or "").rstrip("/")


def _is_this_machine(host: str | None) -> bool:
    try:
        return ipaddress.ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return False


def _read(answer: urllib3.BaseHTTPResponse, over_at: float) -> bytes | None:
    """Return an answer's body; None for one that is too large or comes too slowly."""
    body = b""
    while piece := answer.read1(_PIECE, decode_content=False):
        body += piece
        if len(body) > LARGEST_ANSWER or time.monotonic() > over_at:
            return None
    return body


def _object_in(body: bytes | None) -> Content | None:
    if body is None:
        return None
    try:
        content = json.loads(body)
    except (RecursionError, ValueError):
        return None
    return content if isinstance(content, dict) else None
