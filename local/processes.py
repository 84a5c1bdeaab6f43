"""Processes that are started here end here: each has a session of its own, which is emptied when it stops."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_LAST_LINES = 15  # of a log, in an error


class ProcessFailed(Exception):  # noqa: N818 - an error is named after the fact
    """A process of the platform did not start or did not end well; the text holds its last lines."""


class Child:
    """A process with its own session and log. A context manager; leaving it stops the process and all it started.

    grace_s: how long it may take to end when told to. A Ctrl-C at the terminal does not reach it: its owner ends it.
    """

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, grace_s: float
    ) -> None:
        self._name = name
        self._command = command
        self._environment = environment
        self._log = log
        self._grace_s = grace_s
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_running():
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(self._grace_s)
        self._end_session()

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def finish(self) -> None:
        """Wait until it ends by itself; raise ProcessFailed unless it went well."""
        if self._process.wait():
            raise self.failure()

    def failure(self) -> ProcessFailed:
        """Return an error that tells what the process said last."""
        lines = self._log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
        return ProcessFailed("\n".join([f"{self._name} failed; {self._log} ends with:", *lines]))

    def ended_well(self) -> bool:
        """Whether it has ended by itself, without an error."""
        return self._process.poll() == 0

    def _end_session(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
