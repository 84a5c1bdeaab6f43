"""The photos of a watch."""

from pydantic import Field

from lambdas.api.schemas.shape import Schema


class Photo(Schema):
    """A photo that was stored."""

    id: str = Field(description="Opaque; a contact's `picture`")
