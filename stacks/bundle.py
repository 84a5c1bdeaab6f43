"""A function's bundle: the import closure of its handler, its own locked dependencies, nothing else."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from functools import cache
from pathlib import Path

import grimp
from uv import find_uv_bin

from stacks.functions import FunctionSpec

ROOT = Path(__file__).resolve().parent.parent
_BUNDLES = ROOT / ".local" / "bundles"
_PACKAGES = ("wire", "core", "adapters", "lambdas", "stacks")
_BUILT_FOR_LAMBDA = (
    "--python-platform",
    "aarch64-manylinux_2_28",
    "--python-version",
    "3.13",
)  # python3.13 on Amazon Linux 2023
_IN_USE_S = 3600  # a bundle of other sources that is younger may be on its way into a deployment
_FINGERPRINT_DIGITS = 16
_NEVER_IMPORTED = ("bin", "boto3/data", "boto3/examples", "**/tests", "**/__pycache__", "*.dist-info/RECORD", ".lock")


class BundleNotMade(Exception):  # noqa: N818 - an error is named after the fact
    """A bundle's dependencies could not be resolved or fetched."""


class Target(Enum):
    """What a bundle's wheels are built for: Lambda on arm64, or this machine's own Python (the emulator runs that)."""

    LAMBDA = "lambda"
    HOST = "host"


def bundle(function: FunctionSpec, target: Target) -> Path:
    """Return the directory with the function's bundle; made anew only when its sources or dependencies changed."""
    sources = closure(function.module)
    requirements = _locked_requirements(function.group)
    directory = _BUNDLES / target.value / f"{function.name}-{_fingerprint(function, target, sources, requirements)}"
    if not directory.exists():
        _BUNDLES.joinpath(target.value).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_BUNDLES) as scratch:
            content = Path(scratch) / "content"
            _install(requirements, target, content)
            _prune(content, function.services)
            for source in sources:
                copy = content / source.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
            _publish(content, directory)
    return directory


def closure(module: str) -> tuple[Path, ...]:
    """Return the files of all our modules that importing this one may import, inside functions too."""
    graph = _import_graph()
    found: set[str] = set()
    new = {module}
    while new:
        found |= new
        # importing a.b runs a too
        parents = {name.rpartition(".")[0] for name in new} - {""}
        imported = {target for name in new for target in graph.find_modules_directly_imported_by(name)}
        new = (parents | imported) - found
    return tuple(sorted(_file_of(name) for name in found))


@cache
def _import_graph() -> grimp.ImportGraph:
    return grimp.build_graph(*_PACKAGES, exclude_type_checking_imports=True, cache_dir=None)


def _file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _locked_requirements(group: str) -> str:
    """Return the group's exact versions with their hashes, as pip reads them."""
    return _uv(
        "export", "--frozen", "--quiet", "--no-header", "--no-annotate", "--no-emit-project", "--only-group", group
    )


def _fingerprint(function: FunctionSpec, target: Target, sources: Iterable[Path], requirements: str) -> str:
    digest = hashlib.sha256(repr((function.services, target, sys.version_info[:2], requirements)).encode())
    for source in (Path(__file__), *sources):
        digest.update(f"\0{source.relative_to(ROOT)}\0".encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:_FINGERPRINT_DIGITS]


def _install(requirements: str, target: Target, content: Path) -> None:
    content.mkdir()
    built_for = _BUILT_FOR_LAMBDA if target is Target.LAMBDA else ("--python", sys.executable)
    _uv(
        *("pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
        *("--target", str(content), *built_for, "--requirement", "-"),
        given=requirements,
    )


def _prune(content: Path, services: Iterable[str]) -> None:
    """Remove what no handler imports: the data of services that are not called is nine tenths of botocore."""
    unused = [path for pattern in _NEVER_IMPORTED for path in content.glob(pattern)]
    unused += [path for path in content.glob("botocore/data/*") if path.is_dir() and path.name not in services]
    for path in unused:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _publish(content: Path, directory: Path) -> None:
    """Put a finished bundle in its place, where another process may have been first; remove the function's old ones."""
    try:
        content.rename(directory)
    except OSError:
        if not directory.exists():
            raise
    in_use_since = time.time() - _IN_USE_S
    for path in directory.parent.glob(f"{directory.name.rpartition('-')[0]}-{'[0-9a-f]' * _FINGERPRINT_DIGITS}"):
        with suppress(FileNotFoundError):  # removed by another process
            if path != directory and path.stat().st_mtime < in_use_since:
                shutil.rmtree(path)


def _uv(*arguments: str, given: str = "") -> str:
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    completed = subprocess.run(  # noqa: S603 - our own arguments
        [find_uv_bin(), *arguments], cwd=ROOT, env=environment, input=given, capture_output=True, text=True, check=False
    )
    if completed.returncode:
        raise BundleNotMade(f"uv {arguments[0]}: {completed.stderr.strip()}")
    return completed.stdout
