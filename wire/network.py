"""The tail of a location body: cells in reach, access points in reach, accuracy.

`cellCount,[ta,mcc,mnc,(lac,cid,rxlev) x cellCount,]wifiCount,(ssid,mac,rssi) x wifiCount[,accuracy]`
"""

import re
from typing import Final, NamedTuple

from wire.escaping import wire_text
from wire.messages import AccessPoint, Cell

_NO_NEIGHBOUR: Final = 0x7FFFFFFF  # what some modems report for a neighbour that they cannot name (F)
_MOST: Final = 32  # cells, and access points; the texts say 7 and 5, a frame of 4 KiB could name hundreds
_CELL_HEAD: Final = 3  # ta, mcc, mnc
_CELL_FIELDS: Final = 3  # lac, cid, rxlev
_CDMA_FIELDS: Final = 6  # mcc, mnc, sid, nid, bid, signal
_WIFI_FIELDS: Final = 3  # ssid, mac, rssi
_MAC_LENGTH: Final = 17
_FARTHEST_M: Final = 1e7  # an accuracy worse than the size of the earth is no number

_MAC: Final = re.compile(r"[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}").fullmatch
_NO_MAC: Final = re.compile(r"[0-9A-Fa-f:.]*").fullmatch  # empty, `0`, or an octet like `7.4` (B's own example)


class Tail(NamedTuple):
    """What a tail holds."""

    cells: tuple[Cell, ...] = ()
    wifi: tuple[AccessPoint, ...] = ()
    accuracy_m: float | None = None


def read_tail(fields: list[str], start: int, *, cdma: bool = False) -> Tail:
    """Read the tail that begins at `start`, as far as it can be read.

    Cells are decimal, or hexadecimal where a letter says so (T); a cell without network or with an impossible number
    is left out. An empty wifiCount ends an SG frame, and what follows is no accuracy (T).
    """
    if start >= len(fields):
        return Tail()
    count = _integer(fields[start])
    if count is None or not 0 <= count <= _MOST:
        return _with_accuracy(fields, (), *_find_wifi(fields, start))
    if count == 0:
        return _with_accuracy(fields, (), *_read_wifi(fields, _wifi_without_cells(fields, start + 1)))
    cells, wifi_start = (_read_cdma_cells if cdma else _read_cells)(fields, start + 1, count)
    return _with_accuracy(fields, cells, *_read_wifi(fields, wifi_start))


def read_cells(fields: list[str], start: int) -> tuple[Cell, ...]:
    """Read `cellCount,ta,mcc,mnc,(lac,cid,rxlev) x cellCount` alone, as GS1 has it."""
    count = _integer(fields[start]) if start < len(fields) else None
    return _read_cells(fields, start + 1, count)[0] if count is not None and 0 < count <= _MOST else ()


def mac_of(field: str) -> str | None:
    """Return a MAC address in lower case with two digits an octet; None where the field is none."""
    if _MAC(field) is None:
        return None
    if len(field) == _MAC_LENGTH:
        return field.lower()
    return ":".join(octet.zfill(2) for octet in field.lower().split(":"))


def _with_accuracy(fields: list[str], cells: tuple[Cell, ...], wifi: tuple[AccessPoint, ...], rest: int) -> Tail:
    if rest != len(fields) - 1 or not fields[rest - 1]:
        return _new(Tail, (cells, wifi, None))
    try:
        accuracy = float(fields[rest])
    except ValueError:
        return _new(Tail, (cells, wifi, None))
    return _new(Tail, (cells, wifi, accuracy if 0 <= accuracy < _FARTHEST_M else None))


def _read_cells(fields: list[str], start: int, count: int) -> tuple[tuple[Cell, ...], int]:
    """Return the cells and where the access points begin; a cell that cannot be read ends the list."""
    first = start + _CELL_HEAD
    end = first + _CELL_FIELDS * count
    if first > len(fields):
        return (), len(fields)
    network = _network(fields[start + 1], fields[start + 2])
    cells: list[Cell] = []
    for at in range(first, min(end, len(fields) - 1), _CELL_FIELDS):
        try:
            lac, cid = int(fields[at]), int(fields[at + 1])
        except ValueError:
            hexadecimal = _hexadecimal(fields[at]), _hexadecimal(fields[at + 1])
            if None in hexadecimal:
                return tuple(cells), at
            lac, cid = hexadecimal  # type: ignore[assignment] # None is ruled out above
        if network and 0 < lac < _NO_NEIGHBOUR and 0 < cid < _NO_NEIGHBOUR:
            signal = _integer(fields[at + 2]) if at + 2 < len(fields) else None
            cells.append(_new(Cell, (*network, lac, cid, signal)))
    return tuple(cells), end


