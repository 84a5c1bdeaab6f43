"""python -m ops import-devices."""

import hashlib
from pathlib import Path

import pytest

from adapters.settings import SettingMissing, Settings
from core.watches.model import Standing, StockedDevice
from ops.__main__ import main
from ops.bootstrap import devices
from tests.clocks import FrozenClock
from tests.fakes.watches import InMemoryDevices
from tests.frames import DEVICE, OTHER_DEVICE
from tests.storage import storage
from tests.worlds import in_tables

HASH = hashlib.sha256(b"secret").hexdigest()
SIM = "8931440400012345678"
HEADER = "id,model,claim_secret_hash,sim"
ANY_SETTINGS = Settings(stage="test", region="eu-central-1")


def _run(tmp_path: Path, text: str | bytes, into: InMemoryDevices) -> int:
    file = tmp_path / "devices.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return main(["import-devices", str(file)], lambda: ANY_SETTINGS, lambda _settings: into)


def test_good_lines_are_stocked_and_a_second_import_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stock = InMemoryDevices()
    text = f"{HEADER}\r\n{DEVICE},Connect MOVE,{HASH.upper()},{SIM}\r\n{OTHER_DEVICE},Connect UP,{HASH},\r\n"
    assert _run(tmp_path, text, stock) == 0
    assert capsys.readouterr().out == "2 imported, 0 already there, 0 refused\n"
    assert stock.stocked[DEVICE] == StockedDevice(
        device_id=DEVICE, model="Connect MOVE", claim_secret_hash=HASH, sim=SIM
    )
    assert stock.stocked[OTHER_DEVICE].sim is None
    before = dict(stock.stocked)
    assert _run(tmp_path, text, stock) == 0
    assert capsys.readouterr().out == "0 imported, 2 already there, 0 refused\n"
    assert stock.stocked == before


@pytest.mark.parametrize(
    "line",
    [
        f"123,any,{HASH},",
        f"{DEVICE}1,any,{HASH},",
        f"{DEVICE},,{HASH},",
        f"{DEVICE},any,geheim,",
        f"{DEVICE},any,{HASH},123",
        f"{DEVICE},any,{HASH}",
        f"{DEVICE},any,{HASH},,",
        f"١٢٣٤٥٦٧٨٩٠,any,{HASH},",
    ],
)
def test_a_bad_line_is_told_by_its_number_and_not_shown_and_the_others_are_stocked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    stock = InMemoryDevices()
    assert _run(tmp_path, f"{HEADER}\n{line}\n{OTHER_DEVICE},any,{HASH},\n", stock) == 1
    told = capsys.readouterr()
    assert told.out == "1 imported, 0 already there, 1 refused\n"
    assert told.err.startswith("line 2: ")
    assert not any(field in told.err for field in line.split(",") if field not in ("", "any"))
    assert stock.stocked.keys() == {OTHER_DEVICE}


@pytest.mark.parametrize(
    "text", ["", "id,model\n", f"{DEVICE},any,{HASH},\n", f"{HEADER},more\n", b"\xff\xfe\x00", f'{HEADER}\n"{DEVICE}']
)
def test_a_file_that_is_no_list_of_devices_is_refused_as_a_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | bytes
) -> None:
    stock = InMemoryDevices()
    assert _run(tmp_path, text, stock) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not stock.stocked


def test_a_file_that_spreadsheets_write_is_read(tmp_path: Path) -> None:
    stock = InMemoryDevices()
    text = f"\ufeffsim,id,claim_secret_hash,model\n,{DEVICE},{HASH}, any \n"
    assert _run(tmp_path, text, stock) == 0
    assert stock.stocked[DEVICE].model == "any"


def test_what_proves_a_device_is_stocked_with_it(tmp_path: Path) -> None:
    stock, key = InMemoryDevices(), "k" * 32
    text = f"{HEADER},signing_key,address\n{DEVICE},any,{HASH},,{key},10.20.0.7\n{OTHER_DEVICE},any,{HASH},,,\n"
    assert _run(tmp_path, text, stock) == 0
    assert (stock.stocked[DEVICE].address, stock.stocked[DEVICE].signing_key) == ("10.20.0.7", key)
    assert stock.stocked[OTHER_DEVICE].address is stock.stocked[OTHER_DEVICE].signing_key is None


@pytest.mark.parametrize(("key", "address"), [("short", ""), ("é" * 32, ""), ("", "10.20.0"), ("", "010.020.0.7")])
def test_what_proves_nothing_is_refused_and_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str, address: str
) -> None:
    stock = InMemoryDevices()
    assert _run(tmp_path, f"{HEADER},signing_key,address\n{DEVICE},any,{HASH},,{key},{address}\n", stock) == 1
    assert not stock.stocked
    shown = capsys.readouterr().err
    assert shown.startswith("line 2: ")
    assert not any(part and part in shown for part in (key, address))


def test_a_missing_file_or_setting_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-devices", str(tmp_path / "none.csv")], lambda: ANY_SETTINGS) == 2
    file = tmp_path / "devices.csv"
    file.write_text(f"{HEADER}\n")

    def missing() -> Settings:
        raise SettingMissing("the environment lacks WACHTER_STAGE")

    assert main(["import-devices", str(file)], missing) == 2
    assert "WACHTER_STAGE" in capsys.readouterr().err


def test_imported_devices_are_known_to_the_platform(tmp_path: Path) -> None:
    file = tmp_path / "devices.csv"
    file.write_text(f"{HEADER}\n{DEVICE},any,{HASH},\n")
    with storage() as settings:
        assert main(["import-devices", str(file)], lambda: settings, devices) == 0
        assert in_tables(settings, FrozenClock()).devices.standing(DEVICE) is Standing.STOCKED
