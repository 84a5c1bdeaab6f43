"""Each function's bundle: all that its handler needs, nothing that it does not."""

import json
import subprocess
import sys
import sysconfig
import tomllib
from email.parser import HeaderParser
from pathlib import Path

import pytest

from stacks.bundle import ROOT, Target, bundle, closure
from stacks.functions import FUNCTIONS, FunctionSpec

# Only the standard library and the bundle: no site-packages, no environment of the interpreter's own.
_PROBE = """
import importlib, json, sys
bundle, module, services, standard_library = sys.argv[1], sys.argv[2], *map(json.loads, sys.argv[3:])
sys.path[:] = [*standard_library, bundle]
handler = importlib.import_module(module).handler
known = []
if services:
    import botocore.session
    session = botocore.session.get_session()
    known = session.get_available_services()
    for service in services:
        session.create_client(service, region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
strangers = {
    name for name, it in sys.modules.items()
    if getattr(it, "__file__", None) and not it.__file__.startswith((bundle, *standard_library))
}
found = {"handler": callable(handler), "services": known, "strangers": sorted(strangers)}
print(json.dumps(found))
"""
_PURE_WHEELS = {"py3-none-any", "py2.py3-none-any", "py2-none-any"}
_OTHER_OWN = {"device_bridge", "stacks", "local", "ops", "bench", "tests", "docs"}

each_function = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)


@each_function
def test_a_handler_is_imported_with_nothing_but_its_bundle_on_the_path(spec: FunctionSpec) -> None:
    standard_library = [sysconfig.get_path("stdlib"), str(Path(sysconfig.get_path("stdlib")) / "lib-dynload")]
    content = str(bundle(spec, Target.HOST))
    arguments = [content, spec.module, json.dumps(spec.services), json.dumps(standard_library)]
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-I", "-S", "-B", "-c", _PROBE, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"handler": True, "services": sorted(spec.services), "strangers": []}


@each_function
def test_a_bundle_for_lambda_holds_wheels_for_lambda_only(spec: FunctionSpec) -> None:
    content = bundle(spec, Target.LAMBDA)
    tags = {tag for wheel in content.glob("*.dist-info/WHEEL") for tag in _tags(wheel)}
    assert tags
    for tag in tags - _PURE_WHEELS:
        python, abi, platform = tag.split("-")
        assert platform.endswith("_aarch64"), tag
        assert abi in {"cp313", "abi3", "none"}, tag
        assert abi != "cp313" or python == "cp313", tag
    for library in content.rglob("*.so"):
        assert _machine(library) == _AARCH64, library.name
        assert ".cpython-" not in library.name or ".cpython-313-aarch64-" in library.name, library.name


@each_function
@pytest.mark.parametrize("target", Target)
def test_a_bundle_holds_its_own_code_and_locked_dependencies_and_nothing_else(
    spec: FunctionSpec, target: Target
) -> None:
    content = bundle(spec, target)
    own = {path.relative_to(ROOT) for path in closure(spec.module)}
    packages = {"adapters", "core", "wire", "lambdas"}
    assert {path.relative_to(content) for name in packages for path in (content / name).rglob("*.py")} == own
    assert not {path.name for path in content.iterdir()} & _OTHER_OWN
    assert {path.parts[1] for path in own if path.parts[0] == "lambdas" and len(path.parts) > 2} == {spec.group}
    installed = {_name(metadata) for metadata in content.glob("*.dist-info/METADATA")}
    assert installed == _locked(spec.group)
    assert not [path for path in content.rglob("*") if path.name in {"__pycache__", "tests"} or path.suffix == ".pyc"]


@each_function
def test_botocore_knows_the_services_of_the_function_and_no_other(spec: FunctionSpec) -> None:
    data = bundle(spec, Target.LAMBDA).glob("botocore/data/*")
    assert {path.name for path in data if path.is_dir()} == set(spec.services)


def test_a_second_bundle_of_the_same_sources_is_the_first() -> None:
    first = bundle(FUNCTIONS[0], Target.HOST)
    changed_at = first.stat().st_mtime_ns
    assert bundle(FUNCTIONS[0], Target.HOST) == first
    assert first.stat().st_mtime_ns == changed_at


def test_a_closure_follows_imports_inside_functions_and_the_packages_above() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in closure("stacks.bundled_function")}
    assert {"stacks/__init__.py", "stacks/bundle.py", "adapters/dynamo/tables.py", "adapters/__init__.py"} <= names
    assert "stacks/synth.py" not in names


_AARCH64 = 183  # e_machine of the ELF header


def _machine(library: Path) -> int:
    with library.open("rb") as file:
        header = file.read(20)
    assert header[:4] == b"\x7fELF"
    return int.from_bytes(header[18:20], "little")


def _tags(wheel: Path) -> list[str]:
    """Return the wheel's tags, compressed sets such as cp39-abi3-manylinux_2_17_aarch64.x spread out."""
    tags = HeaderParser().parsestr(wheel.read_text()).get_all("Tag")
    assert tags
    return tags


def _name(metadata: Path) -> str:
    return str(HeaderParser().parsestr(metadata.read_text())["Name"]).lower().replace("_", "-")


def _locked(group: str) -> set[str]:
    """Return the names of all that the group needs, read from the lock file."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    packages = {package["name"]: package for package in lock["package"]}
    names: set[str] = set()
    new = {needed["name"] for needed in packages["wachter"]["dev-dependencies"][group]}
    while new:
        names |= new
        needed_by_new = [needed for name in new for needed in packages[name].get("dependencies", [])]
        new = {needed["name"] for needed in needed_by_new if "win32" not in needed.get("marker", "")} - names
    return names
