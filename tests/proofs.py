"""Proofs: which promise and which attack is shown by which test, and what makes it true.

As a pytest plugin it checks the `promise` and `attack` markers, can remove one guard (`--neutralise module:qualname`)
and can write what it found (`--proofs-file`). As a program, `python -m tests.proofs promises|attacks [--guards]`, it
runs the marked tests and prints the table; with --guards each guard is removed in turn and its tests must fail.
"""

import argparse
import importlib
import inspect
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.guards import NEUTRAL

ROOT = Path(__file__).parent.parent
_PROOF = "proof"
LISTS = {"promise": ROOT / "docs" / "promises.tsv", "attack": ROOT / "docs" / "attacks.tsv"}
RUN_SECONDS = 1_800  # the longest that a run of all marked tests may take on a loaded machine
GUARD_TEST_SECONDS = 60  # a test that hangs without its guard fails
GUARDS_AT_ONCE = 2  # cores of the smallest machine that this runs on


@dataclass(frozen=True)
class Proof:
    """One marker on one test. part: what of the promise it shows, where it is not the whole."""

    kind: str
    id: str
    guard: str
    part: str
    test: str


def _rows(kind: str) -> list[list[str]]:
    lines = LISTS[kind].read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def titles(kind: str) -> dict[str, str]:
    """Return every id of a kind with its words, in the list's order."""
    return {row[0]: row[1] for row in _rows(kind)}


def wholes(kind: str) -> dict[str, frozenset[str]]:
    """Return the ids of a kind that are shown part by part, with the parts that together are the whole."""
    return {row[0]: frozenset(row[2].split("; ")) for row in _rows(kind) if len(row) > 2}


def _proofs_of(item: pytest.Item) -> Iterator[Proof]:
    for kind, list_file in LISTS.items():
        for marker in item.iter_markers(kind):
            if len(marker.args) != 1 or not {"guard"} <= marker.kwargs.keys() <= {"guard", "part"}:
                raise pytest.UsageError(f'{item.nodeid}: write @pytest.mark.{kind}("ID", guard="module:name")')
            proof = Proof(kind, marker.args[0], marker.kwargs["guard"], marker.kwargs.get("part", ""), item.nodeid)
            if proof.id not in titles(kind):
                raise pytest.UsageError(f"{item.nodeid}: {list_file.name} has no {proof.id}")
            if proof.guard not in NEUTRAL:
                raise pytest.UsageError(f"{item.nodeid}: tests/guards.py has no neutral form of {proof.guard}")
            yield proof


def neutralise(guard: str) -> None:
    """Put the guard's neutral form in its place, for everyone who has imported it already."""
    module_name, _, path = guard.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module_name)
    for each in owners:
        owner = getattr(owner, each)
    found = inspect.getattr_static(owner, name)
    function = found.__func__ if isinstance(found, staticmethod | classmethod) else found
    if not inspect.isfunction(function) or function.__code__.co_freevars:
        raise pytest.UsageError(f"{guard} is no plain function: a guard must be one")
    # The code is swapped, not the name: whoever imported the function by name loses the guard too.
    function.__globals__["__neutral_forms__"] = NEUTRAL
    function.__defaults__ = function.__kwdefaults__ = None
    function.__code__ = _stand_in(guard, is_async=inspect.iscoroutinefunction(function)).__code__


