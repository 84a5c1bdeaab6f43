"""The tail of a location body: cells in reach, access points in reach, accuracy.

`cellCount,[ta,mcc,mnc,(lac,cid,rxlev) x cellCount,]wifiCount,(ssid,mac,rssi) x wifiCount[,accuracy]`
"""

import re
from typing import Final

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
_USUAL_MAC: Final = re.compile(":".join(["[0-9a-f]{2}"] * 6)).fullmatch
_MAC_OR_NONE: Final = re.compile(r"[0-9A-Fa-f:.]*").fullmatch  # none: empty, `0`, an octet like `7.4` (B's own example)


Tail = tuple[tuple[Cell, ...], tuple[AccessPoint, ...], float | None]
"""Cells, access points, accuracy in metres."""


def read_tail(fields: list[str], start: int, *, cdma: bool = False) -> Tail:
    """Read the tail that begins at `start`, as far as it can be read.

    Cells are decimal, or hexadecimal where a letter says so (T); a cell without network or with an impossible number
    is left out. An empty wifiCount ends an SG frame, and what follows is no accuracy (T).
    """
    usual = None if cdma else _usual_tail(fields, start)
    return usual if usual is not None else _odd_tail(fields, start, cdma=cdma)


def _usual_tail(fields: list[str], start: int) -> Tail | None:
    """Read a tail whose counts are right and whose numbers are decimal, which is most of them; None for any other."""
    cells: list[Cell] = []
    points: list[AccessPoint] = []
    try:
        cell_count = int(fields[start])
        at = start + 1
        if cell_count:
            mcc, mnc = int(fields[start + 2]), int(fields[start + 3])
            first = start + 1 + _CELL_HEAD
            at = first + _CELL_FIELDS * cell_count
            for cell in range(first, at, _CELL_FIELDS):
                lac, cid, signal = int(fields[cell]), int(fields[cell + 1]), int(fields[cell + 2])
                if 0 < lac < _NO_NEIGHBOUR and 0 < cid < _NO_NEIGHBOUR:
                    cells.append(_new(Cell, (mcc, mnc, lac, cid, signal)))
        end = at + 1 + _WIFI_FIELDS * int(fields[at])
        for point in range(at + 1, end, _WIFI_FIELDS):
            name, mac = fields[point], fields[point + 1]
            if not _USUAL_MAC(mac):
                return None
            points.append(_new(AccessPoint, (name if name.isascii() else wire_text(name), mac, int(fields[point + 2]))))
        accuracy = float(fields[end]) if end < len(fields) else None
    except (ValueError, IndexError):
        return None
    if len(cells) > _MOST or len(points) > _MOST or not end <= len(fields) <= end + 1 or cell_count < 0:
        return None
    if accuracy is not None and not 0 <= accuracy < _FARTHEST_M:
        accuracy = None
    return tuple(cells), tuple(points), accuracy


def _odd_tail(fields: list[str], start: int, *, cdma: bool) -> Tail:
    if start >= len(fields):
        return (), (), None
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
    accuracy = None
    if rest == len(fields) - 1:
        try:
            accuracy = float(fields[rest])
        except ValueError:
            return cells, wifi, None
        if not 0 <= accuracy < _FARTHEST_M:
            accuracy = None
    return cells, wifi, accuracy


def _read_cells(fields: list[str], start: int, count: int) -> tuple[tuple[Cell, ...], int]:
    """Return the cells and where the access points begin; a cell that cannot be read ends the list."""
    first = start + _CELL_HEAD
    end = first + _CELL_FIELDS * count
    if first > len(fields):
        return (), len(fields)
    network = _network(fields[start + 1], fields[start + 2])
    cells: list[Cell] = []
    for at in range(first, min(end, len(fields) - 1), _CELL_FIELDS):
        if not (fields[at] or fields[at + 1]):
            continue
        lac, cid = _cell_number(fields[at]), _cell_number(fields[at + 1])
        if lac is None or cid is None:
            return tuple(cells), at
        if network and 0 < lac < _NO_NEIGHBOUR and 0 < cid < _NO_NEIGHBOUR:
            cells.append(Cell(*network, lac, cid, _integer(fields[at + 2]) if at + 2 < len(fields) else None))
    return tuple(cells), end


def _read_cdma_cells(fields: list[str], start: int, count: int) -> tuple[tuple[Cell, ...], int]:
    cells = []
    end = start + _CDMA_FIELDS * count
    for at in range(start, min(end, len(fields) - _CDMA_FIELDS + 1), _CDMA_FIELDS):
        network = _network(fields[at], fields[at + 1])
        nid, bid = _integer(fields[at + 3]), _integer(fields[at + 4])
        if network and nid is not None and bid is not None and 0 <= nid < _NO_NEIGHBOUR and 0 < bid < _NO_NEIGHBOUR:
            cells.append(Cell(*network, nid, bid, _integer(fields[at + 5])))
    return tuple(cells), end


def _network(mcc: str, mnc: str) -> tuple[int | None, int | None] | None:
    """Return mcc and mnc, None each where empty; None for what is no network (`FFFF`: no cell)."""
    try:
        return (int(mcc) if mcc else None), (int(mnc) if mnc else None)
    except ValueError:
        return None


def _read_wifi(fields: list[str], start: int) -> tuple[tuple[AccessPoint, ...], int]:
    """Return the access points and where the rest begins: by their count, or by their MACs where it does not fit.

    Nothing follows an empty count: it ends an SG frame.
    """
    if start >= len(fields):
        return (), start
    count = _integer(fields[start] or "0")
    if count is None or len(fields) - start - 1 - _WIFI_FIELDS * count not in (0, 1):
        return _find_wifi(fields, start)
    end = start + 1 + _WIFI_FIELDS * count
    points: list[AccessPoint] = []
    for at in range(start + 1, end, _WIFI_FIELDS):
        name, mac, signal = fields[at], mac_of(fields[at + 1]), _integer(fields[at + 2])
        if (mac is None and not _MAC_OR_NONE(fields[at + 1])) or (signal is None and fields[at + 2]):
            return _find_wifi(fields, start)
        if mac is not None:
            points.append(AccessPoint(wire_text(name), mac, signal))
    return tuple(points[:_MOST]), end if fields[start] else len(fields)


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
    return tuple(points), name_start if points else len(fields)


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


def _cell_number(field: str) -> int | None:
    """Return a lac or cid: decimal, or hexadecimal where a letter says so (T)."""
    try:
        return int(field, 10 if field.isdecimal() else 16)
    except ValueError:
        return None


_new = tuple.__new__  # half the time of Cell(...); a frame names a dozen
