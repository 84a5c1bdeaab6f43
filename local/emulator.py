"""MiniStack, the emulator of AWS, as a process that keeps its state on disk."""

import os
import shutil
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError

from adapters import aws
from local.processes import Child
from stacks.stage import DEFAULT_REGION

HOST = "127.0.0.1"
ACCOUNT = "000000000000"
_NO_CREDENTIALS = "testing"  # the emulator's all-powerful user; the same in the environment of every test
_START_S = 30  # it takes 0.3 s; a loaded machine may take longer
_SAVE_S = 30  # it writes its whole state when it stops
_HEALTH = "/_ministack/health"


class PortTaken(Exception):  # noqa: N818 - an error is named after the fact
    """Another process listens where the platform wants to."""


class Emulator:
    """The emulator with its state in a directory; a context manager.

    enforce_grants: functions may do what their roles allow and nothing else, as on AWS. State is kept in memory and
    written when the emulator is stopped: `saved` tells afterwards whether it was. push_log: a line of JSON for each
    push to a phone.
    """

    def __init__(self, directory: Path, port: int, *, enforce_grants: bool) -> None:
        self.url = f"http://{HOST}:{port}"
        self.saved = False
        self.push_log = directory / "pushes.jsonl"
        self._port = port
        self._scratch = directory / "scratch"
        self._child = Child(
            "the emulator",
            [sys.executable, "-m", "local.mended_ministack"],
            {
                **local_environment(),
                "GATEWAY_PORT": str(port),
                "BIND_HOST": HOST,
                "MINISTACK_HOST": HOST,
                "MINISTACK_REGION": DEFAULT_REGION,
                "AUTH": "true" if enforce_grants else "false",
                "PERSIST_STATE": "1",
                "STATE_DIR": str(directory / "state"),
                "S3_PERSIST": "1",
                "S3_DATA_DIR": str(directory / "s3"),
                "TMPDIR": str(self._scratch),
                "PUSH_LOG": str(self.push_log),
                "SFTP_ENABLED": "0",
                "IOT_MTLS_ENABLED": "0",
            },
            directory / "emulator.log",
            _SAVE_S,
        )

    def __enter__(self) -> Self:
        refuse_taken_port(self._port)
        shutil.rmtree(self._scratch, ignore_errors=True)  # the emulator leaves a copy of each function behind
        self._scratch.mkdir(parents=True)
        with ExitStack() as unless_started:
            unless_started.enter_context(self._child)
            self._wait_until_it_answers()
            unless_started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.__exit__(kind, error, trace)
        self.saved = self._child.ended_well()

    def environment(self) -> Mapping[str, str]:
        """Return the environment in which every AWS client speaks to this emulator and to nothing else."""
        return {**local_environment(), "AWS_ENDPOINT_URL": self.url}

    def api_url(self, api_id: str) -> str:
        """Return the address of an HTTP API: by path, as *.localhost does not resolve everywhere."""
        return f"{self.url}/_aws/execute-api/{api_id}/$default"

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if not self._child.is_running() or time.monotonic() > deadline:
                raise self._child.failure()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + _HEALTH, timeout=1) as answer:  # noqa: S310 - http, to ourselves
                return bool(answer.status == 200)  # noqa: PLR2004 - OK
        except (URLError, OSError):
            return False


def local_environment() -> dict[str, str]:
    """Return this process's environment with nothing in it that points at a real AWS account, or past this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "WACHTER_"))}
    for name in ("NO_PROXY", "no_proxy"):
        kept[name] = ",".join(filter(None, (kept.get(name), HOST)))
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": _NO_CREDENTIALS,
        "AWS_SECRET_ACCESS_KEY": _NO_CREDENTIALS,
        "AWS_REGION": DEFAULT_REGION,
        "AWS_DEFAULT_REGION": DEFAULT_REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def in_local_environment() -> Iterator[None]:
    """Let nothing in this process reach a real AWS account within the block."""
    before = dict(os.environ)
    _replace_environment(local_environment())
    try:
        yield
    finally:
        _replace_environment(before)


def _replace_environment(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    aws.session.cache_clear()  # it keeps the credentials that it once read


def refuse_taken_port(port: int) -> None:
    """Raise PortTaken when something listens on this port already."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise PortTaken(f"port {port} of {HOST} is taken: end what listens there first")
