"""What went wrong."""

from typing import Literal

from pydantic import Field

from lambdas.api.schemas.shape import Schema


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
