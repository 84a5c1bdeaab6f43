"""Escapes inside binary payloads, and the text encodings of arguments (vendor texts A-D)."""

import re
from typing import Final

_ESCAPED: Final = {
    b"}\x01": b"}",
    b"}\x02": b"[",
    b"}\x03": b"]",
    b"}\x04": b",",
    b"}\x05": b"*",
}
_ESCAPES: Final = {raw: pair for pair, raw in _ESCAPED.items()}
_PAIR: Final = re.compile(rb"}[\x01-\x05]")
_SPECIAL: Final = re.compile(rb"[][},*]")


def escape(payload: bytes) -> bytes:
    """Return the payload as it stands in a frame: no bracket, comma, star or brace is left bare."""
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], payload)


def unescape(payload: bytes) -> bytes:
    """Return the payload that was meant; pairs that the vendor's table does not know stay as they are (=)."""
    return _PAIR.sub(lambda found: _ESCAPED[found[0]], payload)


def to_hex_text(text: str) -> str:
    """Return names and messages as the watch reads them: UTF-16BE without byte-order mark, as hexadecimal (A-C)."""
    return text.encode("utf-16-be").hex()


def from_hex_text(field: str) -> str | None:
    """Return the text of such a field; None where it is none."""
    try:
        return bytes.fromhex(field).decode("utf-16-be")
    except ValueError:
        return None


def wire_text(field: str) -> str:
    """Return a field (one character for each byte) as text: UTF-8, else Windows-1252 (E7)."""
    if field.isascii():
        return field
    raw = field.encode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
