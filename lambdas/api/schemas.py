"""What the API takes and gives, field by field: the generated document is made of these."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.accounts.model import LONGEST_EMAIL
from core.tracking import model as tracking
from core.watches import model as watches

LONGEST_PASSWORD = 1_024  # characters; far beyond any passphrase
CURSOR = "Where the next page starts; null after the last one. It holds for an hour, for this list and this account."


class Schema(BaseModel):
    """Exactly these fields: an unknown one is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SignInRequest(Schema):
    """What a guardian signs in with."""

    email: str = Field(
        min_length=1, max_length=LONGEST_EMAIL, repr=False, description="The account's e-mail address, its user name"
    )
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD, repr=False, description="Exact to the character")


class AccessToken(Schema):
    """A token for the Authorization header of every other call."""

    access_token: str = Field(repr=False, description="JWT (RFC 9068), signed with RS256; holds ids only")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6749 calls it so
    expires_in: int = Field(description="Seconds for which it holds, unless signed out before")


class Watch(Schema):
    """A watch that the account may see."""

    id: str = Field(description="Opaque, new at each binding: never the number printed on the device")
    role: watches.Role
    since: datetime = Field(description="When the account came to the watch")


class WatchPage(Schema):
    """Watches, the longest known first."""

    items: list[Watch]
    next: str | None = Field(description=CURSOR)


class Position(Schema):
    """Where a watch was."""

    at: datetime = Field(description="Time of the fix; that of receipt where the watch's clock was wrong")
    received_at: datetime
    latitude: float = Field(description="Degrees, WGS 84, north positive")
    longitude: float = Field(description="Degrees, WGS 84, east positive")
    source: tracking.Source = Field(description="How it was found")
    accuracy_m: float | None = Field(description="As the watch or the locator tells; null when neither does")
    altitude_m: float | None
    speed_kmh: float | None
    course_deg: float | None
    satellites: int | None
    doubtful: bool = Field(description="It may be wrong; show it so")
    doubts: list[tracking.Doubt] = Field(description="Why it may be wrong")
    backlog: bool = Field(description="Sent later, after a gap in the connection")

    @classmethod
    def of(cls, position: tracking.Position) -> "Position":
        """Return the position as the API shows it."""
        return cls(
            at=position.at,
            received_at=position.received_at,
            latitude=position.point.latitude,
            longitude=position.point.longitude,
            source=position.source,
            accuracy_m=position.accuracy_m,
            altitude_m=position.altitude_m,
            speed_kmh=position.speed_kmh,
            course_deg=position.course_deg,
            satellites=position.satellites,
            doubtful=bool(position.doubts),
            doubts=sorted(position.doubts),
            backlog=position.backlog,
        )


class CurrentPosition(Position):
    """The newest position, with its age."""

    age_s: int = Field(description="Seconds between the fix and this answer")


class LatestPosition(Schema):
    """Where a watch is, as far as is known."""

    state: Literal["known", "unknown"] = Field(description="unknown: none of the last 89 days")
    position: CurrentPosition | None


class PositionPage(Schema):
    """Positions, oldest first."""

    items: list[Position]
    next: str | None = Field(description=CURSOR)


class TelemetryReading(Schema):
    """How a watch fared; what it did not tell is null, never 0."""

    at: datetime
    received_at: datetime
    battery_percent: int | None
    signal_percent: int | None
    steps: int | None = Field(description="As the watch counts them: running or daily, by model")
    rolls: int | None
    alarms: list[str]

    @classmethod
    def of(cls, reading: tracking.TelemetryReading) -> "TelemetryReading":
        """Return the reading as the API shows it."""
        return cls(
            at=reading.at,
            received_at=reading.received_at,
            battery_percent=reading.battery_percent,
            signal_percent=reading.signal_percent,
            steps=reading.steps,
            rolls=reading.rolls,
            alarms=list(reading.alarms),
        )


class TelemetryPage(Schema):
    """Telemetry readings, oldest first."""

    items: list[TelemetryReading]
    next: str | None = Field(description=CURSOR)


class PublicKey(Schema):
    """A key that signs access tokens."""

    kty: Literal["RSA"]
    use: Literal["sig"]
    alg: Literal["RS256"]
    kid: str
    n: str
    e: str


class PublicKeys(Schema):
    """The keys that sign access tokens."""

    keys: list[PublicKey]


class WrongField(Schema):
    """A part of the request that cannot be read."""

    place: str = Field(description="body, query or path, then the field, such as query.from")
    reason: str = Field(description="A stable code, such as missing, extra_forbidden, timezone_aware")


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: Literal["about:blank"] = "about:blank"
    title: str = Field(description="The status in words")
    status: int
    code: str = Field(description="What went wrong, as a code that stays the same")
    detail: str = Field(description="What went wrong, for a person who writes a client")
    errors: list[WrongField] | None = Field(default=None, description="Only for invalid_request")
    request_id: str | None = Field(default=None, description="Only for internal_error: what to tell us")
