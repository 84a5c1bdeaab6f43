"""Entry point of the notice queue: announcements and letters in, failed messages out."""

import logging
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from adapters.settings import Settings
from adapters.stream.notices import NotForTheQueue, content_of
from core.accounts.notices import Announcement
from lambdas.notices.bootstrap import NEEDED, Application, application
from lambdas.observability import emit

TOLD, LETTERS, CORRUPT, FAILED = "told_notices", "taken_letters", "corrupt_messages", "failed_messages"

_LOG = logging.getLogger(__name__)


@cache
def _application() -> Application:
    return application(Settings.from_environment(needed=NEEDED))


def handler(event: Mapping[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Take the SQS event's messages; answer with those that are to be delivered again."""
    return take(event, _application())


def take(event: Mapping[str, Any], application: Application) -> dict[str, list[dict[str, str]]]:
    """Serve each message; one that fails stops no other, and what is no message of ours is counted and dropped."""
    counts: Counter[str] = Counter()
    failures = []
    for record in event["Records"]:
        try:
            counts[_serve(record["body"], application)] += 1
        except NotForTheQueue:
            counts[CORRUPT] += 1
        except Exception as failure:  # noqa: BLE001 - the queue delivers it again, and sets aside what fails for ever
            _LOG.warning("a message was not served: %s", type(failure).__name__)
            counts[FAILED] += 1
            failures.append({"itemIdentifier": record["messageId"]})
    emit("notices", counts, application.clock.now())
    return {"batchItemFailures": failures}


def _serve(body: str, application: Application) -> str:
    """Serve one message; return its counter. A letter counts alike whether or not anybody gets a mail (A-16)."""
    content = content_of(body)
    if isinstance(content, Announcement):
        application.telling.tell(content, application.clock.now())
        return TOLD
    application.letters.mail(content)
    return LETTERS