def _read_cdma_cells(fields: list[str], start: int, count: int) -> tuple[tuple[Cell, ...], int]:
    cells = []
    end = start + _CDMA_FIELDS * count
    for at in range(start, min(end, len(fields) - _CDMA_FIELDS + 1), _CDMA_FIELDS):
        network = _network(fields[at], fields[at + 1])
        nid, bid = _integer(fields[at + 3]), _integer(fields[at + 4])
        if network and nid is not None and bid is not None:
            cells.append(Cell(*network, nid, bid, _integer(fields[at + 5])))
    return tuple(cells), end


def _network(mcc: str, mnc: str) -> tuple[int | None, int | None] | None:
    """Return mcc and mnc, None each where empty; None for what is no network (`FFFF`: no cell)."""
    try:
        return (int(mcc) if mcc else None), (int(mnc) if mnc else None)
    except ValueError:
        return None


def _read_wifi(fields: list[str], start: int) -> tuple[tuple[AccessPoint, ...], int]:
    """Return the access points and where the rest begins: by their count, or by their MACs where it does not fit."""
    if start >= len(fields):
        return (), start
    count = _integer(fields[start] or "0")
    if count is None or len(fields) - start - 1 - _WIFI_FIELDS * count not in (0, 1):
        return _find_wifi(fields, start)
    end = start + 1 + _WIFI_FIELDS * count
    points = []
    for at in range(start + 1, end, _WIFI_FIELDS):
        mac = mac_of(fields[at + 1])
        if mac is not None:
            try:
                signal = int(fields[at + 2])
            except ValueError:
                return _find_wifi(fields, start)
            points.append(_new(AccessPoint, (wire_text(fields[at]), mac, signal)))
        elif _NO_MAC(fields[at + 1]) is None:
            return _find_wifi(fields, start)
    return tuple(points[:_MOST]), end


def _find_wifi(fields: list[str], start: int) -> tuple[tuple[AccessPoint, ...], int]:
    """Find access points by their MACs: what stands between the last rssi and a MAC is a name, commas and all."""
    points: list[AccessPoint] = []
    name_start = at = start + 1
    while at < len(fields) and len(points) < _MOST:
        mac = mac_of(fields[at])
        signal = fields[at + 1] if at + 1 < len(fields) else ""
        if mac is not None and (not signal or _integer(signal) is not None):
            points.append(AccessPoint(wire_text(",".join(fields[name_start:at])), mac, _integer(signal)))
            name_start = at = at + 2
        else:
            at += 1
    return tuple(points), name_start


def _wifi_without_cells(fields: list[str], start: int) -> int:
    """Return where wifiCount stands after a cellCount of 0: at once, or after empty or zero ta, mcc and mnc."""
    behind_filler = start + _CELL_HEAD
    if _wifi_fits(fields, start) or not (_wifi_fits(fields, behind_filler) or _is_filler(fields, start)):
        return start
    return behind_filler


def _wifi_fits(fields: list[str], start: int) -> bool:
    count = _integer(fields[start]) if start < len(fields) else None
    return count is not None and len(fields) - start - 1 - _WIFI_FIELDS * count in (0, 1)


def _is_filler(fields: list[str], start: int) -> bool:
    filler = fields[start : start + _CELL_HEAD + 1]
    return len(filler) > _CELL_HEAD and filler[-1].isdecimal() and all(not each or each.isdecimal() for each in filler)


def _integer(field: str) -> int | None:
    try:
        return int(field)
    except ValueError:
        return None


def _hexadecimal(field: str) -> int | None:
    try:
        return int(field, 16)
    except ValueError:
        return None


_new = tuple.__new__  # half the time of Cell(...); a frame names a dozen
