"""The function that converts voices and pictures, asked synchronously."""

import base64
import json
from enum import StrEnum
from typing import Any

from core.messages.model import InvalidMedia, MediaFlaw


class Conversion(StrEnum):
    """What it can do."""

    TO_AMR = "to_amr"
    TO_M4A = "to_m4a"
    PHOTO = "photo"


class LambdaConverter:
    """Converter by a function that may touch nothing else.

    client: a botocore Lambda client that asks once, as a conversion that ran out of time would run out of it again.
    Asked: `conversion` and `content` in base64. Answered: `content`, or the name of a MediaFlaw as `flaw`.
    """

    def __init__(self, client: Any, function_name: str) -> None:
        self._client = client
        self._function_name = function_name

    def to_amr(self, recorded: bytes) -> bytes:
        """Return a voice as AMR-NB; raise InvalidMedia."""
        return self._converted(Conversion.TO_AMR, recorded)

    def to_m4a(self, amr: bytes) -> bytes:
        """Return a watch's voice as m4a; raise InvalidMedia."""
        return self._converted(Conversion.TO_M4A, amr)

    def photo(self, picture: bytes) -> bytes:
        """Return a picture as a new JPEG; raise InvalidMedia."""
        return self._converted(Conversion.PHOTO, picture)

    def _converted(self, conversion: Conversion, content: bytes) -> bytes:
        asked = json.dumps({"conversion": conversion, "content": base64.b64encode(content).decode()})
        answer = self._client.invoke(FunctionName=self._function_name, Payload=asked.encode())
        if "FunctionError" in answer:  # out of memory or time: nothing but what it was given can do that
            raise InvalidMedia(MediaFlaw.UNREADABLE)
        answered = json.load(answer["Payload"])
        if "flaw" in answered:
            raise InvalidMedia(MediaFlaw[answered["flaw"]])
        return base64.b64decode(answered["content"])
