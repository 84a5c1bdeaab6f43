"""Parameters that several routes have in common."""

import re
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import AwareDatetime, BeforeValidator

LARGEST_PAGE = 500  # about 150 KB of JSON; a Lambda may answer with 6 MB
USUAL_PAGE = 100
LONGEST_CURSOR = 1_024
SHORTEST_KEY, LONGEST_KEY = 16, 64  # characters; a UUID has 36

_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T")


def _date_and_time(text: object) -> object:
    """Refuse the plain numbers that pydantic would take for seconds since 1970."""
    if not (isinstance(text, str) and _DATE_AND_TIME.match(text)):
        raise ValueError("not a date and time")
    return text


Instant = Annotated[AwareDatetime, BeforeValidator(_date_and_time)]
"""ISO 8601 with zone: a time without one would mean another instant to each reader."""

DpopProof = Annotated[
    str, Header(alias="dpop", description="A proof of possession (RFC 9449): ES256, typ dpop+jwt, for this very URL")
]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _date(text: object) -> object:
    """Refuse all but one of the forms that pydantic would take for a date."""
    if not (isinstance(text, str) and _DATE.fullmatch(text)):
        raise ValueError("not a date")
    return text


LocalDay = Annotated[date, BeforeValidator(_date)]
"""ISO 8601, of the watch's own time zone."""
FromDay = Annotated[LocalDay | None, Query(alias="from", description="First day; by default six before the last")]
ToDay = Annotated[LocalDay | None, Query(alias="to", description="Last day; by default the present one")]

WatchInPath = Annotated[str, Path(description="Opaque id, as in the list of watches")]
MemberInPath = Annotated[str, Path(description="Opaque id of an account, as in the list of members")]
InvitationInPath = Annotated[str, Path(description="Opaque id, as in the list of invitations")]
ZoneInPath = Annotated[str, Path(description="Opaque id, as in the list of zones")]
AutomationInPath = Annotated[str, Path(description="Opaque id, as in the list of automations")]
FamilyInPath = Annotated[str, Path(description="Opaque id, as in the list of sign-ins")]
CommandInPath = Annotated[str, Path(description="Opaque id, as in the list of commands")]
SettingInPath = Annotated[str, Path(description="Name, as in the list of settings")]
AlertInPath = Annotated[str, Path(description="Opaque id, as in the list of alerts")]
PlaceInPath = Annotated[str, Path(description="Opaque id, as in the list of learned places")]
From = Annotated[
    Instant | None,
    Query(alias="from", description="First instant, ISO 8601 with zone; by default 24 hours before the last"),
]
To = Annotated[
    Instant | None, Query(alias="to", description="Instant after the last, ISO 8601 with zone; by default now")
]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most items of a page")]
Cursor = Annotated[
    str | None, Query(max_length=LONGEST_CURSOR, description="`next` of the page before; all else as it was")
]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="idempotency-key",
        min_length=SHORTEST_KEY,
        max_length=LONGEST_KEY,
        pattern="^[A-Za-z0-9_-]+$",
        description="New for each thing that is to be done, the same for each time that it is sent: a random UUID, say",
    ),
]
OptionalIdempotencyKey = Annotated[
    str | None,
    Header(
        alias="idempotency-key",
        min_length=SHORTEST_KEY,
        max_length=LONGEST_KEY,
        pattern="^[A-Za-z0-9_-]+$",
        description="As elsewhere; without one, each request is another order",
    ),
]
IfNoneMatch = Annotated[str, Header(alias="if-none-match", description="ETags of the answers that the client has")]
