"""Logs as JSON, one object a line. What is logged is type, length and result; never an id, an address or content."""

import asyncio
import json
import logging
import sys
from typing import Any, Final

_LOG = logging.getLogger(__name__)

_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonFormatter(logging.Formatter):
    """A record as one JSON object; what is passed as `extra` stands beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Of an exception it tells the class and where it was raised, not its text."""
        line: dict[str, object] = {"level": record.levelname, "message": record.getMessage()}
        line.update({name: value for name, value in vars(record).items() if name not in _OWN})
        if record.exc_info and record.exc_info[0] and record.exc_info[2]:
            innermost = record.exc_info[2]
            while innermost.tb_next:
                innermost = innermost.tb_next
            code = innermost.tb_frame.f_code
            line["exception"] = f"{record.exc_info[0].__name__} in {code.co_qualname}, line {innermost.tb_lineno}"
        return json.dumps(line)


def log_to_stdout() -> None:
    """Log from INFO on; of libraries, warnings."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in ("adapters", "device_bridge"):
        logging.getLogger(ours).setLevel(logging.INFO)


def log_failure(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what no one caught; the loop's own handler would add the task's repr, which holds the exception's text."""
    _LOG.error(context["message"], exc_info=context.get("exception"))


def emit(line: str) -> None:
    """Write a line of metrics."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