def _stand_in(guard: str, *, is_async: bool) -> Callable[..., Any]:
    source = f"{'async ' if is_async else ''}def stand_in(*a, **k): return __neutral_forms__[{guard!r}](*a, **k)"
    scope: dict[str, Callable[..., Any]] = {}
    exec(source, scope)  # noqa: S102 - the guard's name is ours
    return scope["stand_in"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options."""
    parser.addoption("--neutralise", metavar="GUARD", help="remove this guard before the tests run")
    parser.addoption("--proofs-file", metavar="FILE", help="write markers and outcomes there as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Start the record of outcomes where one is asked for."""
    config.pluginmanager.register(_Record(config), "proofs-record")


class _Record:
    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._proofs: list[Proof] = []
        self._failed: set[str] = set()
        self._passed: set[str] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            item.user_properties += [(_PROOF, asdict(proof)) for proof in _proofs_of(item)]
        if guard := self._config.getoption("--neutralise"):
            neutralise(guard)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "setup":  # the reports are all that comes back from the processes of -n
            self._proofs += [
                Proof(**value) for name, value in report.user_properties if name == _PROOF and isinstance(value, dict)
            ]
        if report.failed:
            self._failed.add(report.nodeid)
        elif report.when == "call" and report.passed:
            self._passed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        target = self._config.getoption("--proofs-file")
        if target and not hasattr(self._config, "workerinput"):
            found = {
                "proofs": [asdict(proof) for proof in self._proofs],
                "passed": sorted(self._passed - self._failed),
                "failed": sorted(self._failed),
            }
            Path(target).write_text(json.dumps(found), encoding="utf-8")


def _run(arguments: Iterable[str]) -> tuple[list[Proof], set[str], set[str]]:
    """Run pytest with these arguments; return the markers it met, the tests that passed and those that failed."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "proofs.json"
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *arguments]
        output = subprocess.run(  # noqa: S603 - our own command
            [*command, f"--proofs-file={target}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        if not target.exists():
            raise SystemExit(output.stdout + output.stderr)
        found = json.loads(target.read_text(encoding="utf-8"))
    return [Proof(**each) for each in found["proofs"]], set(found["passed"]), set(found["failed"])


def _unproven_when_removed(proofs: list[Proof]) -> list[str]:
    """Remove each guard in turn; return a line for each test that passes without its guard."""
    by_guard: dict[str, set[str]] = defaultdict(set)
    for proof in proofs:
        by_guard[proof.guard].add(proof.test)
    with ThreadPoolExecutor(GUARDS_AT_ONCE) as pool:
        return [line for lines in pool.map(_survivors, *zip(*sorted(by_guard.items()), strict=True)) for line in lines]


def _survivors(guard: str, tests: set[str]) -> list[str]:
    """Remove one guard; return a line for each of these tests that passes without it."""
    quick = [
        "-p",
        "no:randomly",
        "--hypothesis-profile=guards",
        f"--timeout={GUARD_TEST_SECONDS}",
        "--timeout-method=signal",
    ]
    _, passed, _ = _run([*quick, f"--neutralise={guard}", *sorted(tests)])
    survivors = sorted(passed & tests)
    print(f"  without {guard}: {len(tests) - len(survivors)} of {len(tests)} fail", flush=True)
    return [f"{test} passes without its guard {guard}" for test in survivors]


def state_of(proofs: list[Proof], passed: set[str], whole: frozenset[str] | None = None) -> str:
    """Return open, FAILED, proven, or proven with the parts that are shown. whole: the parts that make the whole."""
    if not proofs:
        return "open"
    if any(proof.test not in passed for proof in proofs):
        return "FAILED"
    parts = {proof.part for proof in proofs}
    if "" in parts or (whole and whole <= parts):
        return "proven"
    return f"proven ({', '.join(sorted(parts))})"


def main() -> int:
    """Print the table of one kind; fail when a proof fails or, with --guards, survives the loss of its guard."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs", description=main.__doc__)
    parser.add_argument("kind", choices=["promises", "attacks"])
    parser.add_argument("--guards", action="store_true", help="remove each guard in turn and expect its tests to fail")
    options = parser.parse_args()
    kind = options.kind.removesuffix("s")

    everything, passed, _ = _run(["-n", "2", "-m", kind])
    mine = [proof for proof in everything if proof.kind == kind]
    by_id: dict[str, list[Proof]] = defaultdict(list)
    for proof in mine:
        by_id[proof.id].append(proof)
    whole = wholes(kind)
    states = {each: state_of(by_id[each], passed, whole.get(each)) for each in titles(kind)}
    for each, words in titles(kind).items():
        print(f"{each}  {states[each]:<24} {len(by_id[each]):>3} proofs  {words}")
        for guard in sorted({proof.guard for proof in by_id[each]}):
            print(f"{'':40}{guard}")
    survivors = _unproven_when_removed(mine) if options.guards else []
    for line in survivors:
        print(line)
    if in_part := [each for each, state in states.items() if state.startswith("proven (")]:
        print(f"of these in part, as told in brackets: {', '.join(in_part)}")
    print(f"proven {sum(state.startswith('proven') for state in states.values())}/{len(states)}")
    return 1 if survivors or "FAILED" in states.values() else 0


if __name__ == "__main__":
    sys.exit(main())
