"""Entry point of the converter: bytes in, bytes out. It may touch nothing, and tells nobody what passed through it."""

import base64
from collections.abc import Callable, Mapping

from adapters.media.converter import Conversion
from adapters.system_clock import SystemClock
from core.messages.model import InvalidMedia
from lambdas.converter import convert
from lambdas.observability import emit

CONVERSIONS: Mapping[Conversion, Callable[[bytes], bytes]] = {
    Conversion.TO_AMR: convert.to_amr,
    Conversion.TO_M4A: convert.to_m4a,
    Conversion.PHOTO: convert.photo,
}


def handler(event: Mapping[str, str], _context: object) -> dict[str, str]:
    """Convert what adapters/media/converter.py asks for, and answer in the form that it wants."""
    conversion = Conversion(event["conversion"])
    try:
        made = CONVERSIONS[conversion](base64.b64decode(event["content"], validate=True))
    except InvalidMedia as invalid:
        emit("converter", {f"refused_{invalid.flaw.name.lower()}": 1}, SystemClock().now())
        return {"flaw": invalid.flaw.name}
    emit("converter", {conversion: 1}, SystemClock().now())
    return {"content": base64.b64encode(made).decode()}
