import pytest

from wire.messages import AccessPoint, Cell
from wire.network import mac_of, read_tail

MAC = "f4:db:e6:d2:a8:00"
OTHER = "78:0c:f0:24:f9:80"
CELL = Cell(204, 8, 9360, 4082, 131)
POINT = AccessPoint("Ziggo", MAC, -53)


def tail(text: str) -> tuple[tuple[Cell, ...], tuple[AccessPoint, ...], float | None]:
    return read_tail(text.split(","), 0)


@pytest.mark.parametrize(
    ("text", "cells", "wifi", "accuracy"),
    [
        (f"1,0,204,8,9360,4082,131,1,Ziggo,{MAC},-53,12.5", (CELL,), (POINT,), 12.5),
        ("0,0", (), (), None),
        ("0,0,0.0", (), (), 0.0),
        ("0", (), (), None),
        ("", (), (), None),
        ("x", (), (), None),
        ("-1,0", (), (), None),
        ("99,0", (), (), None),
        (f"0,1,Ziggo,{MAC},-53", (), (POINT,), None),
        (f"0,,,,1,Ziggo,{MAC},-53,7", (), (POINT,), 7.0),
        (f"0,0,0,0,1,Ziggo,{MAC},-53", (), (POINT,), None),
        (f"0,255,204,8,1,Zig,go,{MAC},-53", (), (AccessPoint("Zig,go", MAC, -53),), None),
        (f"0,1,a]b[c,{MAC},-53", (), (AccessPoint("a]b[c", MAC, -53),), None),
        (f"0,1,a,b,c,{MAC},-53,4.5", (), (AccessPoint("a,b,c", MAC, -53),), 4.5),
        (f"0,2,Ziggo,{MAC},-53,{MAC},{OTHER},-60,4.5", (), (POINT, AccessPoint(MAC, OTHER, -60)), 4.5),
        (f"0,2,Ziggo,{MAC},-53,{MAC},x,{OTHER},-60", (), (POINT, AccessPoint(f"{MAC},x", OTHER, -60)), None),
        (f"0,9,Ziggo,{MAC},-53", (), (POINT,), None),
        (f"0,1,,{MAC},-53", (), (AccessPoint("", MAC, -53),), None),
        (f"0,1,Ziggo,{MAC},", (), (AccessPoint("Ziggo", MAC, None),), None),
        (f"0,1,Ziggo,{MAC},,3.5", (), (AccessPoint("Ziggo", MAC, None),), 3.5),
        (f"0,1,Ziggo,{MAC}", (), (AccessPoint("Ziggo", MAC, None),), None),
        (f"0,2,Ziggo,{MAC},-53,none,0,0", (), (POINT,), None),
        (f"0,2,x,a0:c5:f2:b0:7.4:d0,-34,Ziggo,{MAC},-53,22.4", (), (POINT,), 22.4),
        (f"0,1,Ziggo,{MAC.upper()},-53", (), (POINT,), None),
        ("0,1,Ziggo,1:23:45:67:a:c,-53", (), (AccessPoint("Ziggo", "01:23:45:67:0a:0c", -53),), None),
        ("1,0,204,8,9360,4082,131,0,nan", (CELL,), (), None),
        ("1,0,204,8,9360,4082,131,0,inf", (CELL,), (), None),
        ("1,0,204,8,9360,4082,131,0,-1", (CELL,), (), None),
        ("1,0,204,8,9360,4082,131,0,x", (CELL,), (), None),
        ("1,0,204,8,9360,4082,131,,00", (CELL,), (), None),
        ("1,0,204,8,9360,4082,131", (CELL,), (), None),
        ("1,0,204,8,9360,4082", (Cell(204, 8, 9360, 4082, None),), (), None),
        ("1,0,204,8,9360,4082,,0,5", (Cell(204, 8, 9360, 4082, None),), (), 5.0),
        ("1,0,,,9360,4082,-63,0", (Cell(None, None, 9360, 4082, -63),), (), None),
        ("1,0,204,8,24F0,FF2,131,0", (Cell(204, 8, 9456, 4082, 131),), (), None),
        ("2,0,204,8,9360,4082,131,2147483647,2147483647,9,0", (CELL,), (), None),
        ("2,0,204,8,0,0,0,9360,4082,131,0", (CELL,), (), None),
        (f"3,0,204,8,9360,4082,131,,,,,,,1,Ziggo,{MAC},-53", (CELL,), (POINT,), None),
        ("1,1,FFFF,FFFF,FFFE,3B882A2,132,,00", (), (), None),
        (f"3,0,204,8,9360,4082,131,1,Ziggo,{MAC},-53", (CELL,), (POINT,), None),
        ("1,0", (), (), None),
    ],
)
def test_a_tail_is_read_as_far_as_it_can_be(
    text: str, cells: tuple[Cell, ...], wifi: tuple[AccessPoint, ...], accuracy: float | None
) -> None:
    assert tail(text) == (cells, wifi, accuracy)


def test_names_that_are_not_utf_8_are_read_as_windows_1252() -> None:
    [latin] = tail(f"0,1,caf\xe9\x80,{MAC},-53")[1]
    [utf8] = tail("0,1,{},{},-53".format("café".encode().decode("latin-1"), MAC))[1]
    assert (latin.ssid, utf8.ssid) == ("café€", "café")


def test_cdma_cells_carry_their_own_network() -> None:
    text = f"2,460,3,13,7,4082,90,460,3,13,7,x,91,1,Ziggo,{MAC},-53"
    assert read_tail(text.split(","), 0, cdma=True) == ((Cell(460, 3, 7, 4082, 90),), (POINT,), None)


def test_cdma_cells_that_the_modem_cannot_name_are_dropped() -> None:
    text = "3,460,3,13,0,4082,90,460,3,13,7,0,91,460,3,13,2147483647,2147483647,92,0"
    assert read_tail(text.split(","), 0, cdma=True) == ((Cell(460, 3, 0, 4082, 90),), (), None)


def test_no_more_than_a_few_dozen_neighbours_are_kept() -> None:
    many = ",".join(f"n,{MAC},-1" for _ in range(99))
    assert len(tail(f"0,99,{many}")[1]) == 32
    assert len(tail(f"0,98,{many}")[1]) == 32


@pytest.mark.parametrize("field", ["", "0", "a0:c5:f2:b0:7.4:d0", "a0:c5:f2:b0:74", "g0:c5:f2:b0:74:d0", f"{MAC}:00"])
def test_what_is_no_mac_is_none(field: str) -> None:
    assert mac_of(field) is None
